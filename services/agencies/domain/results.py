"""What each agency reports and what its figures must not contradict."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from services.agencies.domain.errors import ResultImplausible, ResultKindWrong
from shared.contracts.agencies import (
    CriminalDecision,
    DamageAppraisal,
    DemolitionRecord,
    LandSurvey,
    TaskResult,
    TownshipRecord,
)
from shared.contracts.codes import Agency

RESULT_KINDS: Mapping[Agency, str] = {
    Agency.NATURAL_RESOURCES: "land_survey",
    Agency.AGRICULTURE: "damage_appraisal",
    Agency.PUBLIC_SECURITY: "criminal_decision",
    Agency.COMPREHENSIVE_ENFORCEMENT: "demolition_record",
    Agency.TOWNSHIP: "township_record",
}

_NOTHING = Decimal(0)


def check_result(agency: Agency, result: TaskResult, today: date) -> None:
    """Raise ResultKindWrong or ResultImplausible. today: in Asia/Shanghai; nothing is dated later."""
    if result.kind != RESULT_KINDS[agency]:
        raise ResultKindWrong(agency, RESULT_KINDS[agency], result.kind)
    match result:
        case LandSurvey():
            _check_survey(result, today)
        case DamageAppraisal():
            _check_appraisal(result, today)
        case CriminalDecision():
            _not_later("decided_on", result.decided_on, today)
        case DemolitionRecord():
            _check_demolition(result, today)
        case TownshipRecord():
            _check_township(result, today)


def _check_survey(survey: LandSurvey, today: date) -> None:
    _not_later("surveyed_on", survey.surveyed_on, today)
    if survey.farmland_area_m2 > survey.measured_area_m2:
        raise ResultImplausible("farmland_area_m2", "farmland-within-measured")
    if survey.pbf_area_m2 > survey.farmland_area_m2:
        raise ResultImplausible("pbf_area_m2", "pbf-within-farmland")


def _check_appraisal(appraisal: DamageAppraisal, today: date) -> None:
    _not_later("appraised_on", appraisal.appraised_on, today)
    if (appraisal.degree == "none") != (appraisal.destroyed_area_m2 == _NOTHING):
        raise ResultImplausible("destroyed_area_m2", "area-agrees-with-degree")


def _check_demolition(record: DemolitionRecord, today: date) -> None:
    _not_later("done_on", record.done_on, today)
    if record.measure != "sealed" and record.area_m2 == _NOTHING:
        raise ResultImplausible("area_m2", "cleared-area-above-zero")


def _check_township(record: TownshipRecord, today: date) -> None:
    _not_later("done_on", record.done_on, today)
    if record.first_acceptance != "not_yet" and record.watch_persons == 0:
        # Who has looked at the land every day is who may say that it is restored.
        raise ResultImplausible("watch_persons", "watch-before-acceptance")


def _not_later(field: str, day: date, today: date) -> None:
    if day > today:
        raise ResultImplausible(field, "not-in-the-future")
