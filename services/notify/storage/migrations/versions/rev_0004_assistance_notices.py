"""Notices of letters of assistance."""

from alembic import op

from services.notify.storage.tables import METADATA

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.tables["assistance_notice"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
