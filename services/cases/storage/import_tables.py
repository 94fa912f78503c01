"""Tables of imports: the job with its lease, and what became of every row of its file."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def file_job(*counters: str) -> list[sa.Column[Any]]:
    """What the job of a file has: its lease, its file, how far it came. counters: what rows are counted as."""
    return [
        sa.Column("id", _uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("state", sa.Text, nullable=False, comment="queued, running, finished, refused"),
        sa.Column("division_code", sa.Text, nullable=False, comment="the county"),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("requested_by", pg.JSONB, nullable=False, comment="the actor"),
        sa.Column("requested_at", _instant, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("finished_at", _instant),
        sa.Column("rows_total", sa.Integer, comment="null until the file has been read"),
        _count("rows_done"),
        *(_count(f"rows_{counter}") for counter in counters),
        sa.Column("crs", sa.Text),
        sa.Column("encoding", sa.Text),
        sa.Column("sample", pg.JSONB(none_as_null=True), comment="Chinese text as read: column -> text"),
        sa.Column("warnings", pg.JSONB, nullable=False, server_default="[]"),
        sa.Column("problem", pg.JSONB(none_as_null=True), comment="code, field, facts"),
        sa.Column("lease_token", _uuid, comment="of the worker that has it"),
        sa.Column("lease_until", _instant),
        sa.Column(
            "tries", sa.Integer, nullable=False, server_default="0", comment="times taken up since the last progress"
        ),
    ]


clue_import = sa.Table(
    "clue_import",
    METADATA,
    *file_job("created", "known", "rejected"),
    sa.Column("stated_crs", sa.Text, comment="PositionCrs, as whoever sent the file says"),
    sa.Column("completeness", pg.JSONB(none_as_null=True), comment="what the file holds and lacks"),
    sa.Index("clue_import_open", "requested_at", postgresql_where=sa.text("state IN ('queued', 'running')")),
)

clue_import_row = sa.Table(
    "clue_import_row",
    METADATA,
    sa.Column("import_id", _uuid, sa.ForeignKey("clue_import.id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("outcome", sa.Text, nullable=False, comment="created, known, rejected"),
    sa.Column("clue_id", _uuid),
    sa.Column("clue_no", sa.Text),
    sa.Column("patch_no", sa.Text),
    sa.Column("field", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("facts", pg.JSONB, nullable=False),
    sa.Column("warnings", pg.JSONB, nullable=False),
    sa.Column("raw", pg.JSONB(none_as_null=True), comment="attributes of a rejected row, and of a row of a table"),
    sa.Index("clue_import_row_clue", "clue_id", postgresql_where=sa.text("clue_id IS NOT NULL AND raw IS NOT NULL")),
    sa.Index("clue_import_row_rejected", "import_id", "row_no", postgresql_where=sa.text("outcome = 'rejected'")),
)
