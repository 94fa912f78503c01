"""Proposals of joint actions: asked for, approved into an action, declined with the reason."""

from services.cases.domain.action_proposal import ActionProposal
from services.cases.domain.joint_action import JointAction
from services.cases.handlers.cases import locked
from services.cases.handlers.disclosures import enter_letters
from services.cases.storage.numbers import NumberKind
from services.cases.storage.unit import CasesUnit
from shared.contracts.action_proposals import ApproveProposal, DeclineProposal, ProposalView, ProposeJointAction
from shared.contracts.joint_actions import ConveneJointAction, JointActionView
from shared.errors import NotFound
from shared.ids import new_id
from shared.operations import Call


def propose_action(cmd: ProposeJointAction, call: Call, unit: CasesUnit) -> ProposalView:
    """In the proposal that waits already, or as a new one."""
    case = locked(call, unit)
    waiting = unit.proposals.waiting(unit.connection, case.id)
    if waiting is not None:
        unit.record(waiting, unit.proposals, waiting.ask_too(cmd, unit.moment))
        return waiting.view()
    proposal = ActionProposal(id=new_id())
    proposal_no = unit.number(NumberKind.PROPOSAL, case.division_code)
    unit.record(proposal, unit.proposals, proposal.propose(cmd, unit.moment, case, proposal_no))
    return proposal.view()


def approve_proposal(cmd: ApproveProposal, call: Call, unit: CasesUnit) -> JointActionView:
    """The proposal ends and the action begins, in one commit."""
    seen = unit.proposals.get_seen(unit.connection, call.by, call.target)
    if seen.case_id is None:
        raise NotFound
    case = unit.cases.lock(unit.connection, seen.case_id)
    proposal = unit.proposals.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    action = JointAction(id=new_id())
    approved = proposal.approve(action.id, cmd.reason, unit.moment)
    order = ConveneJointAction.model_validate(cmd.model_dump())
    action_no = unit.number(NumberKind.JOINT_ACTION, case.division_code)
    unit.record(action, unit.joint_actions, action.convene(order, unit.moment, case, action_no))
    enter_letters(unit, action, action.tasks)
    unit.record(proposal, unit.proposals, approved)
    return action.view()


def decline_proposal(cmd: DeclineProposal, call: Call, unit: CasesUnit) -> ProposalView:
    proposal = unit.proposals.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    unit.record(proposal, unit.proposals, proposal.decline(cmd, unit.moment))
    return proposal.view()
