"""What agencies tells of its tasks, taken into the coordinator's picture of the joint action.

Times are those of the agency's act, not of its arrival here. A fact that is known already tells nothing.
"""

from services.cases.domain.joint_action import JointAction
from services.cases.handlers.agency_results import awaiting_case, take_result
from services.cases.storage.unit import CasesUnit
from shared.contracts.agencies import AgenciesEvent, TaskAcceptedV1, TaskDeclinedV1, TaskReportedV1, TaskSignedV1
from shared.contracts.base import EventMeta
from shared.delivery.reactor import Reaction


def on_task_signed(event: TaskSignedV1, _: EventMeta, unit: CasesUnit) -> None:
    action = _locked(event, unit)
    told = action.task_signed(event.task_id, event.signed_by, unit.moment_at(event.at))
    unit.record(action, unit.joint_actions, told)


def on_task_accepted(event: TaskAcceptedV1, _: EventMeta, unit: CasesUnit) -> None:
    action = _locked(event, unit)
    unit.record(action, unit.joint_actions, action.task_accepted(event.task_id, unit.moment_at(event.at)))


def on_task_declined(event: TaskDeclinedV1, _: EventMeta, unit: CasesUnit) -> None:
    action = _locked(event, unit)
    told = action.task_declined(event.task_id, event.return_reason, event.reason, unit.moment_at(event.at))
    unit.record(action, unit.joint_actions, told)


def on_task_reported(event: TaskReportedV1, _: EventMeta, unit: CasesUnit) -> None:
    """What in the case waits for the result is moved by it."""
    case = awaiting_case(event, unit)
    action = _locked(event, unit)
    told = action.task_reported(event.task_id, event.result, unit.moment_at(event.at))
    unit.record(action, unit.joint_actions, told)
    if told and case is not None:
        take_result(case, event, unit)


def _locked(event: AgenciesEvent, unit: CasesUnit) -> JointAction:
    """Without scope: agencies has checked who may act."""
    return unit.joint_actions.lock(unit.connection, event.action_id)


REACTIONS = (
    Reaction(TaskSignedV1, on_task_signed),
    Reaction(TaskAcceptedV1, on_task_accepted),
    Reaction(TaskDeclinedV1, on_task_declined),
    Reaction(TaskReportedV1, on_task_reported),
)
