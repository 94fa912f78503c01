"""Who set whose password anew."""

from alembic import op

from gateway.storage.tables import METADATA, password_reset

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=[password_reset])


def downgrade() -> None:
    raise NotImplementedError("accounts are kept: restore a backup instead")
