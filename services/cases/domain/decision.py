"""What stands against a notice, a decision, its service and the closing of a case (domain.md 3.2, forbidden steps)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from services.cases.domain import standstill
from services.cases.domain.fines import FineRange, Taken
from services.cases.domain.path_rules import Reach
from services.cases.domain.service import check_service
from services.cases.domain.transitions import DocumentMissing, Forbidden
from shared.clock import local_day, noon
from shared.contracts.cases import DecideCase
from shared.contracts.codes import (
    Agency,
    CaseState,
    ClosingGround,
    DocumentKind,
    Measure,
    NoPenaltyReason,
    PauseReason,
    TerminateReason,
    TransferState,
    ViolationType,
)
from shared.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from services.cases.domain.case import Case
    from services.cases.domain.progress import Moment
    from shared.contracts.cases import CloseCase, NotifyParty, ReviewCase
    from shared.contracts.clocks import DeadlineFact, ResumeFact
    from shared.contracts.procedure import Crime, SummedCase

# A transfer that has not reached the police yet.
_NOT_HANDED_OVER = frozenset(
    {None, TransferState.DUE, TransferState.REPORTED, TransferState.APPROVED, TransferState.REFUSED_BY_CHIEF}
)
# With these nothing of the hand-over is open for the agency.
_SETTLED = frozenset({None, TransferState.FILED, TransferState.CLOSED_ADMIN, TransferState.ENDED})
# With these a fine may be decided: the police have given the case back, or the chief kept one that was not due.
_FINE_FREE = frozenset({None, TransferState.CLOSED_ADMIN, TransferState.REFUSED_BY_CHIEF})
_PERSONS = frozenset({"person", "individual_business"})


class NoticePeriodRunning(Conflict):
    """The party may still state its case (NRP 33): no decision before the term is over. until: its last day."""

    def __init__(self, until: date) -> None:
        super().__init__("cases.notice-period-running", None, law="NRP 33", until=until.isoformat())


def reach_of(
    pbf_m2: Decimal | None, farmland_m2: Decimal | None, moment: Moment, summed: Sequence[SummedCase] = ()
) -> Reach:
    """Whether the areas of an act, with those added to it (JI2000 9), reach the limits in force today."""
    pbf_m2 = sum((one.pbf_area_m2 for one in summed), pbf_m2 or Decimal(0))
    farmland_m2 = sum((one.farmland_area_m2 for one in summed), farmland_m2 or Decimal(0))
    return moment.rules.reach(pbf_m2, farmland_m2, moment.today)


def check_time_bar(act_ended_on: date | None, moment: Moment) -> None:
    """Raises Forbidden for an act that ended too long ago (APL 36)."""
    if act_ended_on is None:
        return
    moment.past_day(act_ended_on, "act_ended_on")
    years = moment.rules.time_bar_years(moment.today)
    last = _years_later(act_ended_on, years)
    if moment.today > last:
        raise Forbidden("cases.time-barred", "act_ended_on", "APL 36; NRP 16", until=last.isoformat())


def check_notice(case: Case, cmd: NotifyParty, moment: Moment) -> None:
    """Only an agency with power tells of a penalty; what is heavy needs the offer of a hearing. Raises Forbidden."""
    _check_dispute(case)
    _check_opinion(case)
    _check_amounts(cmd)
    _check_power(case, case.lead_agency, case.violation_types, moment)
    _check_fine(cmd.fine_yuan, fine_range(case, cmd, moment))
    held = case.held(cmd.documents)
    served_on = local_day(cmd.served_at)
    if cmd.service_method != "direct":
        check_service(cmd, "penalty_notice", held, case.procedure.publication, served_on)
    if cmd.hearing_offered:
        if DocumentKind.HEARING_RIGHT_NOTICE not in held:
            raise DocumentMissing("case", cmd.verb, [DocumentKind.HEARING_RIGHT_NOTICE], "NRP 34")
    elif heavy := _heavy(case, cmd, moment):
        raise Forbidden("cases.hearing-not-offered", "hearing_offered", "APL 63; NRP 34", measures=heavy)


def check_decision(case: Case, cmd: DecideCase, moment: Moment, fined_elsewhere: Sequence[str]) -> None:
    """Raises Forbidden, NoticePeriodRunning: before the notice, before the party's terms are over, without the
    opinions that are needed, without power, in place of a hand-over, twice for one act, heavier than was told."""
    if case.notice_served_at is None:
        raise Forbidden("cases.not-noticed", None, "APL 44; APL 62")
    _check_terms(case, moment)
    _check_dispute(case)
    _check_opinion(case)
    _check_reviewed(case)
    _check_amounts(cmd)
    _check_power(case, cmd.deciding_agency or case.lead_agency, cmd.violation_types or case.violation_types, moment)
    _check_crime(case, cmd)
    if cmd.fine_yuan:
        former = case.procedure.penalty
        mine = [case.case_no] if former and former.fine_yuan and not case.procedure.penalty_revoked else []
        if fined := [*mine, *fined_elsewhere]:
            raise Forbidden("cases.fined-already", "fine_yuan", "APL 29", cases=fined)
    _check_told(case, cmd, moment)
    _check_fine(cmd.fine_yuan, fine_range(case, cmd, moment))


def check_closing(case: Case, cmd: CloseCase, transfers_pending: bool, settling: bool = False) -> None:
    """Hand-overs come before the closing, whichever they are. Raises Forbidden, InvalidInput."""
    if transfers_pending or is_crime_open(case):
        raise Forbidden("cases.transfers-due", None, "NRP 46")
    if is_unappraised(case) and not _is_no_act_of_ours(case, cmd.ground):
        raise Forbidden("cases.appraisal-first", None, "JI2000 3; T310 11")
    if case.is_running("D27"):
        raise Forbidden("cases.publication-stands", None, "APL 48")
    if cmd.ground is ClosingGround.EXECUTED and case.is_running("D26"):
        raise Forbidden("cases.building-not-handed", "ground", "LALR 58; NRP 43")
    if not settling:
        _check_dispute(case)
    transferred = cmd.ground is ClosingGround.JURISDICTION_TRANSFERRED
    if transferred != (cmd.transferred_to is not None):
        raise InvalidInput("cases.transferred-to-whom", "transferred_to", law="NRP 46", ground=cmd.ground)
    if case.state is CaseState.COURT_RULED and cmd.ground is ClosingGround.OTHER and case.procedure.court == "granted":
        raise Forbidden("cases.court-granted", "ground", "NRP 46")
    _check_refused(case, cmd.ground)


def _check_refused(case: Case, ground: ClosingGround) -> None:
    """What the court did not take up has not been applied for: the leader gives it up, and only that."""
    if case.state is not CaseState.COURT_APPLIED:
        return
    if case.procedure.court == "refused" and ground is ClosingGround.ENFORCEMENT_APPLIED:
        raise Forbidden("cases.court-not-accepted", "ground", "AEL 56; NRP 46")
    if case.procedure.court != "refused" and ground is ClosingGround.OTHER:
        raise Forbidden("cases.court-not-refused", "ground", "NRP 46")


def is_crime_open(case: Case) -> bool:
    """Whether a hand-over to public security is due and not made, or waits for something the agency must answer."""
    crime = _crime(case)
    if crime.transfer_state is TransferState.REFUSED_BY_CHIEF:
        return crime.due
    return crime.transfer_state not in _SETTLED or (crime.due and crime.transfer_state is None)


def is_unappraised(case: Case) -> bool:
    """Whether the area alone would be a crime and nobody has said yet whether tillage is destroyed (domain.md 2.6).

    What has gone to the police needs no opinion of ours any more.
    """
    crime = _crime(case)
    is_open = bool(crime.area_threshold_met) and crime.tillage_destroyed is None
    return is_open and crime.transfer_state in _NOT_HANDED_OVER


def _is_no_act_of_ours(case: Case, ground: ClosingGround) -> bool:
    """Nothing that was done, or nothing that is ours to judge: no appraiser is asked for it."""
    found = case.procedure
    return (
        ground is ClosingGround.JURISDICTION_TRANSFERRED
        or found.terminated in (TerminateReason.NO_FACT, TerminateReason.NOT_OUR_JURISDICTION)
        or found.waived is NoPenaltyReason.NO_FACT
    )


def check_leaving_hearing(case: Case, cmd: ReviewCase) -> None:
    """Back from a hearing that was not held only with the reason why. Raises Forbidden."""
    hearing = case.procedure.hearing
    if case.state is CaseState.HEARING and (hearing is None or hearing.held_at is None) and cmd.reason is None:
        raise Forbidden("cases.hearing-not-held", "reason", "APL 64")


def end_of_publication(case: Case, method: str, served_on: date) -> list[ResumeFact]:
    """The clock goes on when the paper counts as served, however it was in the end."""
    published = case.procedure.publication
    to_on = min(published.served_on, served_on) if published is not None and method == "public" else served_on
    return standstill.resumes(case, PauseReason.PUBLIC_NOTICE, to_on)


def clocks_of_service(case: Case, served_at: datetime, moment: Moment) -> list[DeadlineFact]:
    """S06, D18, the party's remedies D19 to D21, and the power to enforce D22 from the end of the one that counts.

    D26 of a building that is confiscated: the decision takes effect with its service.
    """
    penalty = case.procedure.penalty
    remedy = moment.rules.remedy(penalty.measures if penalty else [], moment.today)
    confiscated = penalty is not None and Measure.CONFISCATE_BUILDINGS in penalty.measures
    rules = ["S06", "D18", *(["D26"] if confiscated else []), *sorted({"D20", "D21", *remedy.over})]
    starts = [moment.deadlines.start(rule_id, served_at) for rule_id in rules]
    counted = next(fact for fact in starts if fact.rule_id == remedy.count_from)
    if counted.due_on is not None:
        starts.append(moment.deadlines.start("D22", noon(counted.due_on)))
    return starts


def end_of_term(case: Case, rule_id: str, moment: Moment) -> date | None:
    """The last day of a term that began with the service, also of a case served before it was counted."""
    clock = case.clock(rule_id)
    if clock is not None:
        return clock.due_on
    return None if case.served_at is None else moment.deadlines.start(rule_id, case.served_at).due_on


def _check_terms(case: Case, moment: Moment) -> None:
    for rule_id in ("D14", "D15"):
        term = case.clock(rule_id)
        offered = rule_id == "D14" or (case.procedure.hearing_offered and case.procedure.hearing is None)
        if term is None or term.due_on is None or not offered or moment.today > term.due_on:
            continue
        if rule_id == "D14":
            raise NoticePeriodRunning(term.due_on)
        raise Forbidden("cases.hearing-term-running", None, "APL 64; NRP 34", until=term.due_on.isoformat())


def _check_told(case: Case, cmd: DecideCase, moment: Moment) -> None:
    """No measure that the party was not told of, no higher fine, nothing heavy without the offer of a hearing.

    Of a notice taken over from a list the measures are not known: what needs a hearing is told of again.
    """
    told = case.procedure.intended
    if told is not None:
        known = told.measures or cmd.measures
        if new := [measure.value for measure in cmd.measures if measure not in known]:
            raise Forbidden("cases.not-told", "measures", "APL 44; APL 62", measures=new)
        if cmd.fine_yuan > told.fine_yuan:
            raise Forbidden("cases.heavier-than-told", "fine_yuan", "APL 45", told_yuan=float(told.fine_yuan))
        if told.measures and cmd.gains_yuan > told.gains_yuan:
            raise Forbidden("cases.more-gains-than-told", "gains_yuan", "APL 45", told_yuan=float(told.gains_yuan))
    if not case.procedure.hearing_offered and (heavy := _heavy(case, cmd, moment)):
        raise Forbidden("cases.hearing-not-offered", "measures", "APL 63; NRP 34", measures=heavy)


def _check_opinion(case: Case) -> None:
    """Nothing leaves the legal unit but with its opinion; what it does not agree to waits until it agrees (APL 58)."""
    if case.state is CaseState.LEGAL_REVIEW and case.procedure.legal_opinion is None:
        raise Forbidden("cases.legal-opinion-missing", None, "APL 58")
    if case.procedure.opinion_against:
        raise Forbidden("cases.legal-opinion-against", None, "APL 58")


def _check_reviewed(case: Case) -> None:
    found = case.procedure
    if found.review_owed or (found.major and found.legal_opinion != "agreed"):
        raise Forbidden("cases.legal-opinion-missing", None, "APL 58")
    if found.major and not found.deliberated:
        raise Forbidden("cases.not-deliberated", None, "APL 57")


def _check_dispute(case: Case) -> None:
    if disputed := [one.case_no for one in case.procedure.same_acts if one.disputed]:
        raise Forbidden("cases.jurisdiction-disputed", None, "APL 25; NRP 10", cases=disputed)


def fine_range(case: Case, cmd: NotifyParty | DecideCase, moment: Moment) -> FineRange:
    """What the table of violation types gives for what is punished."""
    named = cmd.violation_types if isinstance(cmd, DecideCase) else []
    taken = Taken(case.area_m2, case.farmland_area_m2, case.pbf_area_m2, cmd.gains_yuan)
    return moment.rules.fine_range(named or case.violation_types, taken, moment.today)


def _check_amounts(cmd: NotifyParty | DecideCase) -> None:
    if (Measure.FINE in cmd.measures) != (cmd.fine_yuan > 0):
        raise InvalidInput("cases.fine-and-measure-differ", "fine_yuan", law="APL 59")
    if (Measure.CONFISCATE_GAINS in cmd.measures) != (cmd.gains_yuan > 0):
        raise InvalidInput("cases.gains-and-measure-differ", "gains_yuan", law="APL 59")


def _check_fine(fine_yuan: Decimal, allowed: FineRange) -> None:
    """Not where no article gives one, not above the highest; one below the least is told of, not refused (APL 32)."""
    if not fine_yuan:
        return
    if allowed.forbids:
        raise Forbidden(
            "cases.no-fine-in-law", "fine_yuan", "APL 38", violations=[one.value for one in allowed.unfined]
        )
    if (allowed.most_yuan is not None and fine_yuan <= allowed.most_yuan) or allowed.open:
        return
    if allowed.missing:
        raise Forbidden("cases.fine-base-missing", "fine_yuan", "APL 38", bases=list(allowed.missing))
    raise Forbidden("cases.fine-above-most", "fine_yuan", "APL 38", most_yuan=float(allowed.most_yuan or 0))


def _check_power(case: Case, agency: Agency, violations: Iterable[ViolationType], moment: Moment) -> None:
    """What an agency without the power decides is void."""
    for violation in violations:
        if moment.rules.power_on(agency, violation, case.division_code, moment.today) is None:
            raise Forbidden("cases.no-power", "deciding_agency", "APL 38", agency=agency, violation=violation)


def _check_crime(case: Case, cmd: DecideCase) -> None:
    crime = _crime(case)
    if crime.due and crime.transfer_state in _NOT_HANDED_OVER:
        raise Forbidden("cases.transfer-first", None, "APL 27; T310 11")
    if cmd.fine_yuan and is_unappraised(case):
        raise Forbidden("cases.appraisal-first", "fine_yuan", "JI2000 3; T310 11")
    if cmd.fine_yuan and crime.transfer_state not in _FINE_FREE:
        raise Forbidden("cases.fine-waits", "fine_yuan", "APL 35; T310 11")


def _heavy(case: Case, cmd: NotifyParty | DecideCase, moment: Moment) -> list[str]:
    """Measures for which a hearing must be offered."""
    rule, person = moment.rules.hearing_rule(moment.today), case.party_kind in _PERSONS
    heavy = {measure.value for measure in rule.measures.intersection(cmd.measures)}
    if cmd.fine_yuan >= (rule.fine_person_yuan if person else rule.fine_unit_yuan):
        heavy.add(Measure.FINE.value)
    if cmd.gains_yuan >= (rule.gains_person_yuan if person else rule.gains_unit_yuan):
        heavy.add(Measure.CONFISCATE_GAINS.value)
    return sorted(heavy)


def _crime(case: Case) -> Crime:
    crime = case.procedure.crime
    assert crime is not None, "a case in the domain knows all of itself"
    return crime


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
