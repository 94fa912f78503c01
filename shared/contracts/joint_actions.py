"""Joint actions (联合执法): commands, queries, views."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.contracts.action_steps import ACTION_STEP_COMMANDS, ActionSteps
from shared.contracts.base import (
    Bool,
    Command,
    Contract,
    GetOne,
    Instant,
    ListQuery,
    ShortText,
    Text,
    View,
)
from shared.contracts.codes import (
    ActionForm,
    Agency,
    CountyAgency,
    JoinKind,
    JointActionState,
    ReturnReason,
    TaskState,
)
from shared.contracts.hand_over import TaskHolder
from shared.contracts.parts import DeadlineView, DocumentRef


class TaskLetter(Contract):
    """What one agency is asked to do (任务书)."""

    agency: Agency
    matter: Text
    legal_basis: ShortText | None = None
    output: ShortText | None = None


class JoinPolicy(Contract):
    """Whose feedback completes the action. quorum: of how many agencies, for that kind alone."""

    kind: JoinKind = JoinKind.ALL
    quorum: Annotated[int, Field(ge=1, le=10)] | None = None

    @model_validator(mode="after")
    def _quorum_belongs_to_its_kind(self) -> Self:
        if (self.kind is JoinKind.QUORUM) != (self.quorum is not None):
            raise PydanticCustomError("quorum_misplaced", "quorum is given for the kind quorum, and for no other")
        return self


class ConveneJointAction(Command, on="case", verb="convene-joint-action"):
    """Call the agencies together, each with its task letter (联合执法通知, article 9)."""

    title: ShortText
    reason: Text
    place: ShortText
    acting_at: Instant
    urgent: Bool = False
    lead_agency: CountyAgency
    tasks: Annotated[list[TaskLetter], Field(min_length=1, max_length=10)]
    join: JoinPolicy = JoinPolicy()
    form: ActionForm = ActionForm.ACTION


class ReassignTask(Command, on="joint_action", verb="reassign"):
    """After a decline, expiry or withdrawal: give the task to the same or another agency, with what was lacking."""

    task_id: UUID
    letter: TaskLetter
    reason: Text


class PostponeAction(Command, on="joint_action", verb="postpone"):
    """Put the action off (延期): its tasks stay; a new date follows."""

    reason: Text


class RescheduleAction(Command, on="joint_action", verb="reschedule"):
    """Name the new date of an action that was put off."""

    acting_at: Instant
    reason: Text


class CancelAction(Command, on="joint_action", verb="cancel"):
    """Call the action off (取消): its open tasks are withdrawn everywhere."""

    reason: Text


class ChangeJoin(Command, on="joint_action", verb="change-join"):
    """Decide anew whose feedback completes the action, when one of the agencies cannot be waited for."""

    join: JoinPolicy
    reason: Text


class JoinProgress(View):
    """How far the feedback is. Of the tasks that count: not given anew, not withdrawn."""

    needed: int = Field(description="answers that complete it")
    answered: int = Field(description="of those: where the lead agency decides, its answer alone")
    under_way: int = Field(description="at agencies, not answered")
    come_back: int = Field(description="declined or expired: the coordinator gives them anew or does without")
    undelivered: int = Field(description="could not be delivered: a person must carry them")
    is_met: bool


class JointTaskView(View):
    """The coordinator's picture of one agency's task."""

    task_id: UUID
    agency: Agency
    matter: str
    legal_basis: str | None
    output: str | None
    state: TaskState
    holder: TaskHolder
    sign_due_on: date | None
    answer_by: Instant | None
    delivered_at: Instant | None
    delivery_error: str | None = Field(description="why it could not be delivered")
    signed_at: Instant | None
    signed_by: str | None
    sign_channel: str | None
    receipt: DocumentRef | None = Field(description="the scanned receipt, of a signature on paper")
    accepted_at: Instant | None
    declined_at: Instant | None
    return_reason: ReturnReason | None
    decline_reason: str | None
    proposed_agency: Agency | None
    started_at: Instant | None
    expired_at: Instant | None
    withdrawn_at: Instant | None
    reports: int
    returned_at: Instant | None
    done_at: Instant | None
    feedback_due_on: date | None = None
    reported_at: Instant | None
    sign_late_days: int | None = Field(
        None, description="working days after its end at which it was signed, 0 in time; null: not signed, or not asked"
    )
    feedback_late_days: int | None = Field(None, description="the same of the feedback")
    result: dict[str, Any] | None = Field(description="typed result, see agencies.TaskResult")
    replaced_by: UUID | None = Field(description="the task that took its place")


class JointActionRow(View):
    id: UUID
    action_no: str = Field(description="ZW-JA-{county6}-{yyyy}-{seq5}")
    version: int
    state: JointActionState
    title: str
    case_id: UUID
    case_no: str
    place: str
    acting_at: Instant
    urgent: bool
    lead_agency: Agency
    convened_at: Instant
    closed_at: Instant | None


class JointActionView(JointActionRow):
    reason: str
    form: ActionForm
    steps: ActionSteps
    join: JoinPolicy
    progress: JoinProgress
    tasks: list[JointTaskView]
    deadlines: list[DeadlineView]


class GetJointAction(GetOne, operation="joint_action.get"):
    pass


class ListJointActions(ListQuery, operation="joint_action.list"):
    state: JointActionState | None = None
    case_id: UUID | None = None


JOINT_ACTION_COMMANDS: tuple[type[Command], ...] = (
    ReassignTask,
    ChangeJoin,
    PostponeAction,
    RescheduleAction,
    CancelAction,
    *ACTION_STEP_COMMANDS,
)
