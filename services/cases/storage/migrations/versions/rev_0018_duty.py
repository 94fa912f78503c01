"""Who returned a clue as not his duty, and the ruling whose it is."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# A new database is made by 0001 as the tables are today. Of what was returned before, the log knows.
_FORMER = """
    UPDATE clue SET duty = jsonb_build_object('returned_by', told.returned_by, 'ruling', NULL, 'ruled_by', NULL,
                                              'ruled_at', NULL)
    FROM (
        SELECT returned.aggregate_id, jsonb_agg(
            coalesce(given.payload ->> 'agency', given.payload ->> 'township_code',
                     rpad(left(returned.audience, 9), 12, '0')) ORDER BY returned.aggregate_seq) AS returned_by
        FROM event_log AS returned
        LEFT JOIN LATERAL (
            SELECT payload FROM event_log AS assigned
            WHERE assigned.aggregate_id = returned.aggregate_id AND assigned.type LIKE '%.clue-assigned.v1'
              AND assigned.aggregate_seq < returned.aggregate_seq
            ORDER BY assigned.aggregate_seq DESC LIMIT 1
        ) AS given ON true
        WHERE returned.type LIKE '%.clue-returned.v1' AND returned.payload ->> 'return_reason' = 'not_our_duty'
        GROUP BY returned.aggregate_id
    ) AS told
    WHERE clue.id = told.aggregate_id AND clue.duty IS NULL
"""


def upgrade() -> None:
    op.execute("ALTER TABLE clue ADD COLUMN IF NOT EXISTS duty jsonb")
    op.execute(_FORMER)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
