"""Tables of evidence: the pieces, their custody, copies given to agencies, and what waits for the evidence worker."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)


def _lease() -> list[sa.Column[object]]:
    return [
        sa.Column("requested_at", _instant, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("lease_token", _uuid, comment="of the worker that has it"),
        sa.Column("lease_until", _instant),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    ]


evidence = sa.Table(
    "evidence",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="EvidenceState"),
    sa.Column("evidence_no", sa.Text, nullable=False, unique=True),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("township_code", sa.Text, comment="whom its clue was assigned to when it came in"),
    sa.Column("documents", pg.JSONB, nullable=False),
    sa.Column("deadlines", pg.JSONB, nullable=False),
    sa.Column("due_on", sa.Date, comment="earliest running clock"),
    sa.Column("object", sa.Text, nullable=False, comment="clue, case, rectification, joint_action"),
    sa.Column("object_id", _uuid, nullable=False),
    sa.Column("clue_id", _uuid, nullable=False, comment="what keeps all evidence of one piece of land together"),
    sa.Column("case_id", _uuid),
    sa.Column("kind", sa.Text, nullable=False, comment="APL 46"),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("stage", sa.Text),
    sa.Column("view_kind", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("taken_by", sa.Text),
    sa.Column("device_no", sa.Text),
    sa.Column("batch", sa.Text),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", _instant, nullable=False),
    sa.Column("stated", pg.JSONB, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("sm3", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("duplicate_of", _uuid),
    sa.Column("scan", sa.Text, nullable=False),
    sa.Column("photo", pg.JSONB(none_as_null=True)),
    sa.Column("distance_m", sa.Double),
    sa.Column("flags", pg.JSONB, nullable=False),
    sa.Column("thumbnails", pg.JSONB, nullable=False),
    sa.Column("pair", pg.JSONB(none_as_null=True)),
    sa.Column("damaged_at", _instant),
    sa.Column("registered_in_advance", sa.Boolean, nullable=False),
    sa.Column("disposition", sa.Text),
    sa.Index("evidence_land_newest", "clue_id", sa.text("added_at DESC"), sa.text("id DESC")),
    sa.Index("evidence_object", "object_id"),
    sa.Index("evidence_content", "sha256"),
    sa.Index("evidence_damaged", "damaged_at", postgresql_where=sa.text("damaged_at IS NOT NULL")),
)

evidence_custody = sa.Table(
    "evidence_custody",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="the entries are its events"),
    sa.Column("evidence_id", _uuid, nullable=False, unique=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("reads", sa.Integer, nullable=False),
    sa.Column("downloads", sa.Integer, nullable=False),
    sa.Column("last_read_at", _instant),
    sa.Column("verified_at", _instant),
)

evidence_copy = sa.Table(
    "evidence_copy",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="CopyState"),
    sa.Column("evidence_id", _uuid, nullable=False),
    sa.Column("evidence_no", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("sm3", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("to_agency", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("granted_by", sa.Text, nullable=False),
    sa.Column("granted_at", _instant, nullable=False),
    sa.Column("expires_at", _instant, nullable=False),
    sa.Column("received_at", _instant),
    sa.Column("reads", sa.Integer, nullable=False),
    sa.Index("evidence_copy_evidence", "evidence_id"),
    sa.Index("evidence_copy_agency_newest", "to_agency", sa.text("granted_at DESC"), sa.text("id DESC")),
    sa.Index("evidence_copy_newest", sa.text("granted_at DESC"), sa.text("id DESC")),
)

evidence_examination = sa.Table(
    "evidence_examination",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="of the evidence; the row goes when it is done"),
    *_lease(),
    sa.Index("evidence_examination_waiting", "requested_at", "id"),
)

proof_bundle = sa.Table(
    "proof_bundle",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("state", sa.Text, nullable=False, comment="queued, running, finished, refused"),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("item_id", _uuid, nullable=False),
    sa.Column("item_no", sa.Text, nullable=False),
    sa.Column("requested_by", pg.JSONB, nullable=False, comment="the actor"),
    *_lease(),
    sa.Column("finished_at", _instant),
    sa.Column("files", sa.Integer),
    sa.Column("size_bytes", sa.BigInteger),
    sa.Column("sha256", sa.Text),
    sa.Column("sm3", sa.Text),
    sa.Column("manifest_sha256", sa.Text),
    sa.Column("problem", pg.JSONB(none_as_null=True), comment="code, field, facts"),
    sa.Index("proof_bundle_open", "requested_at", postgresql_where=sa.text("state IN ('queued', 'running')")),
)
