"""Clues: review above, outside numbers, splits, transfers, the box around the place; proposals; who reported.

A database made today has the new columns of `clue` by revision 0001 already, hence IF NOT EXISTS.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_COLUMNS = (
    "agency text",
    "review_state text",
    "review_required boolean NOT NULL DEFAULT false",
    "submitted_by text",
    "proof jsonb",
    "missing_proofs jsonb NOT NULL DEFAULT '[]'",
    "build_age text",
    "sent_back jsonb NOT NULL DEFAULT '[]'",
    "aliases jsonb NOT NULL DEFAULT '[]'",
    "alias_numbers text[] NOT NULL DEFAULT '{}'",
    "report jsonb",
    "reject_reason text",
    "linked_to_id uuid",
    "linked_to_no text",
    "rebound jsonb",
    "rebound_item_id uuid",
    "parent_id uuid",
    "parent_no text",
    "child_no integer",
    "is_split boolean NOT NULL DEFAULT false",
    "split jsonb",
    "transfer jsonb",
    "archive_no text",
    "west double precision",
    "south double precision",
    "east double precision",
    "north double precision",
)

# What the log says of clues of before, as replaying it says: how far the verification had come, and where they lie.
_STATE = """
UPDATE clue SET review_state = CASE WHEN state = 'verifying' THEN 'verifying' ELSE 'opinion_submitted' END
WHERE review_state IS NULL AND (state = 'verifying' OR opinion IS NOT NULL)
"""
_EXTENT = """
UPDATE clue SET west = b.west, south = b.south, east = b.east, north = b.north
FROM (
    SELECT c.id, min(CAST(p.point ->> 0 AS float8)) AS west, min(CAST(p.point ->> 1 AS float8)) AS south,
           max(CAST(p.point ->> 0 AS float8)) AS east, max(CAST(p.point ->> 1 AS float8)) AS north
    FROM clue c CROSS JOIN LATERAL jsonb_path_query(
        c.geometry, CAST(CASE c.geometry ->> 'type' WHEN 'Polygon' THEN 'strict $.coordinates[*][*]'
                         ELSE 'strict $.coordinates[*][*][*]' END AS jsonpath)) AS p(point)
    WHERE c.geometry IS NOT NULL GROUP BY c.id
) b WHERE clue.id = b.id
"""
_POSITION = """
UPDATE clue SET west = longitude, east = longitude, south = latitude, north = latitude
WHERE geometry IS NULL AND longitude IS NOT NULL AND latitude IS NOT NULL
"""

_INDEXES = (
    "CREATE INDEX IF NOT EXISTS clue_alias_numbers ON clue USING gin (alias_numbers) WITH (fastupdate = off)",
    "CREATE INDEX IF NOT EXISTS clue_extent ON clue USING gist (box(point(east, north), point(west, south)))",
    "CREATE INDEX IF NOT EXISTS clue_parent ON clue (parent_no) WHERE parent_no IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS clue_agency ON clue (agency) WHERE agency IS NOT NULL",
)

_TABLES = (
    """
    CREATE TABLE clue_duplicate (
        id uuid PRIMARY KEY, version integer NOT NULL, division_code text NOT NULL, kind text NOT NULL,
        state text NOT NULL, clue_id uuid NOT NULL, clue_no text NOT NULL, other_id uuid NOT NULL,
        other_no text NOT NULL, item_id uuid, item_no text, grounds jsonb NOT NULL, facts jsonb NOT NULL,
        into_id uuid, proposed_at timestamptz NOT NULL, decided_at timestamptz, decided_by text, reason text)
    """,
    "CREATE INDEX clue_duplicate_newest ON clue_duplicate (proposed_at DESC, id DESC)",
    "CREATE INDEX clue_duplicate_clue ON clue_duplicate (clue_id)",
    "CREATE INDEX clue_duplicate_other ON clue_duplicate (other_id)",
    """
    CREATE TABLE clue_check (
        clue_id uuid PRIMARY KEY, asked_at timestamptz NOT NULL DEFAULT now(), lease_until timestamptz,
        tries integer NOT NULL DEFAULT 0)
    """,
    "CREATE INDEX clue_check_waiting ON clue_check (asked_at)",
    # In the statement that makes the clues: taking one in costs no round trip more.
    """
    CREATE FUNCTION tianwei_ask_duplicates() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO clue_check (clue_id) SELECT id FROM made WHERE state <> 'split' ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER clue_ask_duplicates AFTER INSERT ON clue REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION tianwei_ask_duplicates()
    """,
    """
    CREATE TABLE clue_reporter (
        id uuid PRIMARY KEY, version integer NOT NULL, division_code text NOT NULL, clue_id uuid NOT NULL UNIQUE,
        clue_no text NOT NULL, received_by text NOT NULL, channel text NOT NULL, received_at timestamptz NOT NULL,
        sealed text NOT NULL DEFAULT '', replies text NOT NULL DEFAULT '', views integer NOT NULL DEFAULT 0,
        told_at timestamptz, told_outcome text)
    """,
    "CREATE INDEX clue_import_row_clue ON clue_import_row (clue_id) WHERE clue_id IS NOT NULL AND raw IS NOT NULL",
    "ALTER TABLE clue_import ADD COLUMN IF NOT EXISTS completeness jsonb",
)


def upgrade() -> None:
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE clue ADD COLUMN IF NOT EXISTS {column}")
    for statement in (_STATE, _EXTENT, _POSITION, *_INDEXES, *_TABLES):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
