"""Joint actions take their steps on site. Those convened by an older release close by feedback, as before."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# As the log gives them when it is read again by this release.
_STEPS = '{"meeting": null, "acting": null, "on_site": null, "evidence": [], "summary": null}'

_TASKS = """
UPDATE joint_action SET tasks = (
    SELECT jsonb_agg('{"sign_channel": null, "receipt": null}'::jsonb || t ORDER BY place)
    FROM jsonb_array_elements(tasks) WITH ORDINALITY AS one(t, place))
WHERE jsonb_array_length(tasks) > 0
"""


def upgrade() -> None:
    op.execute("ALTER TABLE joint_action ADD COLUMN IF NOT EXISTS form text NOT NULL DEFAULT 'consultation'")
    op.execute("ALTER TABLE joint_action ADD COLUMN IF NOT EXISTS steps jsonb NOT NULL DEFAULT '{}'")
    op.get_bind().exec_driver_sql(_TASKS)
    op.get_bind().exec_driver_sql(f"UPDATE joint_action SET steps = '{_STEPS}' WHERE steps = '{{}}'")


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
