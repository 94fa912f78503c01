"""What has arrived stays known when it is sent again; how long a letter waits; endpoints nobody has configured yet."""

from alembic import op

from shared.outgoing.tables import add_delivery_columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_delivery_columns(op.get_bind())
    # Of an outage of what was never configured.
    op.alter_column("endpoint", "configured_at", nullable=True)
    op.alter_column("endpoint", "configured_by", nullable=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
