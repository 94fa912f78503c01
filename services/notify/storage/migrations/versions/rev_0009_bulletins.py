"""Bulletins, and what they count by."""

from alembic import op

from services.notify.storage.bulletin_tables import create

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
