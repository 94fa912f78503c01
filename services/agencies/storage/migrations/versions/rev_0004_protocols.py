"""Endpoints of five protocols and how they do; answers, replies and numbered packages."""

import sqlalchemy as sa
from alembic import op

from services.agencies.storage.tables import METADATA, endpoint_columns
from shared.outgoing.tables import add_operation_columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("agency_answer", "agency_reply", "exchange_package", "exchange_series")


def upgrade() -> None:
    bind = op.get_bind()
    add_operation_columns(bind)
    known = {column["name"] for column in sa.inspect(bind).get_columns("endpoint")}
    for column in endpoint_columns():
        if column.name not in known:
            op.add_column("endpoint", column)
    # An endpoint of before was a webhook, whatever the default is by now.
    op.execute("UPDATE endpoint SET protocol = 'signed_webhook' WHERE protocol IS NULL")
    for name in _TABLES:
        METADATA.tables[name].create(bind, checkfirst=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
