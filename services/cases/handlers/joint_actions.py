"""Joint actions, on the coordinator's side; what agencies do comes by on_agencies.py."""

from collections.abc import Callable
from typing import Any

from services.cases.domain.joint_action import JointAction
from services.cases.domain.progress import Moment
from services.cases.handlers.disclosures import enter_letters
from services.cases.storage.unit import CasesUnit
from shared.contracts import action_steps as sp
from shared.contracts import joint_actions as ja
from shared.contracts.base import Command
from shared.contracts.joint_action_events import JointActionEvent
from shared.operations import Call


def _step(
    decide: Callable[[JointAction, Any, Moment], list[JointActionEvent]],
) -> Callable[[Any, Call, CasesUnit], ja.JointActionView]:
    """The handler of a step that the action decides by itself."""

    def handle(cmd: Any, call: Call, unit: CasesUnit) -> ja.JointActionView:
        action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
        unit.record(action, unit.joint_actions, decide(action, cmd, unit.moment))
        return action.view()

    return handle


def reassign_task(cmd: ja.ReassignTask, call: Call, unit: CasesUnit) -> ja.JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.reassign(cmd, unit.moment))
    enter_letters(unit, action, action.tasks[-1:])
    return action.view()


HANDLERS: dict[type[Command], Callable[[Any, Call, CasesUnit], ja.JointActionView]] = {
    ja.ReassignTask: reassign_task,
    ja.ChangeJoin: _step(JointAction.change_join),
    sp.RecordMeeting: _step(JointAction.record_meeting),
    sp.RecordActing: _step(JointAction.record_acting),
    sp.RecordOnSite: _step(JointAction.record_on_site),
    sp.RecordEvidence: _step(JointAction.record_evidence),
    sp.SummariseAction: _step(JointAction.summarise),
    ja.PostponeAction: _step(JointAction.postpone),
    ja.RescheduleAction: _step(JointAction.reschedule),
    # Agencies withdraws the open tasks when it hears of it.
    ja.CancelAction: _step(JointAction.cancel),
}
