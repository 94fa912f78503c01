"""What has arrived stays known when it is sent again; how long a letter waits; endpoints nobody has configured yet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from shared.outgoing.tables import add_delivery_columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    add_delivery_columns(bind)
    if "because" not in {column["name"] for column in sa.inspect(bind).get_columns("task_message")}:
        op.add_column("task_message", sa.Column("because", UUID(as_uuid=True)))
    # Of an outage of what was never configured.
    op.alter_column("endpoint", "configured_at", nullable=True)
    op.alter_column("endpoint", "configured_by", nullable=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
