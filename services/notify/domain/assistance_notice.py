"""What has become of a letter of assistance: told to one of the two agencies, acknowledged by a person of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.assistance_notices import AssistanceNoticeAcknowledgedV1, AssistanceNoticeIssuedV1
from shared.contracts.base import Event


@dataclass
class AssistanceNotice:
    """issued: None only before it is applied."""

    TYPE: ClassVar[str] = "assistance_notice"

    id: UUID
    jurisdiction: str
    version: int = 0
    issued: AssistanceNoticeIssuedV1 | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None

    @property
    def fact(self) -> AssistanceNoticeIssuedV1:
        if self.issued is None:
            raise LookupError(f"assistance notice {self.id} has not been issued")
        return self.issued

    def acknowledge(self, by: str, now: datetime) -> list[Event]:
        """Nothing when somebody has done so already."""
        if self.acknowledged_at is not None:
            return []
        return [AssistanceNoticeAcknowledgedV1(at=now, notice_id=self.id, agency=self.fact.agency, acknowledged_by=by)]

    def apply(self, event: Any) -> None:
        match event:
            case AssistanceNoticeIssuedV1():
                self.issued = event
            case AssistanceNoticeAcknowledgedV1():
                self.acknowledged_at, self.acknowledged_by = event.at, event.acknowledged_by
            case _:
                raise TypeError(f"{type(event).__name__} is no event of an assistance notice")
