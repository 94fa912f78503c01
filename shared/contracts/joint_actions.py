"""Joint actions (联合执法): commands, queries, views."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

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
    Agency,
    CountyAgency,
    JointActionState,
    ReturnReason,
    TaskState,
)
from shared.contracts.parts import DeadlineView


class TaskLetter(Contract):
    """What one agency is asked to do (任务书)."""

    agency: Agency
    matter: Text
    legal_basis: ShortText | None = None
    output: ShortText | None = None


class ConveneJointAction(Command, on="case", verb="convene-joint-action"):
    """Call the agencies together, each with its task letter (联合执法通知, article 9)."""

    title: ShortText
    reason: Text
    place: ShortText
    acting_at: Instant
    urgent: Bool = False
    lead_agency: CountyAgency
    tasks: Annotated[list[TaskLetter], Field(min_length=1, max_length=10)]


class ReassignTask(Command, on="joint_action", verb="reassign"):
    """After a decline: give the task to the same or another agency, with what the return asked for."""

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


class JointTaskView(View):
    """The coordinator's picture of one agency's task."""

    task_id: UUID
    agency: Agency
    matter: str
    legal_basis: str | None
    output: str | None
    state: TaskState
    sign_due_on: date | None
    signed_at: Instant | None
    signed_by: str | None
    accepted_at: Instant | None
    declined_at: Instant | None
    return_reason: ReturnReason | None
    decline_reason: str | None
    feedback_due_on: date | None = None
    reported_at: Instant | None
    sign_late_days: int | None = Field(
        None, description="working days after its end at which it was signed, 0 in time; null: not signed, or not asked"
    )
    feedback_late_days: int | None = Field(None, description="the same of the feedback")
    result: dict[str, Any] | None = Field(description="typed result, see agencies.TaskResult")
    replaced_by: UUID | None = Field(description="the task that took over after a decline")


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
    tasks: list[JointTaskView]
    deadlines: list[DeadlineView]


class GetJointAction(GetOne, operation="joint_action.get"):
    pass


class ListJointActions(ListQuery, operation="joint_action.list"):
    state: JointActionState | None = None
    case_id: UUID | None = None


JOINT_ACTION_COMMANDS: tuple[type[Command], ...] = (ReassignTask, PostponeAction, RescheduleAction, CancelAction)
