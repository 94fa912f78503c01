"""The hand-over of a task: holder, term, start, correction, completion; and what an agency is told after its letter."""

from alembic import op

from services.agencies.storage.tables import METADATA

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = """
ALTER TABLE agency_task
    ADD COLUMN IF NOT EXISTS decided_version integer,
    ADD COLUMN IF NOT EXISTS holder text,
    ADD COLUMN IF NOT EXISTS answer_by timestamptz,
    ADD COLUMN IF NOT EXISTS proposed_agency text,
    ADD COLUMN IF NOT EXISTS started_at timestamptz,
    ADD COLUMN IF NOT EXISTS reports integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS returned_at timestamptz,
    ADD COLUMN IF NOT EXISTS return_points jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN IF NOT EXISTS done_at timestamptz,
    ADD COLUMN IF NOT EXISTS expired_at timestamptz
"""
# A release before this one told of deliveries beside the task: what has arrived is offered as long as nobody signed.
_VALUES = """
UPDATE agency_task SET
    state = CASE state WHEN 'issued' THEN 'offered' ELSE state END,
    decided_version = version,
    holder = CASE WHEN state IN ('signed', 'accepted') THEN 'agency' ELSE 'coordinator' END,
    reports = CASE WHEN reported_at IS NULL THEN 0 ELSE 1 END
WHERE decided_version IS NULL
"""
_STRICT = """
ALTER TABLE agency_task ALTER COLUMN decided_version SET NOT NULL, ALTER COLUMN holder SET NOT NULL
"""
_ONE_OPEN = """
CREATE UNIQUE INDEX IF NOT EXISTS agency_task_one_open ON agency_task (action_id, agency)
WHERE state IN ('accepted', 'delivered', 'in_progress', 'offered', 'returned', 'signed')
"""
_ANSWER_BY = """
CREATE INDEX IF NOT EXISTS agency_task_answer_by ON agency_task (answer_by)
WHERE state IN ('delivered', 'offered', 'signed')
"""


def upgrade() -> None:
    for statement in (_COLUMNS, _VALUES, _STRICT, _ONE_OPEN, _ANSWER_BY):
        op.execute(statement)
    METADATA.tables["task_message"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
