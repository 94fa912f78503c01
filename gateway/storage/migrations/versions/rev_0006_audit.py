"""The audit of the door: who came in and who was refused, and what was done with accounts."""

from alembic import op

from shared.audit.schema import create_audit

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_audit(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the audit is kept; restore a backup instead")
