"""Accounts, sessions, attempts to log in."""

from alembic import op

from gateway.storage.tables import METADATA

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("accounts are kept: restore a backup instead")
