"""What every object counted as at the end of every month, from the log; overlays that a layer asks for again."""

from alembic import op

from services.cases.storage.statistics import count_again, create_triggers
from services.cases.storage.work_fill import fill, fill_history
from services.cases.storage.work_tables import METADATA, statistic_delta, statistic_sum, work_history

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OVERLAYS = (
    "ALTER TABLE overlay_job ADD COLUMN IF NOT EXISTS purpose text NOT NULL DEFAULT 'act'",
    "ALTER TABLE overlay_job ADD COLUMN IF NOT EXISTS cause jsonb",
    "ALTER TABLE overlay ADD COLUMN IF NOT EXISTS purpose text NOT NULL DEFAULT 'act'",
    "ALTER TABLE overlay ADD COLUMN IF NOT EXISTS again jsonb",
    "ALTER TABLE overlay ADD COLUMN IF NOT EXISTS changed boolean NOT NULL "
    "GENERATED ALWAYS AS (coalesce(jsonb_array_length(again -> 'changes'), 0) > 0) STORED",
    "CREATE INDEX IF NOT EXISTS overlay_changed ON overlay (id DESC) WHERE changed",
)
_COLUMNS = ("told_at", "valid_at")


def upgrade() -> None:
    connection = op.get_bind()
    # A database that came to 0012 with this release has all of it there already, but for what is beside the lists.
    for name in (*_COLUMNS, "beside_at"):
        op.execute(f"ALTER TABLE work_item ADD COLUMN IF NOT EXISTS {name} timestamptz")
    # Of 0017; what fills the lists below writes them as they are today.
    op.execute("ALTER TABLE work_item ADD COLUMN IF NOT EXISTS asking_agency text")
    for table in (statistic_sum, statistic_delta, work_history):
        op.execute(f"DROP TABLE IF EXISTS {table.name}")
    METADATA.create_all(connection)
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER IF EXISTS work_item_{event} ON work_item")
        op.execute(f"DROP TRIGGER IF EXISTS work_item_history_{event} ON work_item")
    op.execute("TRUNCATE work_item, work_text")
    fill(connection)
    for name in _COLUMNS:
        op.execute(f"ALTER TABLE work_item ALTER COLUMN {name} SET NOT NULL")
    fill_history(connection)
    create_triggers(connection)
    count_again(connection)
    for statement in OVERLAYS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
