"""Joint actions, on the coordinator's side; what agencies do comes by on_agencies.py."""

from services.cases.storage.unit import CasesUnit
from shared.contracts.joint_actions import JointActionView, ReassignTask
from shared.operations import Call


def reassign_task(cmd: ReassignTask, call: Call, unit: CasesUnit) -> JointActionView:
    action = unit.joint_actions.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(action, unit.joint_actions, action.reassign(cmd, unit.moment))
    return action.view()
