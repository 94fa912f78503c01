"""Row-level security: the second wall behind the conditions of the queries."""

from alembic import op

from services.notify.storage.wall import build_walls

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_walls(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
