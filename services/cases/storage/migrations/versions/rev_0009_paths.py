"""Every path of a case: its procedure, facts of items, hand-overs, listings, proposals, the sealed store."""

from alembic import op

from services.cases.storage.path_tables import TABLES
from services.cases.storage.tables import METADATA

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# A new database is made by 0001 as the tables are today; there every step finds its work done.
ADDED = (
    "ALTER TABLE \"case\" ADD COLUMN IF NOT EXISTS procedure jsonb NOT NULL DEFAULT '{}'",
    'CREATE INDEX IF NOT EXISTS case_party ON "case" (party_name, filed_at DESC)',
    "ALTER TABLE rectification ADD COLUMN IF NOT EXISTS facts jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE rectification ALTER COLUMN term_on DROP NOT NULL",
)
# What the log tells of cases and items of before: who handled them, how far they were told and decided, reviewed.
PROCEDURES = """
UPDATE "case" c
SET procedure = jsonb_strip_nulls(jsonb_build_object(
    'handlers', (
        SELECT jsonb_agg(name ORDER BY place)
        FROM (
            SELECT o.name, min(l.aggregate_seq * 1000 + o.n) AS place
            FROM event_log l, jsonb_array_elements_text(l.payload -> 'officers') WITH ORDINALITY AS o(name, n)
            WHERE l.aggregate_id = c.id
              AND l.type IN ('tianwei.cases.case-filed.v1', 'tianwei.cases.case-investigation-started.v1')
            GROUP BY o.name
        ) handled
    ),
    'intended', CASE WHEN c.notice_served_at IS NOT NULL THEN CAST('{}' AS jsonb) END,
    'penalty', CASE WHEN c.decided_at IS NOT NULL THEN CAST('{}' AS jsonb) END
))
WHERE c.procedure = '{}'
"""
REVIEWS = """
UPDATE rectification r
SET facts = '{"review_ended": true}'
WHERE r.facts = '{}' AND EXISTS (
    SELECT FROM event_log l
    WHERE l.aggregate_id = r.id
      AND l.payload -> 'documents' @> '[{"kind": "review_result"}]'
      AND l.aggregate_seq > (
          SELECT coalesce(max(w.aggregate_seq), 0) FROM event_log w
          WHERE w.aggregate_id = r.id AND w.type = 'tianwei.cases.rectification-reported.v1'
      )
)
"""


def upgrade() -> None:
    for statement in (*ADDED, PROCEDURES, REVIEWS):
        op.get_bind().exec_driver_sql(statement)
    METADATA.create_all(op.get_bind(), tables=list(TABLES))


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
