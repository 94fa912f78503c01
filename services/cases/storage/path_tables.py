"""Tables of what stands beside a case: hand-overs to the police, listings, proposals, letters, the sealed store."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.cases.storage.tables import METADATA

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)


def _beside(name: str, no: str, states: str, opened: str, *columns: sa.Column[object]) -> sa.Table:
    """An object of a case, listed newest first."""
    return sa.Table(
        name,
        METADATA,
        sa.Column("id", _uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False, comment=states),
        sa.Column(no, sa.Text, nullable=False, unique=True),
        sa.Column("division_code", sa.Text, nullable=False),
        sa.Column("documents", pg.JSONB, nullable=False),
        sa.Column("deadlines", pg.JSONB, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("case_id", _uuid, nullable=False),
        sa.Column("case_no", sa.Text, nullable=False),
        sa.Column(opened, _instant, nullable=False),
        *columns,
        sa.Index(f"{name}_newest", sa.text(f"{opened} DESC"), sa.text("id DESC")),
        sa.Index(f"{name}_case", "case_id"),
    )


police_transfer = _beside(
    "police_transfer",
    "transfer_no",
    "TransferState",
    "opened_at",
    sa.Column("lead_agency", sa.Text, nullable=False),
    sa.Column("mandatory", sa.Boolean, nullable=False),
    sa.Column("facts", pg.JSONB, nullable=False, comment="TransferFacts"),
)

listing = _beside(
    "listing",
    "listing_no",
    "ListingState",
    "proposed_at",
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("level_title", sa.Text, nullable=False),
    sa.Column("target_unit", sa.Text, nullable=False),
    sa.Column("term_days", sa.Integer, nullable=False),
    sa.Column("term_on", sa.Date),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("facts", pg.JSONB, nullable=False, comment="ListingFacts"),
)

action_proposal = _beside(
    "action_proposal",
    "proposal_no",
    "ProposalState",
    "proposed_at",
    sa.Column("triggers", pg.JSONB, nullable=False),
    sa.Column("raised", pg.JSONB, nullable=False),
    sa.Column("wished", pg.JSONB, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("decided_by", sa.Text),
    sa.Column("action_id", _uuid),
)
# One proposal of a case waits at a time; whatever else is seen is raised in it.
sa.Index(
    "action_proposal_waiting",
    action_proposal.c.case_id,
    unique=True,
    postgresql_where=sa.text("state = 'proposed'"),
)

assistance_request = _beside(
    "assistance_request",
    "letter_no",
    "AssistanceState",
    "requested_at",
    sa.Column("from_agency", sa.Text, nullable=False),
    sa.Column("to_agency", sa.Text, comment="null: to_body"),
    sa.Column("to_body", sa.Text, comment="a body without an account, by its name"),
    sa.Column("matters", pg.JSONB, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("refuse_by_on", sa.Date, comment="last day of J09"),
    sa.Column("facts", pg.JSONB, nullable=False, comment="AssistanceFacts"),
)

# What its events tell, which is next to nothing.
sealed_record = sa.Table(
    "sealed_record",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="SealedState"),
    sa.Column("county", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, comment="SHA-256 of the sealed text as it is now"),
    sa.Column("changed_at", _instant, nullable=False),
)

# What it says: written once a revision and never changed. Follows from no event; the digest in the events proves it.
sealed_content = sa.Table(
    "sealed_content",
    METADATA,
    sa.Column("record_id", _uuid, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.Text, nullable=False, comment="AES-256-GCM"),
    sa.Column("case_key", sa.Text, nullable=False, comment="keyed hash of the case's id"),
    sa.Index("sealed_content_case", "case_key"),
)

TABLES = (police_transfer, listing, action_proposal, assistance_request, sealed_record, sealed_content)
