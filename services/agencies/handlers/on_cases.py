"""What cases tells: a joint action was convened, called off or closed; a task that came back was given anew."""

from uuid import UUID

from services.agencies.domain.task import Order, Task
from services.agencies.handlers.messages import owe
from services.agencies.handlers.tasks import complete, withdraw
from services.agencies.storage.reach import transport_of
from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.action_step_events import JointActionFeedbackCompletedV1
from shared.contracts.base import EventMeta
from shared.contracts.codes import DisclosurePurpose, TaskMessageKind, TaskState
from shared.contracts.disclosure import CaseFieldsDisclosedV1
from shared.contracts.hand_over import ANSWERED, OPEN
from shared.contracts.joint_action_events import (
    ConvenedTask,
    JointActionCancelledV1,
    JointActionClosedV1,
    JointActionConvenedV1,
    JointActionTaskReassignedV1,
)
from shared.delivery.reactor import Reaction
from shared.outgoing import deliveries


def on_joint_action_convened(event: JointActionConvenedV1, meta: EventMeta, unit: AgenciesUnit) -> None:
    """A task and its delivery for every agency. The ids are fixed in the event: applied again, it changes nothing."""
    for convened in event.tasks:
        _issue(event, convened, meta, unit)


def on_joint_action_task_reassigned(event: JointActionTaskReassignedV1, meta: EventMeta, unit: AgenciesUnit) -> None:
    """The former task ends, were it still open, and the new one takes its place."""
    _withdraw(event.declined_task_id, event.reason or "改派", unit)
    _issue(event, event.task, meta, unit)


def on_joint_action_cancelled(event: JointActionCancelledV1, _: EventMeta, unit: AgenciesUnit) -> None:
    """What is still open is withdrawn, and nothing of it is delivered any more."""
    for task_id in event.task_ids:
        _withdraw(task_id, event.reason or "联合执法取消", unit)


def on_feedback_complete(
    event: JointActionClosedV1 | JointActionFeedbackCompletedV1, _: EventMeta, unit: AgenciesUnit
) -> None:
    """By its join policy: reports are accepted, who has not reported is not waited for any more."""
    for task_id in (*event.done_task_ids, *event.withdrawn_task_ids):
        task = unit.tasks.find(unit.connection, task_id)
        if task is None:
            continue
        if task.state is TaskState.REPORTED:  # also one whose report was on its way when the action closed
            complete(unit, task)
        elif task.is_open:
            withdraw(unit, task, event.reason or "联合执法反馈已齐")


def on_case_fields_disclosed(event: CaseFieldsDisclosedV1, meta: EventMeta, unit: AgenciesUnit) -> None:
    """What another agency of the action reported, as far as this one may know it: cases has left out the rest."""
    if event.purpose is not DisclosurePurpose.JOINT_RESULT or event.content is None:
        return
    task = unit.tasks.find(unit.connection, event.about)
    if task is None or task.state not in OPEN | ANSWERED:
        return
    facts = {"from_agency": event.from_agency, "result": event.content}
    owe(unit, task, TaskMessageKind.SHARED_RESULT, meta.event_id, **facts)


def _withdraw(task_id: UUID, reason: str, unit: AgenciesUnit) -> None:
    """A task that is over already stays as it is."""
    task = unit.tasks.find(unit.connection, task_id)
    if task is not None and task.is_open:
        withdraw(unit, task, reason)


def _issue(
    event: JointActionConvenedV1 | JointActionTaskReassignedV1,
    convened: ConvenedTask,
    meta: EventMeta,
    unit: AgenciesUnit,
) -> None:
    if unit.tasks.find(unit.connection, convened.task_id) is not None:
        return
    task = Task(convened.task_id)
    transport = transport_of(unit.connection, unit.desk.registry, convened.letter.agency)
    unit.record(task, unit.tasks, task.issue(_order(event, convened), transport.name, unit.now))
    deliveries.add(unit.connection, task.id, task.agency.value, transport.name, meta.correlation_id)


def _order(event: JointActionConvenedV1 | JointActionTaskReassignedV1, convened: ConvenedTask) -> Order:
    return Order(
        action_id=event.action_id,
        action_no=event.action_no,
        case_id=event.case_id,
        title=event.title,
        place=event.place,
        acting_at=event.acting_at,
        urgent=event.urgent,
        letter=convened.letter,
        brief=convened.brief or event.brief,
        sign_due_on=convened.sign_due_on,
        feedback_due_on=convened.feedback_due_on,
        answer_by=convened.answer_by,
    )


REACTIONS = (
    Reaction(JointActionConvenedV1, on_joint_action_convened),
    Reaction(JointActionTaskReassignedV1, on_joint_action_task_reassigned),
    Reaction(JointActionCancelledV1, on_joint_action_cancelled),
    Reaction(JointActionClosedV1, on_feedback_complete),
    Reaction(JointActionFeedbackCompletedV1, on_feedback_complete),
    Reaction(CaseFieldsDisclosedV1, on_case_fields_disclosed),
)
