"""What has arrived stays known when it is sent again."""

from alembic import op

from shared.outgoing.tables import add_delivery_columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_delivery_columns(op.get_bind())
    for name in ("configured_at", "configured_by"):
        op.alter_column("endpoint", name, nullable=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
