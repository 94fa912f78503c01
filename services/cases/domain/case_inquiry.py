"""The investigation's own paths: records signed by two, suspension, appraisal, more time, withdrawal of officers."""

from collections.abc import Sequence
from datetime import date

from services.cases.domain import standstill
from services.cases.domain.areas import check_part
from services.cases.domain.case import Case
from services.cases.domain.case_filing import require_running
from services.cases.domain.certificates import uncertified, uncertified_signers
from services.cases.domain.decision import reach_of
from services.cases.domain.people import among, folded, free_of_interest, keep_apart
from services.cases.domain.procedure import crime_of
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import DocumentMissing, Forbidden
from shared.clock import local_day
from shared.contracts.case_path_events import (
    CaseAppraisalCommissionedV1,
    CaseAppraisedV1,
    CasePartyToldV1,
    CaseRecusalDecidedV1,
    CaseRecusalRequestedV1,
    CaseResumedV1,
    CaseSupplementOrderedV1,
    CaseSurveyRecordSignedV1,
    CaseSuspendedV1,
    CaseTermExtendedV1,
    CaseTerminatedV1,
    CaseThresholdReviewedV1,
)
from shared.contracts.case_paths import (
    CommissionAppraisal,
    DecideRecusal,
    ExtendTerm,
    RecordAppraisal,
    RequestRecusal,
    ResumeInvestigation,
    ReviewThreshold,
    SignSurveyRecord,
    SupplementInvestigation,
    SuspendInvestigation,
    TellParty,
    TerminateInvestigation,
)
from shared.contracts.cases_events import CaseEvent
from shared.contracts.codes import DocumentKind, PauseReason
from shared.contracts.procedure import SummedCase

_DOC = DocumentKind
_HANDLERS = 2


def sign_survey_record(case: Case, cmd: SignSurveyRecord, moment: Moment) -> list[CaseEvent]:
    """Two handlers of the case sign, each with an own certificate; where the party refuses, a witness (APL 42)."""
    told = case.take(cmd, moment)
    moment.past(cmd.surveyed_at, "surveyed_at")
    names = [handler.name for handler in cmd.handlers]
    certificates = [handler.certificate_no for handler in cmd.handlers]
    signing = {folded(name) for name in among(names, case.officers)}
    if len(signing) < _HANDLERS or len({folded(number) for number in certificates}) < len(signing):
        raise Forbidden("cases.two-handlers-needed", "handlers", "APL 42; NRP 17", handlers=case.officers)
    ours = [handler for handler in cmd.handlers if folded(handler.name) in signing]
    without = uncertified_signers(ours, case.lead_agency, local_day(cmd.surveyed_at), moment)
    if cmd.party_refused and cmd.witness is None:
        raise Forbidden("cases.witness-missing", "witness", "NRP 19")
    return [
        CaseSurveyRecordSignedV1(
            surveyed_at=cmd.surveyed_at,
            place=cmd.place,
            handlers=names,
            certificates=certificates,
            uncertified=without,
            witness=cmd.witness,
            party_refused=cmd.party_refused,
            **told,
        )
    ]


def suspend(case: Case, cmd: SuspendInvestigation, moment: Moment) -> list[CaseEvent]:
    """The clocks of the investigation and the decision stand still; the party is told in three working days (D12)."""
    case.permit(cmd, moment)  # in the wrong state nobody is sent for the paper that proves the pause
    paper = standstill.pausing(cmd.documents, _DOC.SUSPENSION_DECISION)
    pauses = standstill.pauses(case, ("D10", "S03"), PauseReason.SUSPENSION, moment.today, paper)
    starts = [] if case.is_running("D12") else [moment.deadlines.start("D12", moment.now)]
    return [CaseSuspendedV1(**case.take(cmd, moment, starts=starts, pauses=pauses))]


def resume(case: Case, cmd: ResumeInvestigation, moment: Moment) -> list[CaseEvent]:
    """The clocks go on; the party is told of that too."""
    paper = standstill.proof(cmd.documents, _DOC.RESUMPTION_DECISION)
    resumes = standstill.resumes(case, PauseReason.SUSPENSION, moment.today, paper)
    starts = [] if case.is_running("D12") else [moment.deadlines.start("D12", moment.now)]
    return [CaseResumedV1(**case.take(cmd, moment, starts=starts, resumes=resumes))]


def tell_party(case: Case, cmd: TellParty, moment: Moment) -> list[CaseEvent]:
    told = case.take(cmd, moment)
    require_running(case, "D12")
    owed = case.clock("D12")
    told_at = moment.after(cmd.told_at, None if owed is None else owed.started_at, "told_at")
    return [CasePartyToldV1(told_at=told_at, **told)]


def terminate(case: Case, cmd: TerminateInvestigation, moment: Moment) -> list[CaseEvent]:
    return [CaseTerminatedV1(ground=cmd.ground, **case.take(cmd, moment))]


def supplement(case: Case, cmd: SupplementInvestigation, moment: Moment) -> list[CaseEvent]:
    return [CaseSupplementOrderedV1(**case.take(cmd, moment))]


def extend(case: Case, cmd: ExtendTerm, moment: Moment) -> list[CaseEvent]:
    """More time for D10: once within D11; more, or more often, only as specially complex, on the leaders' record."""
    case.permit(cmd, moment)
    most = moment.deadlines.rule("D11", moment.today).limit.amount
    clock = case.clock("D10")
    special = (clock is not None and bool(clock.extensions)) or cmd.days > most
    extends = standstill.extension(
        standstill.proof((*case.documents, *cmd.documents), _DOC.EXTENSION_APPROVAL),
        rule_id="D10",
        amount=cmd.days,
        unit="calendar_day",
        reason=cmd.reason,
        approved_by=cmd.approved_by,
        asked_on=standstill.asked_day(cmd.asked_on, cmd.documents, clock, moment),
    )
    told = case.take(cmd, moment, extends=extends)
    if special and not cmd.specially_complex:
        raise Forbidden("cases.extended-already", "specially_complex", "NRP 38", most=most)
    if cmd.specially_complex and _DOC.COLLECTIVE_RECORD not in {document.kind for document in cmd.documents}:
        raise DocumentMissing("case", cmd.verb, [_DOC.COLLECTIVE_RECORD], "NRP 38")
    return [CaseTermExtendedV1(approved_by=cmd.approved_by, specially_complex=cmd.specially_complex, **told)]


def commission_appraisal(case: Case, cmd: CommissionAppraisal, moment: Moment) -> list[CaseEvent]:
    """The penalty clock stands still from the day of the commission."""
    case.permit(cmd, moment)
    on = moment.past_day(cmd.commissioned_on, "commissioned_on", _filed_on(case))
    paper = standstill.pausing(cmd.documents, _DOC.APPRAISAL_COMMISSION)
    running = crime_of(case.procedure).appraisal
    if running is not None and running.opinion_on is None:
        raise Forbidden("cases.appraisal-running", None, "NRP 38", since=running.commissioned_on.isoformat())
    pauses = standstill.pauses(case, ("D10",), PauseReason.APPRAISAL, on, paper)
    told = case.take(cmd, moment, pauses=pauses)
    return [
        CaseAppraisalCommissionedV1(
            appraiser=cmd.appraiser,
            qualification=cmd.qualification,
            commissioned_on=on,
            questions=cmd.questions,
            **told,
        )
    ]


def record_appraisal(
    case: Case, cmd: RecordAppraisal, moment: Moment, summed: Sequence[SummedCase] = ()
) -> list[CaseEvent]:
    """What the opinion says of the tillage; with the area beyond the limit the hand-over is mandatory (CRIM 342).

    summed: other acts of the party of which tillage was found destroyed, added to this one (JI2000 9).
    """
    appraisal = crime_of(case.procedure).appraisal
    if appraisal is None or appraisal.opinion_on is not None:
        case.take(cmd, moment)
        raise Forbidden("cases.no-appraisal-running", None, "NRP 38")
    on = moment.past_day(cmd.opinion_on, "opinion_on", appraisal.commissioned_on)
    check_part("destroyed_area_m2", cmd.destroyed_area_m2, case.largest_m2)
    check_part("destroyed_pbf_area_m2", cmd.destroyed_pbf_area_m2, cmd.destroyed_area_m2)
    if cmd.destroyed != (cmd.destroyed_area_m2 > 0):
        raise Forbidden("cases.appraisal-contradicts", "destroyed_area_m2", "JI2000 3")
    reach = reach_of(cmd.destroyed_pbf_area_m2, cmd.destroyed_area_m2, moment, summed)
    paper = standstill.proof(cmd.documents, _DOC.APPRAISAL_OPINION)
    starts = [moment.deadlines.start("S09", moment.now)] if reach.near and not case.is_running("S09") else []
    resumes = standstill.resumes(case, PauseReason.APPRAISAL, on, paper)
    told = case.take(cmd, moment, starts=starts, resumes=resumes)
    return [
        CaseAppraisedV1(
            opinion_on=on,
            opinion_no=cmd.opinion_no,
            destroyed=cmd.destroyed,
            destroyed_area_m2=cmd.destroyed_area_m2,
            destroyed_pbf_area_m2=cmd.destroyed_pbf_area_m2,
            recoverability=cmd.recoverability,
            transfer_due=cmd.destroyed and reach.met,
            near_threshold=cmd.destroyed and reach.near,
            summed=list(summed),
            **told,
        )
    ]


def review_threshold(case: Case, cmd: ReviewThreshold, moment: Moment) -> list[CaseEvent]:
    """Of a case just below the limit, by a legal reviewer who does not handle it."""
    told = case.take(cmd, moment)
    if not crime_of(case.procedure).near_threshold:
        raise Forbidden("cases.not-near-threshold", None, "JI2000 3")
    keep_apart([moment.by.name], case.procedure.handlers, "cases.reviewer-is-handler", None, "APL 58")
    return [CaseThresholdReviewedV1(hand_over=cmd.hand_over, **told)]


def request_recusal(case: Case, cmd: RequestRecusal, moment: Moment) -> list[CaseEvent]:
    """Stops nothing until a leader has decided (APL 43)."""
    told = case.take(cmd, moment)
    if not among([cmd.officer], case.officers):
        raise Forbidden("cases.no-such-officer", "officer", "APL 43", officers=case.officers)
    if _waiting(case, cmd.officer):
        raise Forbidden("cases.recusal-waiting", "officer", "APL 43")
    return [CaseRecusalRequestedV1(officer=cmd.officer, ground=cmd.ground, **told)]


def decide_recusal(case: Case, cmd: DecideRecusal, moment: Moment, reporters: Sequence[str] = ()) -> list[CaseEvent]:
    """Two handlers must be left: who withdraws is replaced where it would be only one. A near relative must."""
    told = case.take(cmd, moment)
    if not _waiting(case, cmd.officer):
        raise Forbidden("cases.no-recusal-waiting", "officer", "APL 43")
    keep_apart([moment.by.name], [cmd.officer], "cases.own-recusal", "officer", "APL 43")
    if not cmd.granted and among([cmd.officer], case.interested):
        raise Forbidden("cases.relative-must-withdraw", "granted", "APL 43")
    replacement = cmd.replaced_by if cmd.granted else None
    without: list[str] = []
    if cmd.granted:
        left = [name for name in case.officers if folded(name) != folded(cmd.officer)]
        withdrawn = [one.officer for one in case.procedure.recusals if one.granted] + [cmd.officer]
        if replacement is not None:
            keep_apart([replacement], withdrawn, "cases.officer-withdrew", "replaced_by", "APL 43")
            free_of_interest([replacement], [*case.interested, *reporters], "replaced_by")
            keep_apart(
                [replacement],
                case.procedure.reviewers,
                "cases.reviewer-is-handler",
                "replaced_by",
                "HOUSE.separation",
            )
            without = uncertified([replacement], case.lead_agency, moment, "replaced_by")
        staff = {folded(name) for name in (*left, *([replacement] if replacement else []))}
        if len(staff) < _HANDLERS:
            raise Forbidden("cases.two-handlers-needed", "replaced_by", "APL 42; NRP 17", handlers=left)
    officer = next(one.officer for one in case.procedure.recusals if folded(one.officer) == folded(cmd.officer))
    return [
        CaseRecusalDecidedV1(officer=officer, granted=cmd.granted, replaced_by=replacement, uncertified=without, **told)
    ]


def _waiting(case: Case, officer: str) -> bool:
    asked = (one for one in case.procedure.recusals if one.granted is None)
    return any(folded(one.officer) == folded(officer) for one in asked)


def _filed_on(case: Case) -> date | None:
    return None if case.filed_at is None else local_day(case.filed_at)
