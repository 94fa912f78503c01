"""Imports of satellite patches and the outcome of their rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    uuid, instant = pg.UUID(as_uuid=True), sa.TIMESTAMP(timezone=True)
    op.create_table(
        "clue_import",
        sa.Column("id", uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("state", sa.Text, nullable=False, comment="queued, running, finished, refused"),
        sa.Column("division_code", sa.Text, nullable=False, comment="the county"),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("requested_by", pg.JSONB, nullable=False, comment="the actor"),
        sa.Column("requested_at", instant, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("finished_at", instant),
        sa.Column("rows_total", sa.Integer, comment="null until the file has been read"),
        sa.Column("rows_done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rows_created", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rows_known", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rows_rejected", sa.Integer, nullable=False, server_default="0"),
        sa.Column("crs", sa.Text),
        sa.Column("encoding", sa.Text),
        sa.Column("sample", pg.JSONB, comment="Chinese text as read: column -> text"),
        sa.Column("warnings", pg.JSONB, nullable=False, server_default="[]"),
        sa.Column("problem", pg.JSONB, comment="code, field, facts"),
        sa.Column("lease_token", uuid, comment="of the worker that has it"),
        sa.Column("lease_until", instant),
        sa.Column(
            "tries", sa.Integer, nullable=False, server_default="0", comment="times taken up since the last progress"
        ),
    )
    op.create_index(
        "clue_import_open",
        "clue_import",
        ["requested_at"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "clue_import_row",
        sa.Column("import_id", uuid, sa.ForeignKey("clue_import.id"), primary_key=True),
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("outcome", sa.Text, nullable=False, comment="created, known, rejected"),
        sa.Column("clue_id", uuid),
        sa.Column("clue_no", sa.Text),
        sa.Column("patch_no", sa.Text),
        sa.Column("field", sa.Text),
        sa.Column("code", sa.Text),
        sa.Column("facts", pg.JSONB, nullable=False),
        sa.Column("warnings", pg.JSONB, nullable=False),
        sa.Column("raw", pg.JSONB, comment="attributes of a rejected row"),
    )
    op.create_index(
        "clue_import_row_rejected",
        "clue_import_row",
        ["import_id", "row_no"],
        postgresql_where=sa.text("outcome = 'rejected'"),
    )


def downgrade() -> None:
    raise NotImplementedError("imports are evidence of where clues came from; restore a backup instead")
