"""The kernel's register of dead letters, the log's identity beside each position, the way out of a fork."""

import sqlalchemy as sa
from alembic import op

from shared.delivery.upgrades import add_dead_letters

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Deliveries given up before there was a register; nobody was told of them by its event (version 0).
_EXHAUSTED = """
INSERT INTO dead_letter (id, version, jurisdiction, kind, status, reason, error, tries, subject_id, party, opened_at)
SELECT gen_random_uuid(), 0, s.jurisdiction, 'exhausted_delivery', 'open', 'tries_exhausted', d.last_error, d.tries,
       d.subject_id, d.party, coalesce(d.settled_at, d.created_at)
FROM delivery d JOIN notice s ON s.id = d.subject_id
WHERE d.state = 'exhausted'
"""


def upgrade() -> None:
    add_dead_letters(op.get_bind())
    if sa.inspect(op.get_bind()).has_table("notice"):  # not of a database made by a later release
        op.execute(_EXHAUSTED)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
