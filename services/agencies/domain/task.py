"""A task of one agency in a joint action (domain.md 4.3 to 4.5): from the order to the typed result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypedDict
from uuid import UUID

from pydantic import TypeAdapter

from services.agencies.domain.errors import TaskTransitionNotAllowed
from shared.contracts.agencies import (
    TaskAcceptedV1,
    TaskDeclinedV1,
    TaskIssuedV1,
    TaskReportedV1,
    TaskResult,
    TaskSignedV1,
    TaskWithdrawnV1,
)
from shared.contracts.base import Event
from shared.contracts.cases_events import ActionBrief
from shared.contracts.codes import Agency, ReturnReason, TaskState
from shared.contracts.joint_actions import TaskLetter

RESULT: TypeAdapter[TaskResult] = TypeAdapter(TaskResult)


@dataclass(frozen=True)
class Row:
    """at: states in which the command is allowed; to: the state after it."""

    verb: str
    at: frozenset[TaskState]
    to: TaskState


_OPEN = frozenset({TaskState.ISSUED, TaskState.SIGNED, TaskState.ACCEPTED})

TABLE: Mapping[str, Row] = {
    row.verb: row
    for row in (
        Row("sign", frozenset({TaskState.ISSUED}), TaskState.SIGNED),
        Row("accept", frozenset({TaskState.SIGNED}), TaskState.ACCEPTED),
        Row("decline", frozenset({TaskState.ISSUED, TaskState.SIGNED}), TaskState.DECLINED),
        Row("report", frozenset({TaskState.ACCEPTED}), TaskState.REPORTED),
        Row("withdraw", _OPEN, TaskState.WITHDRAWN),
    )
}


class _Header(TypedDict):
    at: datetime
    task_id: UUID
    action_id: UUID
    case_id: UUID
    agency: Agency


@dataclass(frozen=True)
class Order:
    """What the coordinator orders: the head of every task letter and this agency's part."""

    action_id: UUID
    action_no: str
    case_id: UUID
    title: str
    place: str
    acting_at: datetime
    urgent: bool
    letter: TaskLetter
    brief: ActionBrief
    sign_due_on: date | None
    feedback_due_on: date | None


@dataclass
class Task:
    """order: the issuing event, which tells all that never changes. None only before it is applied."""

    TYPE: ClassVar[str] = "task"

    id: UUID
    version: int = 0
    jurisdiction: str = ""
    state: TaskState = TaskState.ISSUED
    issued: TaskIssuedV1 | None = None
    signed_at: datetime | None = None
    signed_by: str | None = None
    sign_channel: str | None = None
    accepted_at: datetime | None = None
    contact_person: str | None = None
    contact_phone: str | None = None
    declined_at: datetime | None = None
    return_reason: ReturnReason | None = None
    decline_reason: str | None = None
    reported_at: datetime | None = None
    result: TaskResult | None = None
    withdrawn_at: datetime | None = None
    withdraw_reason: str | None = None

    @property
    def order(self) -> TaskIssuedV1:
        """The issuing event of a task that exists."""
        if self.issued is None:
            raise LookupError(f"task {self.id} has not been issued")
        return self.issued

    @property
    def agency(self) -> Agency:
        return self.order.agency

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN

    def issue(self, order: Order, protocol: str, now: datetime) -> list[Event]:
        """Put the task at its agency's door."""
        return [
            TaskIssuedV1(
                at=now,
                task_id=self.id,
                action_id=order.action_id,
                case_id=order.case_id,
                agency=order.letter.agency,
                action_no=order.action_no,
                title=order.title,
                place=order.place,
                acting_at=order.acting_at,
                urgent=order.urgent,
                letter=order.letter,
                brief=order.brief,
                sign_due_on=order.sign_due_on,
                feedback_due_on=order.feedback_due_on,
                protocol=protocol,
            )
        ]

    def sign(self, signed_by: str, channel: str, now: datetime) -> list[Event]:
        """签收."""
        self._permit("sign")
        return [TaskSignedV1(**self._header(now), signed_by=signed_by, channel=channel)]

    def accept(self, contact_person: str, contact_phone: str | None, now: datetime) -> list[Event]:
        """Take it on, naming whom to call (J03)."""
        self._permit("accept")
        return [TaskAcceptedV1(**self._header(now), contact_person=contact_person, contact_phone=contact_phone)]

    def decline(self, return_reason: ReturnReason, reason: str, now: datetime) -> list[Event]:
        """退回, with the code and the words of why; the coordinator decides what follows (J09)."""
        self._permit("decline")
        return [TaskDeclinedV1(**self._header(now), return_reason=return_reason, reason=reason)]

    def report(self, result: TaskResult, now: datetime) -> list[Event]:
        """反馈 (J07). That the result is this agency's and plausible is checked before, see results.py."""
        self._permit("report")
        return [TaskReportedV1(**self._header(now), result=result.model_dump(mode="json"))]

    def withdraw(self, reason: str, now: datetime) -> list[Event]:
        """撤回: nobody is to act on it any more."""
        self._permit("withdraw")
        return [TaskWithdrawnV1(**self._header(now), reason=reason)]

    def apply(self, event: Any) -> None:
        """Change as the event tells; an event that is not a task's is a programming error."""
        match event:
            case TaskIssuedV1():
                self.issued, self.state = event, TaskState.ISSUED
                self.jurisdiction = event.brief.division_code
            case TaskSignedV1():
                self.state, self.signed_at = TABLE["sign"].to, event.at
                self.signed_by, self.sign_channel = event.signed_by, event.channel
            case TaskAcceptedV1():
                self.state, self.accepted_at = TABLE["accept"].to, event.at
                self.contact_person, self.contact_phone = event.contact_person, event.contact_phone
            case TaskDeclinedV1():
                self.state, self.declined_at = TABLE["decline"].to, event.at
                self.return_reason, self.decline_reason = event.return_reason, event.reason
            case TaskReportedV1():
                self.state, self.reported_at = TABLE["report"].to, event.at
                self.result = RESULT.validate_python(event.result)
            case TaskWithdrawnV1():
                self.state, self.withdrawn_at = TABLE["withdraw"].to, event.at
                self.withdraw_reason = event.reason
            case _:
                raise TypeError(f"{type(event).__name__} is no event of a task")

    def _permit(self, verb: str) -> None:
        if self.state not in TABLE[verb].at:
            raise TaskTransitionNotAllowed(verb, self.state)

    def _header(self, now: datetime) -> _Header:
        order = self.order
        return {
            "at": now,
            "task_id": self.id,
            "action_id": order.action_id,
            "case_id": order.case_id,
            "agency": order.agency,
        }
