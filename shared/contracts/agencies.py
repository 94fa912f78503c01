"""Agencies: tasks, their typed results, the registry of integrations: commands, queries, views, events."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import (
    Command,
    Event,
    GetOne,
    Instant,
    ListQuery,
    Query,
    ShortText,
    Text,
    View,
)
from shared.contracts.cases_events import ActionBrief
from shared.contracts.codes import Agency, DeliveryState, ReturnReason, TaskState
from shared.contracts.joint_actions import TaskLetter
from shared.contracts.task_results import TaskResult as TaskResult


class SignTask(Command, on="task", verb="sign"):
    """Sign for the task (签收)."""

    signed_by: ShortText
    channel: Literal["system", "paper", "package", "mail", "in_person"] = "system"


class AcceptTask(Command, on="task", verb="accept"):
    """Take the task on."""

    contact_person: ShortText
    contact_phone: ShortText | None = None


class DeclineTask(Command, on="task", verb="decline"):
    """Return the task with a reason (退回)."""

    return_reason: ReturnReason
    reason: Text


class ReportTask(Command, on="task", verb="report"):
    """Report the result, typed by the agency's trade (反馈)."""

    result: TaskResult


class ReportTaskForm(Command, on="task", verb="report-form"):
    """Report the result on the agency's own form (its field names and codes); it is kept as the typed result."""

    form: dict[str, Any]


class ReadTasks(Command, on="task", verb="read"):
    """Record that the agency has been shown these tasks: the first showing is the proof of delivery.

    The gateway issues it after answering an agency's mailbox poll or task page, since queries change nothing. Tasks
    known as delivered, or not the caller's, are passed over; the answer names what is new.
    """

    task_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class ReadTasksView(View):
    delivered: list[UUID] = Field(description="tasks whose delivery this reading proved")


class TaskRow(View):
    id: UUID
    position: int = Field(description="place in the agency's mailbox; give the last one back as `after`")
    version: int
    state: TaskState
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
    result: TaskResult | None
    protocol: str
    delivery_state: DeliveryState
    form: dict[str, Any] = Field(description="the task, and its result once reported, in the agency's own vocabulary")


class GetTask(GetOne, operation="task.get"):
    pass


class ListTasks(ListQuery, operation="task.list"):
    """Newest first; with `after`, the mailbox: oldest first above that position."""

    after: Annotated[int, Field(ge=0)] | None = None
    state: TaskState | None = None
    agency: Agency | None = None
    action_id: UUID | None = None
    case_id: UUID | None = None


class ConfigureEndpoint(Command, on="agency", verb="configure-endpoint"):
    """Where a signed webhook of this agency goes. The answer shows the new signing secret once."""

    agency: Agency
    url: Annotated[str, Field(max_length=500, pattern=r"^https?://")]


class EndpointView(View):
    agency: Agency
    url: str
    secret: str | None = Field(description="Standard Webhooks secret (whsec_…), shown once")
    active: bool


class AgencyView(View):
    code: Agency
    name: str
    protocol: Literal["signed_webhook", "polled_mailbox"]
    result_kinds: list[str] = Field(description="kinds of results it reports, see TaskResult")
    endpoint_url: str | None
    endpoint_active: bool | None
    tasks_open: int
    deliveries_pending: int
    deliveries_exhausted: int


class AgencyList(View):
    items: list[AgencyView]


class ListAgencies(Query, operation="agency.list"):
    pass


class AgenciesEvent(Event, source="agencies"):
    at: Instant
    task_id: UUID
    action_id: UUID
    case_id: UUID
    agency: Agency


class TaskIssuedV1(AgenciesEvent):
    """The task exists at its agency's door; data is complete so that replay gives the task."""

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


class TaskDeliveredV1(AgenciesEvent):
    """2xx from its endpoint, or read from its mailbox. Subject is the delivery: the task's version stays."""

    channel: str


class TaskSignedV1(AgenciesEvent):
    signed_by: str
    channel: str


class TaskAcceptedV1(AgenciesEvent):
    contact_person: str
    contact_phone: str | None


class TaskDeclinedV1(AgenciesEvent):
    return_reason: ReturnReason
    reason: str


class TaskReportedV1(AgenciesEvent):
    result: dict[str, Any]


class TaskWithdrawnV1(AgenciesEvent):
    reason: str


class TaskDeliveryExhaustedV1(AgenciesEvent):
    """All tries failed: a person must carry it. Subject is the delivery."""

    error: str


class TaskDeliveryResumedV1(AgenciesEvent):
    """A person had it tried again. Subject is the delivery."""


class AgencyEndpointEvent(Event, source="agencies"):
    """Subject is the endpoint."""

    at: Instant
    agency: Agency
    url: str


class AgencyEndpointConfiguredV1(AgencyEndpointEvent):
    pass


class AgencyEndpointDisabledV1(AgencyEndpointEvent):
    """The receiver answered 410: what is owed to it waits until the endpoint is configured again."""

    error: str


TASK_COMMANDS: tuple[type[Command], ...] = (SignTask, AcceptTask, DeclineTask, ReportTask, ReportTaskForm)
