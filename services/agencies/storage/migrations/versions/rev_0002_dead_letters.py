"""The kernel's register of dead letters, the log's identity beside each position, the way out of a fork."""

from alembic import op

from shared.delivery.upgrades import add_dead_letters

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_dead_letters(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
