"""Cases: the steps of the penalty procedure, and what is opened beside it."""

from services.cases.domain import rectification_paths
from services.cases.domain.case import Case
from services.cases.domain.joint_action import JointAction
from services.cases.domain.rectification import Rectification
from services.cases.handlers.disclosures import enter_letters
from services.cases.handlers.evidence_check import require_evidence
from services.cases.handlers.official_areas import room_in
from services.cases.handlers.proposing import propose_at_order, settle_proposal
from services.cases.handlers.reporters import names_of
from services.cases.storage import sealing
from services.cases.storage.numbers import NumberKind
from services.cases.storage.unit import CasesUnit
from shared.contracts.cases import (
    CaseView,
    CloseCase,
    CompleteExecution,
    ConcludeInvestigation,
    DecideCase,
    NotifyParty,
    ReviewCase,
    ServeDecision,
    StartInvestigation,
    StartPerformance,
)
from shared.contracts.cases_events import CaseEvent
from shared.contracts.codes import EvidenceObject, EvidenceStep
from shared.contracts.joint_actions import ConveneJointAction, JointActionView
from shared.contracts.rectifications import OpenRectification, OrderRectification, RectificationView
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.operations import Call


def start_investigation(cmd: StartInvestigation, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    return recorded(case, case.investigate(cmd, unit.moment, names_of(case.clue_id, unit)), unit)


def conclude_investigation(cmd: ConcludeInvestigation, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    told = case.conclude(cmd, unit.moment)
    require_evidence(unit, EvidenceObject.CASE, case.id, EvidenceStep.CONCLUDE)
    return recorded(case, told, unit)


def review_case(cmd: ReviewCase, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    return recorded(case, case.review(cmd, unit.moment), unit)


def notify_party(cmd: NotifyParty, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    return recorded(case, case.notice(cmd, unit.moment), unit)


def decide_case(cmd: DecideCase, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    fined = [one.case_no for one in same_acts(case, unit) if has_fine(one)]
    told = case.decide(cmd, unit.moment, fined)
    _check_number(cmd, case, call, unit)
    return recorded(case, told, unit)


def _check_number(cmd: DecideCase, case: Case, call: Call, unit: CasesUnit) -> None:
    """A number is given out once (domain.md 5.1). The other case is named to who sees it. Raises Conflict."""
    agency = cmd.deciding_agency or case.lead_agency
    other = unit.cases.decided_under(unit.connection, agency, cmd.decision_no, case)
    if other is None:
        return
    try:
        unit.cases.get_seen(unit.connection, call.by, other.id)
    except NotFound:
        raise Conflict("cases.decision-no-used", "decision_no", value=cmd.decision_no) from None
    raise Conflict("cases.decision-no-used-by", "decision_no", value=cmd.decision_no, case_no=other.case_no)


def serve_decision(cmd: ServeDecision, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    return recorded(case, case.serve(cmd, unit.moment), unit)


def start_performance(cmd: StartPerformance, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    return recorded(case, case.perform(cmd, unit.moment), unit)


def complete_execution(cmd: CompleteExecution, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    return recorded(case, case.execute(cmd, unit.moment), unit)


def close_case(cmd: CloseCase, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    pending = sealing.is_pending(unit.connection, unit.desk.seals, case.id)
    return recorded(case, case.close(cmd, unit.moment, pending), unit)


def order_rectification(cmd: OrderRectification, call: Call, unit: CasesUnit) -> RectificationView:
    """Opens an item beside the case, whose own state stays; the lock on the case keeps the sum of its items true."""
    case = locked(call, unit)
    item = Rectification(id=new_id())
    item_no = unit.number(NumberKind.RECTIFICATION, case.division_code)
    unit.record(item, unit.rectifications, item.order(cmd, unit.moment, case, item_no, room_in(case, unit)))
    propose_at_order(case, item, unit)
    return item.view()


def open_rectification(cmd: OpenRectification, call: Call, unit: CasesUnit) -> RectificationView:
    """As order_rectification, for an item whose plan is still to be made."""
    case = locked(call, unit)
    item = Rectification(id=new_id())
    item_no = unit.number(NumberKind.RECTIFICATION, case.division_code)
    told = rectification_paths.open_item(item, cmd, unit.moment, case, item_no, room_in(case, unit))
    unit.record(item, unit.rectifications, told)
    return item.view()


def convene_joint_action(cmd: ConveneJointAction, call: Call, unit: CasesUnit) -> JointActionView:
    """Opens a joint action beside the case; its event carries every agency's task."""
    case = locked(call, unit)
    action = JointAction(id=new_id())
    action_no = unit.number(NumberKind.JOINT_ACTION, case.division_code)
    unit.record(action, unit.joint_actions, action.convene(cmd, unit.moment, case, action_no))
    enter_letters(unit, action, action.tasks)
    settle_proposal(case, action.id, cmd.reason, unit)
    return action.view()


def locked(call: Call, unit: CasesUnit) -> Case:
    return unit.cases.lock_seen(unit.connection, call.by, call.target, call.expected_version)


def same_acts(case: Case, unit: CasesUnit) -> list[Case]:
    """The other cases about the same act, as they stand."""
    return [unit.cases.get(unit.connection, one.case_id) for one in case.procedure.same_acts]


def has_fine(case: Case) -> bool:
    penalty = case.procedure.penalty
    return penalty is not None and penalty.fine_yuan > 0 and not case.procedure.penalty_revoked


def recorded(case: Case, events: list[CaseEvent], unit: CasesUnit) -> CaseView:
    unit.record(case, unit.cases, events)
    return case.view(*unit.cases.beside(unit.connection, case.id))
