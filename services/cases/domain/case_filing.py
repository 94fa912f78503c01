"""Before the filing, and beside it: the act is stopped, or not filed; what must be reported upwards (NRP 15, 16)."""

from collections.abc import Sequence
from typing import Any

from services.cases.domain.area_basis import largest
from services.cases.domain.case import Case
from services.cases.domain.case_table import TABLE
from services.cases.domain.clocks import ClockNotRunning
from services.cases.domain.clue import Clue
from services.cases.domain.competence import check_own_agency
from services.cases.domain.decision import reach_of
from services.cases.domain.path_rules import Reach
from services.cases.domain.progress import Moment
from services.cases.domain.service import check_service
from services.cases.domain.transitions import Forbidden
from shared.areas import counted
from shared.clock import local_day
from shared.contracts.area_basis import AreaBasis
from shared.contracts.case_path_events import (
    CaseDefianceReportedV1,
    CaseDroppedV1,
    CaseFilingDeclinedV1,
    CaseLargeAreaReportedV1,
    CaseStoppedV1,
    CaseStopReportedV1,
)
from shared.contracts.case_paths import (
    DeclineFiling,
    DropStopped,
    PathStep,
    ReportDefiance,
    ReportLargeCase,
    ReportStop,
    StopAct,
)
from shared.contracts.cases_events import CaseEvent
from shared.contracts.codes import DocumentKind, NotFiledReason
from shared.contracts.procedure import SummedCase


def stop(case: Case, cmd: StopAct, moment: Moment, clue: Clue, case_no: str, basis: AreaBasis) -> list[CaseEvent]:
    """Open the case with the order to stop the act; D05 runs from the minute of the order.

    Raises Forbidden for an order left on the scene without a witness, or without the reason why (CPL 89).
    """
    ordered_at = moment.after(cmd.ordered_at, clue.known_since, "ordered_at")
    held = {document.kind for document in cmd.documents}
    row = TABLE.permit(case.state, "stop", moment.by, held)
    check_service(cmd, DocumentKind.STOP_ORDER, held, None, local_day(ordered_at))
    told = case.step(row, moment, reason=cmd.reason, documents=cmd.documents, started_at=ordered_at)
    return [
        CaseStoppedV1(
            **_head(case, cmd, clue, case_no, basis),
            order_no=cmd.order_no,
            ordered_at=ordered_at,
            service_method=cmd.service_method,
            witness=cmd.witness,
            refusal=cmd.refusal,
            **told,
        )
    ]


def decline(
    case: Case,
    cmd: DeclineFiling,
    moment: Moment,
    clue: Clue,
    case_no: str,
    basis: AreaBasis,
    summed: Sequence[SummedCase] = (),
) -> list[CaseEvent]:
    """Keep on record that no case was filed, and why. Raises Forbidden for what is too large to be minor.

    summed: other acts of the party, whose areas count too (JI2000 9).
    """
    row = TABLE.permit(case.state, "decline-filing", moment.by, {document.kind for document in cmd.documents})
    check_own_agency(cmd.lead_agency, moment)
    most = largest(basis)
    _check_minor(cmd.ground, reach_of(most.pbf_m2, most.farmland_m2, moment, summed))
    told = case.step(row, moment, reason=cmd.reason, documents=cmd.documents)
    return [CaseFilingDeclinedV1(**_head(case, cmd, clue, case_no, basis), ground=cmd.ground, **told)]


def drop(
    case: Case, cmd: DropStopped, moment: Moment, basis: AreaBasis, summed: Sequence[SummedCase] = ()
) -> list[CaseEvent]:
    """As decline(), of what was only stopped. basis: as it is today."""
    told = case.take(cmd, moment)
    most = largest(basis)
    _check_minor(cmd.ground, reach_of(most.pbf_m2, most.farmland_m2, moment, summed))
    return [CaseDroppedV1(ground=cmd.ground, **told)]


def _check_minor(ground: NotFiledReason, reach: Reach) -> None:
    """An area of the crime is no minor act: it is filed, and an appraiser is asked. Raises Forbidden (T310 3, 11)."""
    if ground is NotFiledReason.MINOR_AND_CORRECTED and reach.met:
        raise Forbidden("cases.too-large-to-be-minor", "ground", "JI2000 3; T310 11")


def report_stop(case: Case, cmd: ReportStop, moment: Moment) -> list[CaseEvent]:
    """An act that goes on must be reported to the county government: D06."""
    starts = []
    if cmd.continues and not case.is_running("D06"):
        starts = [moment.deadlines.start("D06", moment.now)]
    told = case.take(cmd, moment, starts=starts)
    return [
        CaseStopReportedV1(
            continues=cmd.continues, people_resisting=cmd.people_resisting, violence=cmd.violence, **told
        )
    ]


def report_defiance(case: Case, cmd: ReportDefiance, moment: Moment) -> list[CaseEvent]:
    return [CaseDefianceReportedV1(**_owed(case, cmd, moment, "D06"))]


def report_large(case: Case, cmd: ReportLargeCase, moment: Moment) -> list[CaseEvent]:
    return [CaseLargeAreaReportedV1(**_owed(case, cmd, moment, "D07"))]


def _owed(case: Case, cmd: PathStep, moment: Moment, rule_id: str) -> dict[str, Any]:
    """What a report says that meets a clock. Raises ClockNotRunning when none is owed."""
    told = case.take(cmd, moment)
    require_running(case, rule_id)
    return told


def require_running(case: Case, *rule_ids: str) -> None:
    """Raises ClockNotRunning."""
    for rule_id in rule_ids:
        if not case.is_running(rule_id):
            raise ClockNotRunning(rule_id, _running(case))


def _running(case: Case) -> Sequence[str]:
    return [clock.rule_id for clock in case.running]


def _head(case: Case, cmd: StopAct | DeclineFiling, clue: Clue, case_no: str, basis: AreaBasis) -> dict[str, Any]:
    areas = counted(basis)
    return {
        "case_id": case.id,
        "case_no": case_no,
        "title": cmd.title,
        "violation_types": cmd.violation_types,
        "party_name": cmd.party_name,
        "party_kind": cmd.party_kind,
        "lead_agency": cmd.lead_agency,
        "officers": cmd.officers,
        "clue_id": clue.id,
        "clue_no": clue.clue_no,
        "patch_no": clue.patch.patch_no if clue.patch else None,
        "division_code": clue.division_code,
        "division_name": clue.division_name,
        "place": clue.place,
        "longitude": clue.longitude,
        "latitude": clue.latitude,
        "area_m2": areas.area_m2,
        "farmland_area_m2": areas.farmland_m2,
        "pbf_area_m2": areas.pbf_m2,
        "basis": basis,
    }
