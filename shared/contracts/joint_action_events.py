"""What cases tells of joint actions (联合执法行动) and of the tasks of their agencies (domain.md 4.3, 4.4)."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.contracts.base import AreaM2, Contract, Instant
from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import ActionForm, Agency, JointActionState, ReturnReason, TaskState, ViolationType
from shared.contracts.joint_actions import JoinPolicy, TaskLetter
from shared.contracts.parts import DocumentRef


class JointActionEvent(CasesEvent):
    action_id: UUID
    action_no: str
    case_id: UUID
    from_state: JointActionState | None
    to_state: JointActionState


class ActionBrief(Contract):
    """What an agency is told of the case (task letter head). null, or empty: it is not to know (disclosure)."""

    case_no: str
    case_title: str | None
    party_name: str | None
    violation_types: list[ViolationType]
    division_code: str
    division_name: str
    place: str | None
    longitude: float | None
    latitude: float | None
    area_m2: AreaM2 | None
    farmland_area_m2: AreaM2 | None
    pbf_area_m2: AreaM2 | None


class ConvenedTask(Contract):
    """A task as it goes to agencies: its id is fixed here, so that the same order never makes two tasks.

    brief: what this agency is told; null in the events of older releases: the brief of the action.
    answer_by: who has not accepted or declined by then loses the offer; null: it stands until it is withdrawn.
    """

    task_id: UUID
    letter: TaskLetter
    sign_due_on: date | None
    feedback_due_on: date | None
    answer_by: Instant | None = None
    brief: ActionBrief | None = None


class JointActionConvenedV1(JointActionEvent):
    title: str
    place: str
    acting_at: Instant
    urgent: bool
    lead_agency: Agency
    brief: ActionBrief
    tasks: list[ConvenedTask]
    join: JoinPolicy = JoinPolicy()
    form: ActionForm = Field(
        ActionForm.CONSULTATION, description="events of older releases: their actions close by feedback"
    )


class JointActionTaskReassignedV1(JointActionEvent):
    """declined_task_id came back declined, expired or withdrawn; task takes its place."""

    title: str
    place: str
    acting_at: Instant
    urgent: bool
    lead_agency: Agency
    brief: ActionBrief
    declined_task_id: UUID
    task: ConvenedTask


class JointActionTaskEvent(JointActionEvent):
    task_id: UUID
    agency: Agency


class JointActionTaskSignedV1(JointActionTaskEvent):
    signed_by: str
    channel: str | None = None
    receipt: DocumentRef | None = None


class JointActionTaskAcceptedV1(JointActionTaskEvent):
    pass


class JointActionTaskDeclinedV1(JointActionTaskEvent):
    return_reason: ReturnReason
    proposed_agency: Agency | None = None


class JointActionTaskReportedV1(JointActionTaskEvent):
    result: dict[str, Any]


class JointActionTaskMovedV1(JointActionTaskEvent):
    """The other steps of a task: delivered, in progress, expired, returned, done, withdrawn."""

    task_state: TaskState


class JointActionTaskUndeliveredV1(JointActionTaskEvent):
    """Its letter could not be delivered. error: null, when it is tried again."""

    error: str | None


class JointActionJoinChangedV1(JointActionEvent):
    join: JoinPolicy


class JointActionClosedV1(JointActionEvent):
    """The feedback is complete. done_task_ids: whose reports are accepted by that; others are withdrawn."""

    done_task_ids: list[UUID] = Field(default_factory=list)
    withdrawn_task_ids: list[UUID] = Field(default_factory=list)


class JointActionPostponedV1(JointActionEvent):
    pass


class JointActionRescheduledV1(JointActionEvent):
    acting_at: Instant


class JointActionCancelledV1(JointActionEvent):
    """task_ids: those that were open and are withdrawn with it."""

    task_ids: list[UUID]
