"""Private addresses of calendar feeds."""

from alembic import op

from gateway.storage.tables import METADATA, calendar_feed

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=[calendar_feed])


def downgrade() -> None:
    raise NotImplementedError("accounts are kept: restore a backup instead")
