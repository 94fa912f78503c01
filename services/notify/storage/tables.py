"""Notify's own tables, beside those of the kernel."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.outgoing.tables import outgoing_tables

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)
_m2 = sa.Numeric(18, 2)

notice_number = sa.Table(
    "notice_number",
    METADATA,
    sa.Column("series", sa.Text, primary_key=True, comment="issuer's mark and group, like 中宁耕保抄"),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False, comment="Asia/Shanghai"),
    sa.Column("last", sa.Integer, nullable=False),
)

case_brief = sa.Table(
    "case_brief",
    METADATA,
    sa.Column("case_id", _uuid, primary_key=True),
    sa.Column("case_no", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("violation_types", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("party_name", sa.Text, nullable=False),
    sa.Column("lead_agency", sa.Text, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("division_name", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("area_m2", _m2, nullable=False),
    sa.Column("farmland_area_m2", _m2, nullable=False),
    sa.Column("pbf_area_m2", _m2, nullable=False),
    sa.Column("filed_at", _instant, nullable=False),
)

rectification_brief = sa.Table(
    "rectification_brief",
    METADATA,
    sa.Column("item_id", _uuid, primary_key=True),
    sa.Column("case_id", _uuid, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Index("rectification_brief_case", "case_id"),
)

# What documents may say of a clue, a case, an item, an action: rebuilt from the log of cases.
dossier = sa.Table(
    "dossier",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False, comment="DossierKind"),
    sa.Column("parent_id", _uuid, comment="of a case its clue, of a task its action, of others their case"),
    sa.Column("jurisdiction", sa.Text, nullable=False, comment="12-digit division code of the place"),
    sa.Column("facts", pg.JSONB, nullable=False, comment="by the name that fields of documents ask for"),
    sa.Index("dossier_parent", "parent_id"),
)

outage_notice = sa.Table(
    "outage_notice",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False, comment="12-digit code of the county"),
    sa.Column("agency", sa.Text, nullable=False),
    sa.Column("since", _instant, nullable=False),
    sa.Column("issued_at", _instant, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("waiting", sa.Integer, nullable=False),
    sa.Column("ended_at", _instant),
    sa.Column("acknowledged_at", _instant),
    sa.Column("acknowledged_by", sa.Text),
    sa.Index("outage_notice_newest", "issued_at", "id"),
    sa.Index("outage_notice_open", "agency", postgresql_where=sa.text("ended_at is null")),
)

document = sa.Table(
    "document",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False, comment="12-digit code of the county"),
    sa.Column("state", sa.Text, nullable=False, comment="DocumentState"),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("office", sa.Text, nullable=False, comment="coordination, or code of an agency"),
    sa.Column("approver", sa.Text, nullable=False, comment="Approver of the type"),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", pg.JSONB, nullable=False),
    sa.Column("case_id", _uuid),
    sa.Column("subject_id", _uuid, comment="what it is about, where that is not the case itself"),
    sa.Column("verify_code", sa.Text, nullable=False, unique=True),
    sa.Column("drafted_at", _instant, nullable=False),
    sa.Column("drafted_by", sa.Text),
    sa.Column("drafter_id", sa.Text),
    sa.Column("rule_id", sa.Text, comment="copy rule that asked for it"),
    sa.Column("checked_by", sa.Text),
    sa.Column("approved_by", sa.Text),
    sa.Column("approved_at", _instant),
    sa.Column("dated_on", sa.Date),
    sa.Column("reason", sa.Text),
    sa.Column("problem", pg.JSONB(none_as_null=True)),
    sa.Column("corrects", pg.JSONB(none_as_null=True)),
    sa.Column("chain", pg.JSONB, nullable=False),
    sa.Column("number", sa.Text, unique=True, comment="发文字号; kept when withdrawn"),
    sa.Column("series", sa.Text),
    sa.Column("year", sa.Integer),
    sa.Column("serial", sa.Integer),
    sa.Column("issued_at", _instant),
    sa.Column("frozen", pg.JSONB(none_as_null=True)),
    sa.Column("replaced_by", pg.JSONB(none_as_null=True)),
    sa.CheckConstraint("(issued_at is null) = (frozen is null)", name="document_issued_is_frozen"),
    sa.CheckConstraint("number is null or issued_at is not null", name="document_draft_has_no_number"),
    sa.UniqueConstraint("series", "year", "serial", name="document_serial"),
    sa.Index("document_newest", "drafted_at", "id"),
    sa.Index("document_case", "case_id"),
)

# How far a document has come with each of those it is addressed to.
document_receipt = sa.Table(
    "document_receipt",
    METADATA,
    sa.Column("document_id", _uuid, sa.ForeignKey("document.id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False, comment="0 the first main recipient"),
    sa.Column("recipient", sa.Text, nullable=False, comment="as the document names it"),
    sa.Column("code", sa.Text, comment="of a body of the county's register"),
    sa.Column("line", sa.Text, sa.CheckConstraint("line in ('main', 'copy')", name="receipt_line"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("services", pg.JSONB, nullable=False, comment="times that it was sent out, the last is the present one"),
    sa.Column("channel", sa.Text, comment="by which way it arrived"),
    sa.Column("delivered_at", _instant),
    sa.Column("opened_at", _instant),
    sa.Column("signed_at", _instant),
    sa.Column("signed_by", sa.Text),
    sa.Column("sha256", sa.Text, comment="digest that was signed for"),
    sa.Column("entered_by", sa.Text),
    sa.Column("due_at", _instant),
    sa.Column("urged", sa.Integer, nullable=False),
    sa.Column("urged_at", _instant),
    sa.Column("next_urge_at", _instant),
    sa.UniqueConstraint("document_id", "recipient", name="receipt_recipient"),
    sa.CheckConstraint("signed_at is null or delivered_at is not null", name="receipt_signed_is_delivered"),
    sa.Index("receipt_of_code", "code", "document_id"),
    sa.Index("receipt_unsigned", "due_at", "document_id", "place", postgresql_where=sa.text("signed_at is null")),
    sa.Index("receipt_urge", "next_urge_at", postgresql_where=sa.text("next_urge_at is not null")),
)

# Which delivery is which service or urging of which receipt: the subject of the delivery, and its party.
document_service = sa.Table(
    "document_service",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="subject of the delivery"),
    sa.Column("party", sa.Text, primary_key=True, comment="of the delivery: the route"),
    sa.Column("document_id", _uuid, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, sa.CheckConstraint("kind in ('serve', 'urge')", name="service_kind"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False, comment="round of the service, step of the urging"),
    sa.Index("document_service_of", "document_id", "recipient"),
)

# What waits for the press: one row a document that is approved and not issued yet.
document_press = sa.Table(
    "document_press",
    METADATA,
    sa.Column("document_id", _uuid, sa.ForeignKey("document.id"), primary_key=True),
    sa.Column("asked_at", _instant, nullable=False, server_default=sa.func.now()),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0", comment="of them only the last may be going on"),
    sa.Column(
        "next_at",
        _instant,
        nullable=False,
        server_default=sa.func.now(),
        comment="not before; while it is tried, the end of the lease",
    ),
    sa.Column("correlation_id", sa.Text, nullable=False),
    sa.Index("document_press_next", "next_at"),
)

assistance_notice = sa.Table(
    "assistance_notice",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False, comment="12-digit code of the place of the case"),
    sa.Column("agency", sa.Text, nullable=False, comment="who is told"),
    sa.Column("letter_id", _uuid, nullable=False),
    sa.Column("letter_no", sa.Text, nullable=False),
    sa.Column("case_no", sa.Text),
    sa.Column("news", sa.Text, nullable=False, comment="AssistanceState"),
    sa.Column("other_body", sa.Text, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("issued_at", _instant, nullable=False),
    sa.Column("acknowledged_at", _instant),
    sa.Column("acknowledged_by", sa.Text),
    sa.Index("assistance_notice_newest", "issued_at", "id"),
)

# Packages of the file exchange, gap-free in the order in which they were first laid for a recipient.
channel_package = sa.Table(
    "channel_package",
    METADATA,
    sa.Column("delivery_id", _uuid, primary_key=True, comment="also the package's id"),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("subject_id", _uuid, nullable=False),
    sa.UniqueConstraint("route", "number", name="channel_package_number"),
)

# What proves receipts that did not come through the console: slips on paper, codes that were typed in.
receipt_proof = sa.Table(
    "receipt_proof",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False, comment="12-digit code of the county"),
    sa.Column("document_id", _uuid, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False, comment="as the document names it"),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("received_at", _instant, nullable=False, comment="as the receipt says"),
    sa.Column("signed_by", sa.Text),
    sa.Column("handed_by", sa.Text),
    sa.Column("photo_sha256", sa.Text, comment="in the file store"),
    sa.Column("entered_by", sa.Text, nullable=False),
    sa.Column("entered_at", _instant, nullable=False),
    sa.Index("receipt_proof_document", "document_id", "entered_at"),
)

_outgoing = outgoing_tables(
    METADATA,
    sa.Column("place", sa.Integer, nullable=False, server_default="1", comment="in the order of a recipient's ways"),
    sa.Column("options", pg.JSONB, nullable=False, server_default="{}", comment="of the channel, without secrets"),
)
delivery = _outgoing.delivery
endpoint = _outgoing.endpoint
