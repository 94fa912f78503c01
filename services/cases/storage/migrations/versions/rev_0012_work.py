"""Working lists, search and statistics, filled from the log; what is taken over from paper; imports of cases."""

from alembic import op

from services.cases.storage.case_import_tables import METADATA as IMPORTS
from services.cases.storage.statistics import count_again, create_triggers
from services.cases.storage.work_fill import fill
from services.cases.storage.work_tables import METADATA

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


# A new database is made by 0001 as the tables are today; there both are there already.
OLD_NUMBERS = (
    'ALTER TABLE "case" ADD COLUMN IF NOT EXISTS old_no text',
    'CREATE UNIQUE INDEX IF NOT EXISTS case_old_no ON "case" (old_no, substr(division_code, 1, 6)) '
    "WHERE old_no IS NOT NULL",
)


def upgrade() -> None:
    connection = op.get_bind()
    for statement in OLD_NUMBERS:
        op.execute(statement)
    # Trusted: the owner of the database may create them.
    for extension in ("btree_gin", "btree_gist"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    METADATA.create_all(connection)
    IMPORTS.create_all(connection)
    # What follows from the log is made anew, also where this revision was run before.
    op.execute("TRUNCATE work_item, work_text, work_history")
    fill(connection)
    create_triggers(connection)
    count_again(connection)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
