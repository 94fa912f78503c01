"""A task of one agency in a joint action (domain.md 4.3 to 4.5): from the order to the typed result."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypedDict
from uuid import UUID

from pydantic import TypeAdapter

from services.agencies.domain.answers import REPORTS, AnswerWrong, fault
from services.agencies.domain.attachments import Attachment
from services.agencies.domain.errors import ProposesItself, ReceiptWrong
from services.agencies.domain.task_table import TABLE, permit
from shared.clock import local_day
from shared.contracts.agencies import (
    TaskAcceptedV1,
    TaskAttachmentHandedInV1,
    TaskDeclinedV1,
    TaskDeliveredV1,
    TaskDoneV1,
    TaskExpiredV1,
    TaskIssuedV1,
    TaskReportedV1,
    TaskResult,
    TaskReturnedV1,
    TaskSignedV1,
    TaskStartedV1,
    TaskWithdrawnV1,
)
from shared.contracts.base import Event
from shared.contracts.codes import Agency, DocumentKind, ReturnReason, TaskState
from shared.contracts.hand_over import OPEN, PENDING, TaskHolder, holder_of
from shared.contracts.joint_action_events import ActionBrief
from shared.contracts.joint_actions import TaskLetter
from shared.contracts.parts import DocumentRef
from shared.contracts.task_results import DemolitionRecord, SitePhotograph

OFFLINE = "offline"
RESULT: TypeAdapter[TaskResult] = TypeAdapter(TaskResult)


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
    answer_by: datetime | None = None


@dataclass
class Task:
    """issued: the first event, which tells all that never changes. None only before it is applied.

    decided_version: the version after the last step that somebody took. The proof of delivery comes by itself after it
    and changes nothing that one decides on, so an If-Match from before that proof still holds; nor does a file that
    came with the step.
    """

    TYPE: ClassVar[str] = "task"

    id: UUID
    version: int = 0
    jurisdiction: str = ""
    decided_version: int = 0
    state: TaskState = TaskState.OFFERED
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
    proposed_agency: Agency | None = None
    started_at: datetime | None = None
    reported_at: datetime | None = None
    reports: int = 0
    result: TaskResult | None = None
    returned_at: datetime | None = None
    return_points: list[str] = field(default_factory=list)
    done_at: datetime | None = None
    expired_at: datetime | None = None
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
    def holder(self) -> TaskHolder:
        return holder_of(self.state)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_pending(self) -> bool:
        """Offered, and neither accepted nor declined."""
        return self.state in PENDING

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
                answer_by=order.answer_by,
            )
        ]

    def deliver(self, channel: str, now: datetime) -> list[Event]:
        """It has come to its agency. Nothing when the task has gone on without that proof, or is over."""
        if self.state not in TABLE["deliver"].at:
            return []
        return [TaskDeliveredV1(**self._header(now), channel=channel)]

    def sign(self, signed_by: str, channel: str, now: datetime) -> list[Event]:
        """签收."""
        self._permit("sign")
        return [TaskSignedV1(**self._header(now), signed_by=signed_by, channel=channel)]

    def enter_receipt(self, signed_by: str, signed_at: datetime, receipt: DocumentRef, now: datetime) -> list[Event]:
        """签收 on paper, entered by the coordinator. Lateness counts by the date on it. Raises ReceiptWrong."""
        self._permit("enter-receipt")
        if receipt.kind is not DocumentKind.PAPER_RECEIPT:
            raise ReceiptWrong("receipt.kind", "receipt-is-paper")
        if signed_at > now:
            raise ReceiptWrong("signed_at", "not-in-the-future")
        if local_day(signed_at) < local_day(self.order.at):
            raise ReceiptWrong("signed_at", "not-before-the-order")
        # Who writes only the day gives its midnight, which on the day of the order lies before it.
        at = max(signed_at, self.order.at).astimezone(UTC)
        return [TaskSignedV1(**self._header(at), signed_by=signed_by, channel=OFFLINE, receipt=receipt)]

    def accept(self, contact_person: str, contact_phone: str | None, now: datetime) -> list[Event]:
        """Take it on, naming whom to call (J03)."""
        self._permit("accept")
        return [TaskAcceptedV1(**self._header(now), contact_person=contact_person, contact_phone=contact_phone)]

    def decline(
        self, return_reason: ReturnReason, reason: str, now: datetime, proposed_agency: Agency | None = None
    ) -> list[Event]:
        """退回, with code and words of why, and whose it should be; the coordinator decides what follows (J09).

        Raises ProposesItself.
        """
        self._permit("decline")
        if proposed_agency is self.agency:
            raise ProposesItself(self.agency)
        told = TaskDeclinedV1(
            **self._header(now), return_reason=return_reason, reason=reason, proposed_agency=proposed_agency
        )
        return [told]

    def start(self, now: datetime) -> list[Event]:
        """Work has begun."""
        self._permit("start")
        return [TaskStartedV1(**self._header(now))]

    def report(self, result: TaskResult, now: datetime) -> list[Event]:
        """反馈 (J07). That the result is this agency's and plausible is checked before, see results.py."""
        self._permit("report")
        return [TaskReportedV1(**self._header(now), result=result.model_dump(mode="json"))]

    def hand_in(self, answer_id: str, verb: str, attachments: Sequence[Attachment], now: datetime) -> list[Event]:
        """Files that came with an answer that is done: a file an event, so that none is too large.

        Raises AnswerWrong for a file that is not what the form says of the photograph of that name.
        """
        photographs = self._photographs(verb)
        faults = [
            fault(one.field, "attachment-other-content")
            for one in attachments
            if one.sha256 not in photographs and any(said.file_name == one.name for said in photographs.values())
        ]
        if faults:
            raise AnswerWrong(faults)
        return [
            TaskAttachmentHandedInV1(
                **self._header(now),
                answer_id=answer_id,
                verb=verb,
                file_name=one.name,
                sha256=one.sha256,
                sm3=one.sm3,
                size_bytes=one.size_bytes,
                media_type=one.media_type or "",
                name_differs=one.name_differs,
                photograph=photographs.get(one.sha256),
            )
            for one in attachments
        ]

    def _photographs(self, verb: str) -> dict[str, SitePhotograph]:
        """By digest, of the report that the verb says has just been made."""
        if verb in REPORTS and isinstance(self.result, DemolitionRecord):
            return {one.sha256: one for one in self.result.photographs}
        return {}

    def return_(self, points: Sequence[str], now: datetime) -> list[Event]:
        """退回补正: the agency has it again and reports anew."""
        self._permit("return")
        return [TaskReturnedV1(**self._header(now), points=list(points))]

    def complete(self, now: datetime) -> list[Event]:
        """办结: the report is accepted."""
        self._permit("complete")
        return [TaskDoneV1(**self._header(now))]

    def expire(self, now: datetime) -> list[Event]:
        """The term of the offer is over; nothing when it was answered, or the term is still to come."""
        answer_by = self.order.answer_by
        if not self.is_pending or answer_by is None or answer_by > now:
            return []
        return [TaskExpiredV1(**self._header(now), answer_by=answer_by)]

    def withdraw(self, reason: str, now: datetime) -> list[Event]:
        """撤回: nobody is to act on it any more."""
        self._permit("withdraw")
        return [TaskWithdrawnV1(**self._header(now), reason=reason)]

    def apply(self, event: Any) -> None:
        """Change as the event tells; an event that is not a task's is a programming error."""
        if isinstance(event, TaskDeliveredV1):
            self.state = TABLE["deliver"].to
            return
        if isinstance(event, TaskAttachmentHandedInV1):
            return
        self.decided_version = self.version + 1
        match event:
            case TaskIssuedV1():
                self.issued, self.state = event, TaskState.OFFERED
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
                self.proposed_agency = event.proposed_agency
            case TaskStartedV1():
                self.state, self.started_at = TABLE["start"].to, event.at
            case TaskReportedV1():
                self.state, self.reported_at = TABLE["report"].to, event.at
                self.result, self.reports = RESULT.validate_python(event.result), self.reports + 1
            case TaskReturnedV1():
                self.state, self.returned_at = TABLE["return"].to, event.at
                self.return_points = list(event.points)
            case TaskDoneV1():
                self.state, self.done_at = TABLE["complete"].to, event.at
            case TaskExpiredV1():
                self.state, self.expired_at = TABLE["expire"].to, event.at
            case TaskWithdrawnV1():
                self.state, self.withdrawn_at = TABLE["withdraw"].to, event.at
                self.withdraw_reason = event.reason
            case _:
                raise TypeError(f"{type(event).__name__} is no event of a task")

    def _permit(self, verb: str) -> None:
        permit(verb, self.state, self.version)

    def _header(self, now: datetime) -> _Header:
        order = self.order
        return {
            "at": now,
            "task_id": self.id,
            "action_id": order.action_id,
            "case_id": order.case_id,
            "agency": order.agency,
        }
