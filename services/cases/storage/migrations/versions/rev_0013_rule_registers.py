"""Rules of evidence, clues and paths become rows of registers.

Shipped rows whose shape or key is gone are believed no longer; after the migrations the release brings its own.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_FORMER = """
UPDATE rule_seed SET superseded_at = now()
WHERE superseded_at IS NULL
  AND (register IN ('required_evidence', 'photo_rule')
       OR (register = 'closed_list' AND starts_with(key, 'listing_level.')))
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(_FORMER)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
