"""Joint actions know when their feedback is complete, and of each task how far its hand-over is.

The ledger of what agencies were told of a case.
"""

from alembic import op

from services.cases.storage.disclosures import disclosure

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_POLICY = """
ALTER TABLE joint_action ADD COLUMN IF NOT EXISTS join_policy jsonb NOT NULL DEFAULT '{"kind": "all", "quorum": null}'
"""
# As the log gives them when it is read again by this release: a task of an older one was never told to have arrived.
_TASKS = """
UPDATE joint_action SET tasks = (
    SELECT jsonb_agg(
        '{"answer_by": null, "delivered_at": null, "delivery_error": null, "proposed_agency": null,
          "started_at": null, "expired_at": null, "withdrawn_at": null, "returned_at": null, "done_at": null}'::jsonb
        || jsonb_build_object('reports', CASE WHEN t ->> 'reported_at' IS NULL THEN 0 ELSE 1 END)
        || t
        || CASE t ->> 'state' WHEN 'issued' THEN '{"state": "offered"}'::jsonb ELSE '{}'::jsonb END
        ORDER BY place)
    FROM jsonb_array_elements(tasks) WITH ORDINALITY AS one(t, place))
WHERE tasks @> '[{"state": "issued"}]' OR NOT (tasks -> 0) ? 'reports'
"""


def upgrade() -> None:
    op.execute(_POLICY)
    op.get_bind().exec_driver_sql(_TASKS)
    disclosure.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
