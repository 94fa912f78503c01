"""Joint actions, on the coordinator's side; what agencies do comes by on_agencies.py."""

from services.cases.handlers.disclosures import enter_letters
from services.cases.storage.unit import CasesUnit
from shared.contracts.action_steps import RecordActing, RecordEvidence, RecordMeeting, RecordOnSite, SummariseAction
from shared.contracts.joint_actions import (
    CancelAction,
    ChangeJoin,
    JointActionView,
    PostponeAction,
    ReassignTask,
    RescheduleAction,
)
from shared.operations import Call


def reassign_task(cmd: ReassignTask, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.reassign(cmd, unit.moment))
    enter_letters(unit, action, action.tasks[-1:])
    return action.view()


def change_join(cmd: ChangeJoin, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.change_join(cmd, unit.moment))
    return action.view()


def record_meeting(cmd: RecordMeeting, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.record_meeting(cmd, unit.moment))
    return action.view()


def record_acting(cmd: RecordActing, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.record_acting(cmd, unit.moment))
    return action.view()


def record_on_site(cmd: RecordOnSite, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.record_on_site(cmd, unit.moment))
    return action.view()


def record_evidence(cmd: RecordEvidence, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.record_evidence(cmd, unit.moment))
    return action.view()


def summarise_action(cmd: SummariseAction, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.summarise(cmd, unit.moment))
    return action.view()


def postpone_action(cmd: PostponeAction, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.postpone(cmd, unit.moment))
    return action.view()


def reschedule_action(cmd: RescheduleAction, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.reschedule(cmd, unit.moment))
    return action.view()


def cancel_action(cmd: CancelAction, call: Call, unit: CasesUnit) -> JointActionView:
    """Agencies withdraws the open tasks when it hears of it."""
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.cancel(cmd, unit.moment))
    return action.view()
