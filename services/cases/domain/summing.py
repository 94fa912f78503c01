"""Acts of one party within a year that were not dealt with are added up for the limits of the crime (JI2000 9).

Found by area: any that is under inquiry. Found by an opinion: those of which tillage was found destroyed, by as much.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from services.cases.domain.case import Case
from services.cases.domain.case_table import TABLE, UNDER_INQUIRY
from services.cases.domain.decision import reach_of
from services.cases.domain.people import folded
from services.cases.domain.police_transfer_table import DEALT_WITH
from services.cases.domain.procedure import crime_of
from services.cases.domain.progress import Moment
from shared.clock import local_day
from shared.contracts.case_path_events import CaseActsSummedV1
from shared.contracts.cases_events import CaseEvent
from shared.contracts.procedure import SummedCase


def first_day(today: date, months: int) -> date:
    """The first day on which an act still counts: so many months back, of a shorter month its last day."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def is_untreated(case: Case) -> bool:
    """No penalty was decided or waived, and the police have not taken it up: nobody has dealt with the act."""
    return case.state in UNDER_INQUIRY and crime_of(case.procedure).transfer_state not in DEALT_WITH


def to_sum(case_id: object, party_name: str, others: Iterable[Case], moment: Moment) -> list[Case]:
    """Those of the others that count beside an act of this party, the oldest first."""
    months = moment.rules.criminal_sum_months(moment.today)
    since = first_day(moment.today, months)
    found = [
        one
        for one in others
        if one.id != case_id
        and folded(one.party_name) == folded(party_name)
        and one.filed_at is not None
        and local_day(one.filed_at) >= since
        and is_untreated(one)
    ]
    return sorted(found, key=lambda one: one.case_no) if months else []


def by_area(cases: Iterable[Case]) -> list[SummedCase]:
    return [_summed(one, one.pbf_area_m2, one.farmland_area_m2) for one in cases]


def by_opinion(cases: Iterable[Case]) -> list[SummedCase]:
    """What appraisers found destroyed; a case without an opinion, or with another one, counts for nothing yet."""
    found = []
    for one in cases:
        appraisal = crime_of(one.procedure).appraisal
        if appraisal is not None and appraisal.destroyed:
            pbf_m2 = appraisal.destroyed_pbf_area_m2 or Decimal(0)
            found.append(_summed(one, pbf_m2, appraisal.destroyed_area_m2 or Decimal(0)))
    return found


def sum_up(case: Case, others: Sequence[Case], moment: Moment) -> list[CaseEvent]:
    """What another act of the party means for a case that is there already; nothing where it changes nothing."""
    crime = crime_of(case.procedure)
    appraisal = crime.appraisal
    opinion = appraisal is not None and appraisal.destroyed is not None
    if opinion and not (appraisal and appraisal.destroyed):
        return []
    if appraisal is not None and opinion:
        summed = by_opinion(others)
        pbf_m2, land_m2 = appraisal.destroyed_pbf_area_m2 or Decimal(0), appraisal.destroyed_area_m2 or Decimal(0)
    else:
        summed, pbf_m2, land_m2 = by_area(others), case.pbf_area_m2, case.farmland_area_m2
    found = reach_of(pbf_m2, land_m2, moment, summed)
    met = found.met or bool(crime.area_threshold_met)
    due = crime.due or (opinion and found.met)
    near = found.near and not met
    if (met, due, near) == (bool(crime.area_threshold_met), crime.due, crime.near_threshold):
        return []
    rules = ["S10"] if met and not opinion and not case.is_running("S10") else []
    rules += ["S09"] if near and not case.is_running("S09") else []
    row = TABLE.permit(case.state, "sum-acts", moment.by)
    starts = [moment.deadlines.start(rule_id, moment.now) for rule_id in rules]
    return [
        CaseActsSummedV1(
            summed=summed,
            area_threshold_met=met,
            near_threshold=near,
            transfer_due=due,
            **case.told(row, moment, starts=starts),
        )
    ]


def _summed(case: Case, pbf_m2: Decimal, farmland_m2: Decimal) -> SummedCase:
    return SummedCase(case_id=case.id, case_no=case.case_no, pbf_area_m2=pbf_m2, farmland_area_m2=farmland_m2)
