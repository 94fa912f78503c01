"""The paths of a case beside the straight one: each one lock, one decision, one record."""

from collections.abc import Callable
from typing import Any

from services.cases.domain import case_court as court
from services.cases.domain import case_ending as ending
from services.cases.domain import case_enforcement as enforcement
from services.cases.domain import case_filing as filing
from services.cases.domain import case_inquiry as inquiry
from services.cases.domain import case_publication as publication
from services.cases.domain import case_review as review
from services.cases.domain import case_transfer
from services.cases.domain.case import Case
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.progress import Moment
from services.cases.domain.summing import by_area, by_opinion
from services.cases.handlers import summing
from services.cases.handlers.cases import locked, recorded
from services.cases.handlers.official_areas import basis_now
from services.cases.handlers.proposing import propose_at_stop
from services.cases.handlers.reporters import names_of
from services.cases.storage import sealing
from services.cases.storage.numbers import NumberKind
from services.cases.storage.unit import CasesUnit
from shared.contracts import case_paths as c
from shared.contracts.cases import CaseView
from shared.contracts.cases_events import CaseEvent
from shared.errors import InvalidInput, NotFound
from shared.ids import new_id
from shared.operations import Call

Handler = Callable[[Any, Call, CasesUnit], CaseView]


def _step(decide: Callable[[Case, Any, Moment], list[CaseEvent]]) -> Handler:
    """A handler that lets the case decide and tells what it says."""

    def handle(cmd: Any, call: Call, unit: CasesUnit) -> CaseView:
        case = locked(call, unit)
        return recorded(case, decide(case, cmd, unit.moment), unit)

    return handle


def report_stop(cmd: c.ReportStop, call: Call, unit: CasesUnit) -> CaseView:
    """An act that goes on, or resistance, speaks for a joint action."""
    case = locked(call, unit)
    unit.record(case, unit.cases, filing.report_stop(case, cmd, unit.moment))
    propose_at_stop(case, cmd.continues, cmd.people_resisting, cmd.violence, unit)
    return case.view(*unit.cases.beside(unit.connection, case.id))


def drop_stopped(cmd: c.DropStopped, call: Call, unit: CasesUnit) -> CaseView:
    """Whether it is minor is asked of the areas as they are known today."""
    case = locked(call, unit)
    assert case.clue_id is not None
    clue = unit.clues.get(unit.connection, case.clue_id)
    others = by_area(summing.others_of(case.id, case.party_name, case.division_code, unit))
    return recorded(case, filing.drop(case, cmd, unit.moment, basis_now(clue, clue.claimed, unit), others), unit)


def record_appraisal(cmd: c.RecordAppraisal, call: Call, unit: CasesUnit) -> CaseView:
    """Where the opinion makes the hand-over mandatory, the system opens it; also of the acts added to this one."""
    case = locked(call, unit)
    others = summing.others_of(case.id, case.party_name, case.division_code, unit)
    told = inquiry.record_appraisal(case, cmd, unit.moment, by_opinion(others))
    unit.record(case, unit.cases, told)
    for one in (case, *summing.tell(case, others, unit)):
        open_if_due(one, unit)
    return case.view(*unit.cases.beside(unit.connection, case.id))


def review_threshold(cmd: c.ReviewThreshold, call: Call, unit: CasesUnit) -> CaseView:
    case = locked(call, unit)
    unit.record(case, unit.cases, inquiry.review_threshold(case, cmd, unit.moment))
    open_if_due(case, unit)
    return case.view(*unit.cases.beside(unit.connection, case.id))


def decide_recusal(cmd: c.DecideRecusal, call: Call, unit: CasesUnit) -> CaseView:
    """Who takes the place of an officer is compared with who reported, as every handler is."""
    case = locked(call, unit)
    return recorded(case, inquiry.decide_recusal(case, cmd, unit.moment, names_of(case.clue_id, unit)), unit)


def open_if_due(case: Case, unit: CasesUnit) -> None:
    """The hand-over that has become mandatory, and the case that knows of it."""
    if not case_transfer.is_wanted(case):
        return
    transfer = PoliceTransfer(id=new_id())
    transfer_no = unit.number(NumberKind.POLICE_TRANSFER, case.division_code)
    told = transfer.become_due(case, unit.moment, transfer_no)
    unit.record(transfer, unit.police_transfers, told)
    unit.record(case, unit.cases, case_transfer.follow(case, told[-1], unit.moment))


def report_conflict(cmd: c.ReportConflict, call: Call, unit: CasesUnit) -> CaseView:
    case, other, pending = _pair(call, unit, cmd.other_case_id)
    mine, its = ending.report_conflict(case, other, cmd, unit.moment, pending)
    unit.record(other, unit.cases, its)
    return recorded(case, mine, unit)


def settle_jurisdiction(cmd: c.SettleJurisdiction, call: Call, unit: CasesUnit) -> CaseView:
    """The other case of the dispute is the one that goes on, or the one that does not."""
    seen = unit.cases.get_seen(unit.connection, call.by, call.target)
    disputed = [one.case_id for one in seen.procedure.same_acts if one.disputed]
    if not disputed:
        seen.permit(cmd, unit.moment)
        raise InvalidInput("cases.not-in-dispute", "keeps_case_id", law="NRP 10")
    wanted = cmd.keeps_case_id if cmd.keeps_case_id != seen.id else disputed[0]
    case, other, pending = _pair(call, unit, wanted)
    mine, its = ending.settle_jurisdiction(case, other, cmd, unit.moment, pending)
    unit.record(other, unit.cases, its)
    return recorded(case, mine, unit)


def _pair(call: Call, unit: CasesUnit, other_id: Any) -> tuple[Case, Case, list[Case]]:
    """Both cases, locked in the order of their ids; with those that have a hand-over pending. Raises NotFound."""
    if call.target == other_id:
        raise InvalidInput("cases.same-case", "other_case_id", law="APL 25")
    # Of what is not seen nothing else is told, whichever of the two would be locked first.
    unit.cases.get_seen(unit.connection, call.by, call.target)
    locked_: dict[Any, Case] = {}
    for id_ in sorted((call.target, other_id)):
        version = call.expected_version if id_ == call.target else None
        try:
            locked_[id_] = unit.cases.lock_seen(unit.connection, call.by, id_, version)
        except NotFound as error:
            if id_ == call.target:
                raise
            raise InvalidInput("cases.no-such-case", "other_case_id") from error
    case, other = locked_[call.target], locked_[other_id]
    pending = [one for one in (case, other) if sealing.is_pending(unit.connection, unit.desk.seals, one.id)]
    return case, other, pending


HANDLERS: dict[type[Any], Handler] = {
    c.DropStopped: drop_stopped,
    c.ReportStop: report_stop,
    c.ReportDefiance: _step(filing.report_defiance),
    c.ReportLargeCase: _step(filing.report_large),
    c.SignSurveyRecord: _step(inquiry.sign_survey_record),
    c.SuspendInvestigation: _step(inquiry.suspend),
    c.ResumeInvestigation: _step(inquiry.resume),
    c.TellParty: _step(inquiry.tell_party),
    c.TerminateInvestigation: _step(inquiry.terminate),
    c.SupplementInvestigation: _step(inquiry.supplement),
    c.ExtendTerm: _step(inquiry.extend),
    c.CommissionAppraisal: _step(inquiry.commission_appraisal),
    c.RecordAppraisal: record_appraisal,
    c.ReviewThreshold: review_threshold,
    c.RequestRecusal: _step(inquiry.request_recusal),
    c.DecideRecusal: decide_recusal,
    c.SubmitLegalReview: _step(review.submit_legal_review),
    c.GiveLegalOpinion: _step(review.give_legal_opinion),
    c.Deliberate: _step(review.deliberate),
    c.WaivePenalty: _step(review.waive),
    c.RequestHearing: _step(review.request_hearing),
    c.AnnounceHearing: _step(review.announce_hearing),
    c.HoldHearing: _step(review.hold_hearing),
    c.PublishPaper: _step(review.publish),
    c.PublishDecision: _step(publication.publish_decision),
    c.WithdrawPublication: _step(publication.withdraw_publication),
    c.RecordPayment: _step(enforcement.record_payment),
    c.HandBuilding: _step(enforcement.hand_building),
    c.RecordRemedy: _step(enforcement.record_remedy),
    c.EndRemedy: _step(enforcement.end_remedy),
    c.DemandPerformance: _step(enforcement.demand),
    c.ApplyToCourt: _step(enforcement.apply_to_court),
    c.RecordCourtAcceptance: _step(enforcement.record_court_acceptance),
    c.RecordCourtRefusal: _step(court.record_refusal),
    c.AskHigherCourt: _step(court.ask_higher_court),
    c.RecordRuling: _step(enforcement.record_ruling),
    c.ArchiveCase: _step(ending.archive),
    c.ReopenCase: _step(ending.reopen),
    c.ReportConflict: report_conflict,
    c.SettleJurisdiction: settle_jurisdiction,
}
