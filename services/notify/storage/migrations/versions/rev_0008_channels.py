"""Several ways to a recipient, each with its place and settings; numbers of packages; receipts on paper."""

import sqlalchemy as sa
from alembic import op

from services.notify.storage.tables import METADATA

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    names = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("endpoint")}
    for column in METADATA.tables["endpoint"].c:
        if column.name in ("place", "options") and column.name not in names:
            op.add_column(
                "endpoint", sa.Column(column.name, column.type, nullable=False, server_default=column.server_default)
            )
    for name in ("channel_package", "receipt_proof"):
        METADATA.tables[name].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
