"""Tables of imports of existing cases: the job with its lease, and what became of every row of its file."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


case_import = sa.Table(
    "case_import",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("state", sa.Text, nullable=False, comment="queued, running, finished, refused"),
    sa.Column("dry_run", sa.Boolean, nullable=False),
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
    _count("rows_created"),
    _count("rows_known"),
    _count("rows_rejected"),
    sa.Column("problem", pg.JSONB(none_as_null=True), comment="code, field, facts"),
    sa.Column("lease_token", _uuid, comment="of the worker that has it"),
    sa.Column("lease_until", _instant),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0", comment="since the last progress"),
    sa.Index("case_import_open", "requested_at", postgresql_where=sa.text("state IN ('queued', 'running')")),
)

case_import_row = sa.Table(
    "case_import_row",
    METADATA,
    sa.Column("import_id", _uuid, sa.ForeignKey("case_import.id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("outcome", sa.Text, nullable=False, comment="created, acceptable, known, rejected"),
    sa.Column("old_no", sa.Text),
    sa.Column("case_id", _uuid),
    sa.Column("case_no", sa.Text),
    sa.Column("field", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("facts", pg.JSONB, nullable=False),
    sa.Column("raw", pg.JSONB(none_as_null=True), comment="cells of a rejected row"),
    sa.Index("case_import_row_rejected", "import_id", "row_no", postgresql_where=sa.text("outcome = 'rejected'")),
    sa.Index("case_import_row_old_no", "import_id", "old_no"),
)
