"""What documents may say of the things that cases tells of; and what a document is about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from services.notify.storage.tables import METADATA

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.tables["dossier"].create(op.get_bind(), checkfirst=True)
    # 0006 makes today's tables: a new database has the column already.
    columns = sa.inspect(op.get_bind()).get_columns("document")
    if "subject_id" not in {column["name"] for column in columns}:
        op.add_column("document", sa.Column("subject_id", pg.UUID(as_uuid=True)))


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
