"""After the service: payment, the party's remedies, the demand, the court (APL 67, 72; AEL 53 to 57)."""

from datetime import date
from decimal import Decimal

from services.cases.domain.case import Case
from services.cases.domain.case_filing import require_running
from services.cases.domain.case_publication import clocks_of_revocation
from services.cases.domain.decision import end_of_term
from services.cases.domain.people import folded
from services.cases.domain.progress import Moment
from services.cases.domain.service import check_service
from services.cases.domain.transitions import Forbidden
from shared.clock import local_day, noon
from shared.contracts.case_path_events import (
    CaseBuildingHandedV1,
    CaseCourtAcceptedV1,
    CaseCourtAppliedV1,
    CaseCourtRuledV1,
    CaseFinePaidV1,
    CasePerformanceDemandedV1,
    CaseRemedyEndedV1,
    CaseRemedySoughtV1,
)
from shared.contracts.case_paths import (
    ApplyToCourt,
    DemandPerformance,
    EndRemedy,
    HandBuilding,
    RecordCourtAcceptance,
    RecordPayment,
    RecordRemedy,
    RecordRuling,
)
from shared.contracts.cases_events import CaseEvent
from shared.contracts.codes import CaseState, title


def record_payment(case: Case, cmd: RecordPayment, moment: Moment) -> list[CaseEvent]:
    """Collected by another body than decided it (APL 67); late by days, three per cent a day are added (APL 72)."""
    told = case.take(cmd, moment)
    on = moment.past_day(cmd.paid_on, "paid_on", _served_on(case))
    penalty = case.procedure.penalty
    if penalty is None or not penalty.fine_yuan:
        raise Forbidden("cases.no-fine", None, "APL 67")
    agency = penalty.deciding_agency or case.lead_agency
    if folded(title(agency)) in folded(cmd.collected_by):
        raise Forbidden("cases.collector-decided", "collected_by", "APL 67", agency=agency)
    added = added_to_fine(case, on, moment)
    owed = penalty.fine_yuan + max(added, penalty.added_yuan) - penalty.paid_yuan
    if not 0 < cmd.amount_yuan <= owed:
        raise Forbidden("cases.amount-not-owed", "amount_yuan", "APL 72", owed_yuan=float(owed))
    return [
        CaseFinePaidV1(paid_on=on, amount_yuan=cmd.amount_yuan, added_yuan=added, collected_by=cmd.collected_by, **told)
    ]


def added_to_fine(case: Case, on: date, moment: Moment) -> Decimal:
    """What has come to the fine by a day; never more than the fine itself."""
    penalty, due_on = case.procedure.penalty, end_of_term(case, "D18", moment)
    if penalty is None or due_on is None or penalty.paid_yuan >= penalty.fine_yuan:
        return Decimal(0) if penalty is None else penalty.added_yuan
    unpaid = penalty.fine_yuan - penalty.paid_yuan
    return added_fine(unpaid, (on - due_on).days, moment.rules.late_fee_percent(on))


def hand_building(case: Case, cmd: HandBuilding, moment: Moment) -> list[CaseEvent]:
    """Within ninety days of the decision (LALR 58). Raises ClockNotRunning where none is to be handed over."""
    told = case.take(cmd, moment)
    on = moment.past_day(cmd.handed_on, "handed_on", _served_on(case))
    require_running(case, "D26")
    return [CaseBuildingHandedV1(handed_on=on, received_by=cmd.received_by, **told)]


def record_remedy(case: Case, cmd: RecordRemedy, moment: Moment) -> list[CaseEvent]:
    """While it runs, nothing is enforced; it must have been taken in its term."""
    told = case.take(cmd, moment)
    since = moment.past_day(cmd.since, "since", _served_on(case))
    _check_no_remedy(case)
    last = end_of_term(case, "D20" if cmd.kind == "reconsideration" else "D21", moment)
    if last is not None and since > last:
        raise Forbidden("cases.remedy-late", "since", "AEL 53", until=last.isoformat())
    return [CaseRemedySoughtV1(kind=cmd.kind, since=since, **told)]


def end_remedy(case: Case, cmd: EndRemedy, moment: Moment) -> list[CaseEvent]:
    """A decision that stands may be enforced within three months from then on; one that does not is unpublished."""
    on = moment.past_day(cmd.ended_on, "ended_on", case.procedure.remedy_since or _served_on(case))
    starts = [moment.deadlines.start("D22", noon(on))] if cmd.upheld else clocks_of_revocation(case, on, moment)
    told = case.take(cmd, moment, "upheld" if cmd.upheld else "revoked", starts=starts)
    if case.procedure.remedy_running is None:
        raise Forbidden("cases.no-remedy-running", None, "AEL 53")
    return [CaseRemedyEndedV1(upheld=cmd.upheld, ended_on=on, document_no=cmd.document_no, **told)]


def demand(case: Case, cmd: DemandPerformance, moment: Moment) -> list[CaseEvent]:
    """Once the party has not performed and its remedies are over (AEL 53, 54)."""
    served_at = moment.after(cmd.served_at, case.served_at, "served_at")
    told = case.take(cmd, moment, started_at=served_at)
    _check_enforceable(case)
    penalty, served_on = case.procedure.penalty, local_day(served_at)
    remedy = moment.rules.remedy(penalty.measures if penalty else [], moment.today)
    for rule_id in remedy.over:
        last = end_of_term(case, rule_id, moment)
        upheld = case.procedure.remedy_running is None and _remedy_was_taken(case)
        if last is not None and served_on <= last and not upheld:
            raise Forbidden("cases.remedy-term-running", "served_at", "AEL 53", rule=rule_id, until=last.isoformat())
    check_service(cmd, "demand_notice", case.held(cmd.documents), case.procedure.publication, served_on)
    return [
        CasePerformanceDemandedV1(
            service_method=cmd.service_method,
            served_at=served_at,
            added_yuan=added_to_fine(case, served_on, moment),
            **told,
        )
    ]


def apply_to_court(case: Case, cmd: ApplyToCourt, moment: Moment) -> list[CaseEvent]:
    """Ten working days after the demand, and within three months from the end of the remedy (AEL 53, 54).

    Also made again, in those months, when the court has not taken it up.
    """
    told = case.take(cmd, moment)
    on = moment.past_day(cmd.applied_on, "applied_on", before_court(case))
    _check_enforceable(case)
    if case.state is CaseState.COURT_APPLIED and case.procedure.court != "refused":
        raise Forbidden("cases.court-not-refused", None, "AEL 56")
    waiting = case.clock("D23")
    if waiting is not None and waiting.due_on is not None and on <= waiting.due_on:
        raise Forbidden("cases.demand-running", "applied_on", "AEL 54", until=waiting.due_on.isoformat())
    last = last_to_apply(case, moment)
    if last is not None and on > last:
        raise Forbidden("cases.court-too-late", "applied_on", "AEL 53", until=last.isoformat())
    return [CaseCourtAppliedV1(court=cmd.court, applied_on=on, **told)]


def last_to_apply(case: Case, moment: Moment) -> date | None:
    """The last day of the power to enforce, also of a case served before it was counted."""
    if (power := case.clock("D22")) is not None:
        return power.due_on
    penalty = case.procedure.penalty
    remedy = moment.rules.remedy(penalty.measures if penalty else [], moment.today)
    end = end_of_term(case, remedy.count_from, moment)
    return None if end is None else moment.deadlines.start("D22", noon(end)).due_on


def record_court_acceptance(case: Case, cmd: RecordCourtAcceptance, moment: Moment) -> list[CaseEvent]:
    """The ruling is due in seven working days; where the court hears both sides, in thirty days (AEL 57, 58).

    Also when the higher court has had an application taken up that was refused.
    """
    on = moment.past_day(cmd.accepted_on, "accepted_on", before_court(case))
    starts = [moment.deadlines.start("D25L" if cmd.hears_parties else "D25", noon(on))]
    told = case.take(cmd, moment, starts=starts)
    if case.procedure.court != "higher_asked":
        require_running(case, "D25" if cmd.hears_parties and case.is_running("D25") else "D24")
    return [CaseCourtAcceptedV1(accepted_on=on, hears_parties=cmd.hears_parties, **told)]


def record_ruling(case: Case, cmd: RecordRuling, moment: Moment) -> list[CaseEvent]:
    """Not granted: back to the leader, who closes it or has it taken up again."""
    told = case.take(cmd, moment)
    if case.procedure.court in ("refused", "higher_asked"):
        raise Forbidden("cases.court-not-accepted", None, "AEL 56")
    on = moment.past_day(cmd.ruled_on, "ruled_on", before_court(case))
    return [CaseCourtRuledV1(granted=cmd.granted, ruled_on=on, ruling_no=cmd.ruling_no, **told)]


def before_court(case: Case) -> date | None:
    """The day of the last step before the court; before the first, of the demand."""
    return case.procedure.court_on or case.procedure.demanded_on


def _check_enforceable(case: Case) -> None:
    _check_no_remedy(case)
    if case.procedure.penalty_revoked:
        raise Forbidden("cases.penalty-revoked", None, "AEL 53")


def _check_no_remedy(case: Case) -> None:
    if case.procedure.remedy_running is not None:
        raise Forbidden("cases.remedy-running", None, "AEL 53", kind=case.procedure.remedy_running)


def _remedy_was_taken(case: Case) -> bool:
    """Whether D22 was begun anew by the end of a remedy: then there is no other term to wait for."""
    return sum(clock.rule_id == "D22" for clock in case.deadlines) > 1


def _served_on(case: Case) -> date | None:
    return None if case.served_at is None else local_day(case.served_at)


def added_fine(fine_yuan: Decimal, days_late: int, percent: Decimal) -> Decimal:
    """What is added to a fine that was paid so many days late: never more than the fine (APL 72)."""
    added = fine_yuan * percent * max(days_late, 0) / 100
    return min(fine_yuan, added).quantize(Decimal("0.01"))
