"""Official documents, and what waits for the press."""

from alembic import op

from services.notify.storage.tables import METADATA

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("document", "document_press"):
        METADATA.tables[name].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
