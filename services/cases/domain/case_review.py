"""Legal review, collective discussion, hearing, waiver, service by public notice (APL 33, 57, 58, 63, 64; CPL 95)."""

from datetime import timedelta

from services.cases.domain import decision, standstill
from services.cases.domain.case import Case
from services.cases.domain.people import keep_apart
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import Forbidden
from shared.clock import local_day, noon
from shared.contracts.case_path_events import (
    CaseDeliberatedV1,
    CaseHearingAnnouncedV1,
    CaseHearingHeldV1,
    CaseHearingRequestedV1,
    CaseLegalOpinionGivenV1,
    CaseLegalReviewRequestedV1,
    CasePaperPublishedV1,
    CasePenaltyWaivedV1,
)
from shared.contracts.case_paths import (
    AnnounceHearing,
    Deliberate,
    GiveLegalOpinion,
    HoldHearing,
    PublishPaper,
    RequestHearing,
    SubmitLegalReview,
    WaivePenalty,
)
from shared.contracts.cases_events import CaseEvent
from shared.contracts.codes import CaseState, DocumentKind, NoPenaltyReason, PauseReason

_DOC = DocumentKind
# Which paper is served in which state, and the clock that stands still until it counts as served.
_PAPERS = {
    "penalty_notice": (frozenset({CaseState.UNDER_REVIEW, CaseState.LEGAL_REVIEW, CaseState.COLLECTIVE}), "D10"),
    "penalty_decision": (frozenset({CaseState.DECIDED}), "D17"),
    "demand_notice": (frozenset({CaseState.PERFORMING}), "D22"),
}


def submit_legal_review(case: Case, cmd: SubmitLegalReview, moment: Moment) -> list[CaseEvent]:
    """From a hearing only once it was held."""
    told = case.take(cmd, moment)
    hearing = case.procedure.hearing
    if case.state is CaseState.HEARING and (hearing is None or hearing.held_at is None):
        raise Forbidden("cases.hearing-not-held", None, "APL 64")
    return [CaseLegalReviewRequestedV1(**told)]


def give_legal_opinion(case: Case, cmd: GiveLegalOpinion, moment: Moment) -> list[CaseEvent]:
    """The legal reviewer handles nothing in the case."""
    told = case.take(cmd, moment)
    keep_apart([moment.by.name], case.procedure.handlers, "cases.reviewer-is-handler", None, "APL 58")
    return [CaseLegalOpinionGivenV1(agrees=cmd.agrees, opinion=cmd.opinion, **told)]


def deliberate(case: Case, cmd: Deliberate, moment: Moment) -> list[CaseEvent]:
    """On the legal unit's opinion, whatever it is."""
    told = case.take(cmd, moment)
    if case.procedure.legal_opinion is None:
        raise Forbidden("cases.legal-opinion-missing", None, "APL 58")
    return [CaseDeliberatedV1(members=cmd.members, outcome=cmd.outcome, **told)]


def waive(case: Case, cmd: WaivePenalty, moment: Moment) -> list[CaseEvent]:
    """No penalty is no way around a hand-over that is due, nor around the appraisal that tells whether one is."""
    told = case.take(cmd, moment)
    if decision.is_crime_open(case):
        raise Forbidden("cases.transfer-first", None, "APL 27; T310 11")
    if cmd.ground is not NoPenaltyReason.NO_FACT and decision.is_unappraised(case):
        raise Forbidden("cases.appraisal-first", None, "JI2000 3; T310 11")
    return [CasePenaltyWaivedV1(ground=cmd.ground, **told)]


def request_hearing(case: Case, cmd: RequestHearing, moment: Moment) -> list[CaseEvent]:
    """Within five working days of the notice; the penalty clock stands still until the hearing was held."""
    case.permit(cmd, moment)
    served_on = None if case.notice_served_at is None else local_day(case.notice_served_at)
    on = moment.past_day(cmd.asked_on, "asked_on", served_on)
    paper = standstill.pausing(cmd.documents, _DOC.HEARING_REQUEST)
    pauses = standstill.pauses(case, ("D10",), PauseReason.HEARING, on, paper) if paper else []
    told = case.take(cmd, moment, pauses=pauses)
    term = case.clock("D15")
    if not case.procedure.hearing_offered or term is None or term.due_on is None:
        raise Forbidden("cases.hearing-not-offered", None, "APL 63; NRP 34", measures=[])
    if on > term.due_on:
        raise Forbidden("cases.hearing-asked-late", "asked_on", "APL 64", until=term.due_on.isoformat())
    return [CaseHearingRequestedV1(asked_on=on, **told)]


def announce_hearing(case: Case, cmd: AnnounceHearing, moment: Moment) -> list[CaseEvent]:
    """Seven working days before the day, by a chair who did not investigate."""
    hearing = case.procedure.hearing
    on = moment.past_day(cmd.announced_on, "announced_on", hearing.asked_on if hearing else None)
    moment.near(cmd.hearing_at, "hearing_at")
    first = moment.deadlines.start("D16", noon(on))
    told = case.take(cmd, moment, starts=[first])
    if hearing is not None and hearing.held_at is not None:
        raise Forbidden("cases.hearing-held", None, "APL 64")
    _check_chair(case, cmd.chair)
    if first.due_on is None or local_day(cmd.hearing_at) < first.due_on:
        raise Forbidden("cases.hearing-too-early", "hearing_at", "APL 64", first_day_on=str(first.due_on))
    return [
        CaseHearingAnnouncedV1(
            announced_on=on,
            first_day_on=first.due_on,
            hearing_at=cmd.hearing_at,
            place=cmd.place,
            chair=cmd.chair,
            **told,
        )
    ]


def hold_hearing(case: Case, cmd: HoldHearing, moment: Moment) -> list[CaseEvent]:
    """Not before its first day; legal review follows in any case (APL 58)."""
    hearing = case.procedure.hearing
    held_at = moment.past(cmd.held_at, "held_at")
    paper = standstill.proof(cmd.documents, _DOC.HEARING_RECORD)
    resumes = standstill.resumes(case, PauseReason.HEARING, local_day(held_at), paper)
    told = case.take(cmd, moment, resumes=resumes)
    if hearing is None or hearing.first_day_on is None:
        raise Forbidden("cases.hearing-not-announced", None, "APL 64")
    if hearing.held_at is not None:
        raise Forbidden("cases.hearing-held", None, "APL 64")
    if local_day(held_at) < hearing.first_day_on:
        raise Forbidden("cases.hearing-too-early", "held_at", "APL 64", first_day_on=str(hearing.first_day_on))
    _check_chair(case, cmd.chair)
    return [CaseHearingHeldV1(held_at=held_at, chair=cmd.chair, **told)]


def publish(case: Case, cmd: PublishPaper, moment: Moment) -> list[CaseEvent]:
    """Only where nothing else works, which the record says; the clock stands still until the paper counts as served."""
    case.permit(cmd, moment)
    before = {"penalty_decision": case.decided_at, "demand_notice": case.served_at}.get(cmd.paper, case.filed_at)
    on = moment.past_day(cmd.published_on, "published_on", None if before is None else local_day(before))
    states, rule_id = _PAPERS[cmd.paper]
    paper = standstill.pausing(cmd.documents, _DOC.PUBLIC_SERVICE_RECORD)
    pauses = []
    if paper is not None and rule_id != "D22" and case.procedure.publication is None:
        pauses = standstill.pauses(case, (rule_id,), PauseReason.PUBLIC_NOTICE, on, paper)
    told = case.take(cmd, moment, pauses=pauses)
    if case.state not in states:
        raise Forbidden("cases.paper-not-due", "paper", "APL 61", paper=cmd.paper)
    if case.procedure.publication is not None:
        raise Forbidden("cases.published-already", "paper", "CPL 95", paper=case.procedure.publication.paper)
    served_on = on + timedelta(days=moment.rules.public_service_days(moment.today))
    return [CasePaperPublishedV1(paper=cmd.paper, published_on=on, served_on=served_on, **told)]


def _check_chair(case: Case, chair: str) -> None:
    keep_apart([chair], case.procedure.handlers, "cases.chair-is-investigator", "chair", "APL 64")
