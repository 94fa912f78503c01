"""Agencies: tasks, their typed results, the registry of integrations: commands, queries, views, events."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.contracts.base import (
    Audited,
    Bool,
    Command,
    Event,
    GetOne,
    Instant,
    Int,
    ListQuery,
    Sha256,
    ShortText,
    Text,
    View,
)
from shared.contracts.codes import Agency, DeliveryState, ReturnReason, TaskMessageKind, TaskState
from shared.contracts.hand_over import TaskHolder
from shared.contracts.joint_action_events import ActionBrief
from shared.contracts.joint_actions import TaskLetter
from shared.contracts.parts import DocumentRef
from shared.contracts.task_results import SitePhotograph
from shared.contracts.task_results import TaskResult as TaskResult

# As far as every program reads an integer of JSON exactly.
_MOST_POSITION = 2**53 - 1


def _position(value: int) -> int:
    if value > _MOST_POSITION:
        raise PydanticCustomError("less_than_equal", "beyond every position", {"le": _MOST_POSITION})
    return value


# Not a maximum in its schema: that is part of the contract vendors were certified for, and no position is so high.
MailboxPosition = Annotated[int, Field(ge=0), AfterValidator(_position)]


class SignTask(Command, on="task", verb="sign"):
    """Sign for the task (签收)."""

    signed_by: ShortText
    channel: Literal["system", "paper", "package", "mail", "in_person"] = "system"


class EnterReceipt(Command, on="task", verb="enter-receipt"):
    """A receipt on paper (纸质回执): the coordinator enters that the agency has signed for its task."""

    signed_at: Instant = Field(description="by the date on the receipt")
    signed_by: ShortText
    receipt: DocumentRef = Field(description="the scanned receipt, paper_receipt")


class AcceptTask(Command, on="task", verb="accept"):
    """Take the task on."""

    contact_person: ShortText
    contact_phone: ShortText | None = None


class DeclineTask(Command, on="task", verb="decline"):
    """Return the task with a reason (退回)."""

    return_reason: ReturnReason
    reason: Text
    proposed_agency: Agency | None = Field(None, description="whose task it is, in the opinion of who returns it")


class StartTask(Command, on="task", verb="start"):
    """Tell that work on the task has begun."""


class ReportTask(Command, on="task", verb="report"):
    """Report the result, typed by the agency's trade (反馈)."""

    result: TaskResult


class ReportTaskForm(Command, on="task", verb="report-form"):
    """Report the result on the agency's own form (its field names and codes); it is kept as the typed result."""

    form: dict[str, Any]


class ReturnTask(Command, on="task", verb="return"):
    """Return a report for correction (退回补正): what must be put right; the agency reports again."""

    points: Annotated[list[Text], Field(min_length=1, max_length=20, description="each what is to be put right")]


class CompleteTask(Command, on="task", verb="complete"):
    """Accept the report: the task is done (办结)."""


class WithdrawTask(Command, on="task", verb="withdraw"):
    """Withdraw a task that is not reported yet (撤回); the agency is told."""

    reason: Text


class ReadTasks(Command, on="task", verb="read"):
    """Record that the agency has been shown these tasks and messages: the first showing is the proof of delivery.

    The gateway issues it after answering an agency's mailbox poll or task page, since queries change nothing. What is
    known as delivered, or not the caller's, is passed over; the answer names what is new.
    """

    task_ids: list[UUID] = Field(default_factory=list, max_length=200)
    message_ids: list[UUID] = Field(default_factory=list, max_length=200)


class ReadTasksView(View):
    delivered: list[UUID] = Field(description="tasks and messages whose delivery this reading proved")


class TaskRow(View):
    id: UUID
    position: int = Field(description="place in the agency's mailbox; give the last one back as `after`")
    version: int
    state: TaskState
    holder: TaskHolder = Field(description="who answers for it now")
    agency: Agency
    action_id: UUID
    action_no: str
    case_id: UUID
    case_no: str
    title: str
    matter: str
    place: str
    acting_at: Instant
    urgent: bool
    sign_due_on: date | None
    feedback_due_on: date | None
    answer_by: Instant | None = Field(description="not accepted or declined by then, the offer is over")
    issued_at: Instant
    delivered_at: Instant | None
    signed_at: Instant | None
    reported_at: Instant | None


class TaskView(TaskRow):
    letter: TaskLetter
    brief: ActionBrief
    signed_by: str | None
    sign_channel: str | None
    accepted_at: Instant | None
    contact_person: str | None
    contact_phone: str | None
    declined_at: Instant | None
    return_reason: ReturnReason | None
    decline_reason: str | None
    proposed_agency: Agency | None
    started_at: Instant | None
    reports: int = Field(description="how often it was reported")
    returned_at: Instant | None
    return_points: list[str] = Field(description="what the coordinator wants put right")
    done_at: Instant | None
    withdrawn_at: Instant | None
    withdraw_reason: str | None
    expired_at: Instant | None
    result: TaskResult | None
    protocol: str
    delivery_state: DeliveryState
    form: dict[str, Any] = Field(description="the task, and its result once reported, in the agency's own vocabulary")


class GetTask(GetOne, operation="task.get", audited=Audited.OTHERS):
    pass


class ListTasks(ListQuery, operation="task.list", audited=Audited.OTHERS):
    """Newest first; with `after`, the mailbox: oldest first above that position."""

    after: MailboxPosition | None = None
    state: TaskState | None = None
    agency: Agency | None = None
    action_id: UUID | None = None
    case_id: UUID | None = None


class TaskMessageView(View):
    """What the agency is told of a task after its letter: that it was withdrawn, ran out, came back, is done."""

    id: UUID
    position: int = Field(description="place among the agency's messages; give the last one back as `after`")
    kind: TaskMessageKind
    task_id: UUID
    task_version: int = Field(description="version of the task with this change")
    agency: Agency
    action_id: UUID
    action_no: str
    at: Instant
    facts: dict[str, Any] = Field(description="reason, points: as the kind has them")
    delivered_at: Instant | None


class ListTaskMessages(ListQuery, operation="task.messages", audited=Audited.OTHERS):
    """Newest first; with `after`, as a mailbox: oldest first above that position."""

    after: MailboxPosition | None = None
    task_id: UUID | None = None


class AgenciesEvent(Event, source="agencies"):
    at: Instant
    task_id: UUID
    action_id: UUID
    case_id: UUID
    agency: Agency


class TaskIssuedV1(AgenciesEvent):
    """The task is offered to its agency; data is complete so that replay gives the task."""

    action_no: str
    title: str
    place: str
    acting_at: Instant
    urgent: bool
    letter: TaskLetter
    brief: ActionBrief
    sign_due_on: date | None
    feedback_due_on: date | None
    protocol: str
    answer_by: Instant | None = None


class TaskDeliveredV1(AgenciesEvent):
    """2xx from its endpoint, or read from its mailbox. In logs of the first releases its subject is the delivery."""

    channel: str


class TaskSignedV1(AgenciesEvent):
    """at: of the signature itself; that on paper was entered later, by the actor of the event."""

    signed_by: str
    channel: str
    receipt: DocumentRef | None = None


class TaskAcceptedV1(AgenciesEvent):
    contact_person: str
    contact_phone: str | None


class TaskDeclinedV1(AgenciesEvent):
    return_reason: ReturnReason
    reason: str
    proposed_agency: Agency | None = None


class TaskStartedV1(AgenciesEvent):
    pass


class TaskReportedV1(AgenciesEvent):
    result: dict[str, Any]


class TaskAttachmentHandedInV1(AgenciesEvent):
    """A file came with an answer of the task and had its part in it; its content is in the file store.

    photograph: what the report that it came with says of it, found by its digest.
    """

    answer_id: str
    verb: str
    file_name: ShortText
    sha256: Sha256
    sm3: Sha256
    size_bytes: Annotated[Int, Field(ge=1)]
    media_type: str
    name_differs: Bool = False
    photograph: SitePhotograph | None = None


class TaskReturnedV1(AgenciesEvent):
    """For correction; the agency reports again."""

    points: list[str]


class TaskDoneV1(AgenciesEvent):
    """The report is accepted, by the coordinator or because the action closed with it."""


class TaskWithdrawnV1(AgenciesEvent):
    reason: str


class TaskExpiredV1(AgenciesEvent):
    """Neither accepted nor declined within its term: it is with the coordinator again."""

    answer_by: Instant


class TaskDeliveryExhaustedV1(AgenciesEvent):
    """All tries failed: a person must carry it. Subject is the delivery. message: of a message after the letter."""

    error: str
    message: TaskMessageKind | None = None


class TaskDeliveryWaitingV1(AgenciesEvent):
    """Its letter waits because the agency cannot be reached: told once. It still goes out. Subject is the delivery."""

    error: str


class TaskDeliveryResumedV1(AgenciesEvent):
    """A person had it tried again. Subject is the delivery. message: as above."""

    message: TaskMessageKind | None = None


class TaskMessageDeliveredV1(AgenciesEvent):
    """The agency has been told what became of its task. Subject is the delivery.

    because: the event of cases that the message tells of: of a shared result, that it was disclosed.
    """

    channel: str
    message: TaskMessageKind
    because: UUID | None = None


TASK_COMMANDS: tuple[type[Command], ...] = (
    SignTask,
    EnterReceipt,
    AcceptTask,
    DeclineTask,
    StartTask,
    ReportTask,
    ReportTaskForm,
    ReturnTask,
    CompleteTask,
    WithdrawTask,
)
