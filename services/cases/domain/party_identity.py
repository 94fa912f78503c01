"""The identity of a case's party: a record of its own, sealed, shown masked (domain.md 5.7).

What is in its events says nothing of the numbers. The sealed words travel beside them and are kept by the store.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.party_identities import (
    PartyEvent,
    PartyIdKind,
    PartyRecordedV1,
    PartyUnmaskedV1,
    PartyView,
    RecordParty,
)
from shared.errors import InvalidInput, NotAllowed
from shared.identifiers import is_credit_code, is_resident_number


class PartyNumberWrong(InvalidInput):
    """A sign of it is wrong: its check sign says so. The number is not repeated here."""

    def __init__(self, kind: PartyIdKind) -> None:
        super().__init__("cases.party-number-wrong", "id_no", kind=kind)


class NotHandlingAgency(NotAllowed):
    """Only the agency that handles the case sees the numbers in full."""

    def __init__(self, agency: str) -> None:
        super().__init__("cases.not-handling-agency", None, agency=agency)


_RIGHT = {"resident_id": is_resident_number, "credit_code": is_credit_code}


def plain_number(cmd: RecordParty) -> str:
    """The number as it is compared and kept. Raises PartyNumberWrong."""
    number = "".join(cmd.id_no.split()).upper()
    right = _RIGHT.get(cmd.id_kind)
    if right is not None and not right(number):
        raise PartyNumberWrong(cmd.id_kind)
    return number


@dataclass(kw_only=True)
class PartyIdentity:
    """sealed, masked_no, masked_phone: of which no event tells. views: looks at the whole."""

    TYPE: ClassVar[str] = "party_identity"

    id: UUID
    version: int = 0
    jurisdiction: str = ""
    case_id: UUID | None = None
    case_no: str = ""
    id_kind: PartyIdKind = "resident_id"
    has_phone: bool = False
    has_address: bool = False
    recorded_at: datetime | None = None
    sealed_no: str = ""
    sealed_phone: str = ""
    sealed_address: str = ""
    masked_no: str = ""
    masked_phone: str = ""
    views: int = 0

    def record(self, case_id: UUID, case_no: str, where: str, cmd: RecordParty, at: datetime) -> list[PartyEvent]:
        return [
            PartyRecordedV1(
                at=at,
                party_id=self.id,
                case_id=case_id,
                case_no=case_no,
                division_code=where,
                id_kind=cmd.id_kind,
                has_phone=cmd.phone is not None,
                has_address=cmd.address is not None,
            )
        ]

    def unmask(self, purpose: str, at: datetime) -> list[PartyEvent]:
        """Somebody looks: told before anything is shown."""
        assert self.case_id is not None
        return [
            PartyUnmaskedV1(at=at, reason=purpose, party_id=self.id, case_id=self.case_id, case_no=self.case_no),
        ]

    def view(self, party_name: str) -> PartyView:
        """What everybody who sees the case may see."""
        assert self.case_id is not None
        assert self.recorded_at is not None
        return PartyView(
            case_id=self.case_id,
            case_no=self.case_no,
            version=self.version,
            party_name=party_name,
            id_kind=self.id_kind,
            id_no=self.masked_no,
            phone=self.masked_phone or None,
            has_address=self.has_address,
            recorded_at=self.recorded_at,
            views=self.views,
        )

    def apply(self, event: PartyEvent) -> None:
        if isinstance(event, PartyRecordedV1):
            self.case_id, self.case_no, self.jurisdiction = event.case_id, event.case_no, event.division_code
            self.id_kind, self.recorded_at = event.id_kind, event.at
            self.has_phone, self.has_address = event.has_phone, event.has_address
        elif isinstance(event, PartyUnmaskedV1):
            self.views += 1
