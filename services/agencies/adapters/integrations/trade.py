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


def local_minute(order: TaskIssuedV1) -> str:
    """Time of action as offices write it, Asia/Shanghai."""
    return order.acting_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day_or_none(day: date | None, layout: str = "%Y-%m-%d") -> str | None:
    return day.strftime(layout) if day else None
