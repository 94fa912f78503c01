"""Evidence: the pieces, their custody, copies given to agencies, examinations and proof bundles that wait."""

from alembic import op

from services.cases.storage.evidence_tables import METADATA

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("evidence is kept; restore a backup instead")
