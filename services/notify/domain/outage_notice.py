"""That an agency cannot be reached: issued to the coordinator, acknowledged by a person, ended when it can again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.base import Event
from shared.contracts.codes import Agency
from shared.contracts.outage_notices import (
    OutageNoticeAcknowledgedV1,
    OutageNoticeEndedV1,
    OutageNoticeIssuedV1,
)


@dataclass
class OutageNotice:
    """issued: None only before it is applied."""

    TYPE: ClassVar[str] = "outage_notice"

    id: UUID
    jurisdiction: str
    version: int = 0
    issued: OutageNoticeIssuedV1 | None = None
    ended_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None

    @property
    def fact(self) -> OutageNoticeIssuedV1:
        if self.issued is None:
            raise LookupError(f"outage notice {self.id} has not been issued")
        return self.issued

    def issue(self, agency: Agency, since: datetime, error: str, waiting: int, now: datetime) -> list[Event]:
        facts = {"since": since, "error": error, "waiting": waiting}
        return [OutageNoticeIssuedV1(at=now, outage_id=self.id, agency=agency, **facts)]

    def end(self, now: datetime) -> list[Event]:
        """Nothing when it has ended already."""
        if self.ended_at is not None:
            return []
        return [OutageNoticeEndedV1(at=now, outage_id=self.id, agency=self.fact.agency)]

    def acknowledge(self, by: str, now: datetime) -> list[Event]:
        """Nothing when somebody has done so already."""
        if self.acknowledged_at is not None:
            return []
        return [OutageNoticeAcknowledgedV1(at=now, outage_id=self.id, agency=self.fact.agency, acknowledged_by=by)]

    def apply(self, event: Any) -> None:
        match event:
            case OutageNoticeIssuedV1():
                self.issued = event
            case OutageNoticeEndedV1():
                self.ended_at = event.at
            case OutageNoticeAcknowledgedV1():
                self.acknowledged_at, self.acknowledged_by = event.at, event.acknowledged_by
            case _:
                raise TypeError(f"{type(event).__name__} is no event of an outage notice")
