"""What the four integrations have in common: who they are, and the check of results by the rules of the domain."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from services.agencies.domain.results import RESULT_KINDS, check_result
from shared.clock import SHANGHAI
from shared.contracts.agencies import TaskIssuedV1, TaskResult
from shared.contracts.cases_events import ActionBrief
from shared.contracts.codes import Agency, title

# 村 and 村部 only look alike; a name that is repeated is longer.
_ONE_CHARACTER = 1


class Trade(ABC):
    """Base of an Integration (ports.py)."""

    agency: ClassVar[Agency]

    def __init__(self, protocol: str) -> None:
        self._protocol = protocol

    @property
    def protocol(self) -> str:
        return self._protocol

    @property
    def result_kind(self) -> str:
        return RESULT_KINDS[self.agency]

    @abstractmethod
    def outgoing(self, order: TaskIssuedV1) -> dict[str, Any]: ...

    @abstractmethod
    def incoming(self, form: Mapping[str, Any]) -> TaskResult: ...

    @abstractmethod
    def result_form(self, result: TaskResult) -> dict[str, Any]: ...

    def check_result(self, result: TaskResult, today: date) -> None:
        check_result(self.agency, result, today)


def violations(brief: ActionBrief) -> list[str]:
    """The causes of action (案由) in Chinese."""
    return [title(code) for code in brief.violation_types]


def address(brief: ActionBrief) -> str:
    """Division and place in one line; what of the division the place says itself is not written twice."""
    division, place = brief.division_name, brief.place or ""
    overlaps = range(min(len(division), len(place)), _ONE_CHARACTER, -1)
    said_twice = next((length for length in overlaps if place.startswith(division[-length:])), 0)
    return division + place[said_twice:]


def local_minute(order: TaskIssuedV1) -> str:
    """Time of action as offices write it, Asia/Shanghai."""
    return order.acting_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day_or_none(day: date | None, layout: str = "%Y-%m-%d") -> str | None:
    return day.strftime(layout) if day else None
