"""What agencies tells of its tasks, taken into the coordinator's picture of the joint action.

Times are those of the agency's act, not of its arrival here. A fact that is known already tells nothing.
"""

from collections.abc import Callable

from services.cases.domain.joint_action import JointAction
from services.cases.domain.progress import Moment
from services.cases.handlers.agency_results import awaiting_case, take_result
from services.cases.handlers.disclosures import share_earlier, share_result
from services.cases.handlers.evidence import hand_in
from services.cases.storage.unit import CasesUnit
from shared.contracts.agencies import (
    AgenciesEvent,
    TaskAcceptedV1,
    TaskAttachmentHandedInV1,
    TaskDeclinedV1,
    TaskDeliveredV1,
    TaskDeliveryExhaustedV1,
    TaskDeliveryResumedV1,
    TaskDeliveryWaitingV1,
    TaskDoneV1,
    TaskExpiredV1,
    TaskMessageDeliveredV1,
    TaskReportedV1,
    TaskReturnedV1,
    TaskSignedV1,
    TaskStartedV1,
    TaskWithdrawnV1,
)
from shared.contracts.base import EventMeta
from shared.contracts.codes import TaskState
from shared.contracts.joint_action_events import JointActionEvent
from shared.delivery.reactor import Reaction

Decide = Callable[[JointAction, Moment], list[JointActionEvent]]


def on_task_signed(event: TaskSignedV1, _: EventMeta, unit: CasesUnit) -> None:
    def decide(action: JointAction, moment: Moment) -> list[JointActionEvent]:
        return action.task_signed(event.task_id, event.signed_by, moment, event.channel, event.receipt)

    action = _take(event, unit, decide)
    if action is not None and (task := action.task(event.task_id)) is not None:
        share_earlier(unit, action, task)


def on_task_accepted(event: TaskAcceptedV1, _: EventMeta, unit: CasesUnit) -> None:
    _take(event, unit, lambda action, moment: action.task_accepted(event.task_id, moment))


def on_task_declined(event: TaskDeclinedV1, _: EventMeta, unit: CasesUnit) -> None:
    def decide(action: JointAction, moment: Moment) -> list[JointActionEvent]:
        reason, proposed = event.reason, event.proposed_agency
        return action.task_declined(event.task_id, event.return_reason, reason, moment, proposed)

    _take(event, unit, decide)


def on_task_reported(event: TaskReportedV1, _: EventMeta, unit: CasesUnit) -> None:
    """What in the case waits for the result is moved by it."""
    case = awaiting_case(event, unit)
    action = _take(event, unit, lambda action, moment: action.task_reported(event.task_id, event.result, moment))
    if action is not None and (task := action.task(event.task_id)) is not None:
        share_result(unit, action, task)
        if case is not None:
            take_result(case, event, unit)


def on_task_attachment_handed_in(event: TaskAttachmentHandedInV1, _: EventMeta, unit: CasesUnit) -> None:
    hand_in(event, unit)


def on_task_delivered(event: TaskDeliveredV1, _: EventMeta, unit: CasesUnit) -> None:
    _move(event, TaskState.DELIVERED, unit)


def on_task_started(event: TaskStartedV1, _: EventMeta, unit: CasesUnit) -> None:
    _move(event, TaskState.IN_PROGRESS, unit)


def on_task_returned(event: TaskReturnedV1, _: EventMeta, unit: CasesUnit) -> None:
    _move(event, TaskState.RETURNED, unit, "；".join(event.points))


def on_task_done(event: TaskDoneV1, _: EventMeta, unit: CasesUnit) -> None:
    _move(event, TaskState.DONE, unit)


def on_task_expired(event: TaskExpiredV1, _: EventMeta, unit: CasesUnit) -> None:
    """Back with the coordinator, as after a decline."""
    _move(event, TaskState.EXPIRED, unit)


def on_task_withdrawn(event: TaskWithdrawnV1, _: EventMeta, unit: CasesUnit) -> None:
    _move(event, TaskState.WITHDRAWN, unit, event.reason)


def on_task_delivery_exhausted(event: TaskDeliveryExhaustedV1, _: EventMeta, unit: CasesUnit) -> None:
    """Of the letter. Of a message after it the dead letter alone tells."""
    if event.message is None:
        _take(event, unit, lambda action, moment: action.task_undelivered(event.task_id, event.error, moment))


def on_task_delivery_waiting(event: TaskDeliveryWaitingV1, _: EventMeta, unit: CasesUnit) -> None:
    _take(event, unit, lambda action, moment: action.task_undelivered(event.task_id, event.error, moment))


def on_task_message_delivered(event: TaskMessageDeliveredV1, _: EventMeta, unit: CasesUnit) -> None:
    """Of a shared result the ledger says that it has come; sent again, it came the first time."""
    found = unit.disclosures.told_by(unit.connection, event.because) if event.because else None
    if found is not None:
        unit.record(found, unit.disclosures, found.receive(event.at))


def on_task_delivery_resumed(event: TaskDeliveryResumedV1, _: EventMeta, unit: CasesUnit) -> None:
    if event.message is None:
        _take(event, unit, lambda action, moment: action.task_undelivered(event.task_id, None, moment))


def _move(event: AgenciesEvent, state: TaskState, unit: CasesUnit, reason: str | None = None) -> None:
    _take(event, unit, lambda action, moment: action.task_moved(event.task_id, state, moment, reason))


def _take(event: AgenciesEvent, unit: CasesUnit, decide: Decide) -> JointAction | None:
    """The action if the fact was news. Without scope: agencies has checked who may act."""
    action = unit.joint_actions.lock(unit.connection, event.action_id)
    told = decide(action, unit.moment_at(event.at))
    unit.record(action, unit.joint_actions, told)
    return action if told else None


REACTIONS = (
    Reaction(TaskDeliveredV1, on_task_delivered),
    Reaction(TaskSignedV1, on_task_signed),
    Reaction(TaskAcceptedV1, on_task_accepted),
    Reaction(TaskDeclinedV1, on_task_declined),
    Reaction(TaskStartedV1, on_task_started),
    Reaction(TaskReportedV1, on_task_reported),
    Reaction(TaskAttachmentHandedInV1, on_task_attachment_handed_in),
    Reaction(TaskReturnedV1, on_task_returned),
    Reaction(TaskDoneV1, on_task_done),
    Reaction(TaskExpiredV1, on_task_expired),
    Reaction(TaskWithdrawnV1, on_task_withdrawn),
    Reaction(TaskDeliveryExhaustedV1, on_task_delivery_exhausted),
    Reaction(TaskDeliveryWaitingV1, on_task_delivery_waiting),
    Reaction(TaskMessageDeliveredV1, on_task_message_delivered),
    Reaction(TaskDeliveryResumedV1, on_task_delivery_resumed),
)
