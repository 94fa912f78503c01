"""Who has had a piece of evidence in hand: copies to others with purpose and end, and the log of every view."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Command, GetOne, Instant, ListQuery, ShortText, Text, View
from shared.contracts.codes import Agency, CopyState, CountyAgency


class ShareEvidence(Command, on="evidence", verb="share"):
    """Give an agency a copy: with its purpose, until a day and hour (domain.md 4.6)."""

    to_agency: CountyAgency
    purpose: ShortText
    expires_at: Instant


class RevokeCopy(Command, on="evidence_copy", verb="revoke"):
    """End a copy before its time."""

    reason: Text


class ReadCopy(Command, on="evidence_copy", verb="read"):
    """The agency takes its copy; the first time is its receipt."""

    why: ShortText | None = None


class CustodyEntry(View):
    """at, who, what and why; way: of a reading; to: of a copy."""

    at: datetime
    actor: str
    actor_name: str
    what: str = Field(description="event type")
    title: str = Field(description="Chinese name of the act")
    why: str | None
    way: str | None = None
    to: str | None = None
    copy_id: UUID | None = None
    whole: bool | None = None
    event_id: UUID


class Custody(View):
    items: list[CustodyEntry]


class GetCustody(GetOne, operation="evidence.custody"):
    """Every upload, view, download, copy, verification and disposal, oldest first."""


class CopyView(View):
    id: UUID
    version: int
    state: CopyState
    evidence_id: UUID
    evidence_no: str
    title: str
    sha256: str
    sm3: str
    size_bytes: int
    media_type: str
    to_agency: Agency
    purpose: str
    granted_at: Instant
    granted_by: str
    expires_at: Instant
    received_at: Instant | None = Field(description="when the agency first took it")
    reads: int


class GetCopy(GetOne, operation="evidence_copy.get"):
    pass


class ListCopies(ListQuery, operation="evidence_copy.list"):
    """Copies given, as the coordinator sees them; an agency sees its own."""

    evidence_id: UUID | None = None
