"""What came from outside, as an aggregate: that it was refused or parked is told, with the reason."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.agency_endpoints import AgencyAnswerParkedV1, AgencyAnswerRefusedV1, AnswerFault
from shared.contracts.base import Event
from shared.contracts.codes import Agency

TAKEN, PARKED = "taken", "parked"


@dataclass
class OutsideAnswer:
    """answer_id: as its sender counts; of something without one, its name. body: of what was parked, as it came."""

    TYPE: ClassVar[str] = "answer"

    id: UUID
    agency: Agency
    answer_id: str
    protocol: str
    sha256: str
    jurisdiction: str
    received_at: datetime
    version: int = 0
    status: str = TAKEN
    verb: str | None = None
    task_id: UUID | None = None
    faults: list[AnswerFault] = field(default_factory=list)
    body: Any = None
    repeats: int = 0

    def park(self, faults: list[AnswerFault], now: datetime) -> list[Event]:
        """It had no effect; the vendor is told why."""
        told = AgencyAnswerParkedV1(
            at=now,
            agency=self.agency,
            protocol=self.protocol,
            answer_id=self.answer_id,
            verb=self.verb,
            task_id=self.task_id,
            sha256=self.sha256,
            faults=faults,
        )
        return [told]

    def refuse(self, name: str, faults: list[AnswerFault], now: datetime) -> list[Event]:
        """Not proven to be the agency's: it is not even read."""
        told = AgencyAnswerRefusedV1(
            at=now,
            agency=self.agency,
            protocol=self.protocol,
            name=name[:200],
            sha256=self.sha256,
            reason=faults[0].reason,
            detail=faults[0].text,
        )
        return [told]

    def apply(self, event: Any) -> None:
        match event:
            case AgencyAnswerParkedV1():
                self.status, self.faults = PARKED, list(event.faults)
            case AgencyAnswerRefusedV1():
                self.status = PARKED
                self.faults = [AnswerFault(field="file", reason=event.reason, text=event.detail)]
            case _:
                raise TypeError(f"{type(event).__name__} is no event of an answer")
