"""The kernel's tables, then clues, cases, rectification items, joint actions and number counters."""

from alembic import op

from services.cases.storage.tables import METADATA
from shared.delivery.schema import create_kernel

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_kernel(op.get_bind())
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
