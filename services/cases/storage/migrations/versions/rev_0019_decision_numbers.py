"""Cases found by the number of their decision, which no other decision of the agency may have."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A new database is made as the tables are today; there the index is.
    op.execute('CREATE INDEX IF NOT EXISTS case_decision_no ON "case" (decision_no) WHERE decision_no IS NOT NULL')


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
