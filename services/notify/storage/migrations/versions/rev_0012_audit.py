"""The audit of reads, exports and refused attempts, and the way from a worker's act to the person behind it."""

import sqlalchemy as sa
from alembic import op

from shared.audit.schema import create_audit

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_audit(op.get_bind())
    op.get_bind().execute(sa.text("CREATE INDEX IF NOT EXISTS event_log_correlation ON event_log (correlation_id)"))


def downgrade() -> None:
    raise NotImplementedError("the audit is kept; restore a backup instead")
