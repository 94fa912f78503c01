"""Letters of assistance, and who asks in them as a column of the working lists."""

from alembic import op

from services.cases.storage.path_tables import assistance_request
from services.cases.storage.tables import METADATA

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# A new database is made by 0001 and 0012 as the tables are today; there every step finds its work done.
_ASKING = (
    "ALTER TABLE work_item ADD COLUMN IF NOT EXISTS asking_agency text",
    "CREATE INDEX IF NOT EXISTS work_asking_agency ON work_item (county_code, asking_agency, due_key, id) "
    "WHERE asking_agency IS NOT NULL",
)


def upgrade() -> None:
    METADATA.create_all(op.get_bind(), tables=[assistance_request])
    for statement in _ASKING:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
