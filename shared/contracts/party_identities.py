"""Who the party of a case is beyond a name (主体材料): numbers kept sealed and shown masked (domain.md 5.7)."""

from typing import Literal
from uuid import UUID

from shared.contracts.base import Bool, Command, Instant, Query, ShortText, Text, View
from shared.contracts.cases_events import CasesEvent

PartyIdKind = Literal["resident_id", "credit_code", "passport", "other"]


class RecordParty(Command, on="case", verb="record-party"):
    """Record the identity of the party, by who handles the case; again to correct it. Kept sealed, shown masked."""

    id_kind: PartyIdKind
    id_no: ShortText
    phone: ShortText | None = None
    address: ShortText | None = None


class UnmaskParty(Command, on="case", verb="unmask-party"):
    """See the party's numbers in full: the handling agency alone, for a purpose; every look is logged."""

    purpose: Text


class GetParty(Query, operation="case.party"):
    """The party's identity, masked."""

    id: UUID


class PartyView(View):
    """id_no, phone: masked. has_address: the address is shown in full only. views: looks at the whole, so far."""

    case_id: UUID
    case_no: str
    version: int
    party_name: str
    id_kind: PartyIdKind
    id_no: str
    phone: str | None
    has_address: bool
    recorded_at: Instant
    views: int


class UnmaskedParty(View):
    """Never stored with the command's answer: the same key again shows nulls."""

    case_id: UUID
    case_no: str
    version: int
    id_kind: PartyIdKind
    id_no: str | None
    phone: str | None
    address: str | None
    views: int


class PartyEvent(CasesEvent):
    """Of the sealed identity of a party; says nothing of the numbers, masked or not."""

    party_id: UUID
    case_id: UUID
    case_no: str


class PartyRecordedV1(PartyEvent):
    division_code: str
    id_kind: PartyIdKind
    has_phone: Bool
    has_address: Bool


class PartyUnmaskedV1(PartyEvent):
    """Somebody saw the numbers; `actor` of the envelope says who, reason what for."""
