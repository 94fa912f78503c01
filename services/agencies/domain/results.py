"""What each agency reports, what must be in it, and what its figures must not contradict.

Everything that is wrong is told at once: whoever filled in the form mends it once.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from services.agencies.domain.errors import ResultImplausible, ResultKindWrong
from shared.clock import local_day
from shared.contracts.codes import Agency, TaskResultKind
from shared.contracts.task_results import (
    ControlLineFinding,
    CriminalDecision,
    DamageAppraisal,
    DemolitionRecord,
    LandSurvey,
    ReconsiderationAnswer,
    ReplantingCheck,
    SiteOrderRecord,
    TaskResult,
    TownshipRecord,
)

_KIND = TaskResultKind
RESULT_KINDS: Mapping[Agency, tuple[TaskResultKind, ...]] = {
    Agency.NATURAL_RESOURCES: (_KIND.LAND_SURVEY, _KIND.CONTROL_LINE_FINDING),
    Agency.AGRICULTURE: (_KIND.DAMAGE_APPRAISAL, _KIND.REPLANTING_CHECK),
    Agency.PUBLIC_SECURITY: (_KIND.CRIMINAL_DECISION, _KIND.RECONSIDERATION_ANSWER, _KIND.SITE_ORDER_RECORD),
    Agency.COMPREHENSIVE_ENFORCEMENT: (_KIND.DEMOLITION_RECORD,),
    Agency.TOWNSHIP: (_KIND.TOWNSHIP_RECORD,),
}

# Optional in the contract for the sake of older results, needed in what is reported now (domain.md 3.4 to 3.6).
NEEDED: Mapping[str, tuple[str, ...]] = {
    _KIND.LAND_SURVEY: ("surveyor", "land_class_version", "plan_conformity"),
    _KIND.DAMAGE_APPRAISAL: ("destroyed_pbf_area_m2", "causes", "appraiser"),
    _KIND.CRIMINAL_DECISION: ("accepted_on", "suspected_crime"),
    _KIND.DEMOLITION_RECORD: ("decision_no", "began_at", "ended_at", "officers", "photographs"),
}

_NOTHING = Decimal(0)
_PLANTED = ("grain", "non_grain", "rotation")
# What two roundings of one area may lie apart, for each row of a table.
_ROUNDING = Decimal("0.01")


@dataclass(frozen=True)
class Flaw:
    """field: path in the result, like photographs.0.taken_at. reason: missing, or the rule that is broken."""

    field: str
    reason: str


Flaws = Iterator[Flaw]


@dataclass(frozen=True)
class Rule:
    """needs: fields that must be well before it can be asked."""

    needs: frozenset[str]
    faults: Callable[[Any], Flaws]


_RULES: dict[TaskResultKind, list[Rule]] = {}


def _rule(kind: TaskResultKind, *needs: str) -> Callable[[Callable[[Any], Flaws]], Callable[[Any], Flaws]]:
    def register(faults: Callable[[Any], Flaws]) -> Callable[[Any], Flaws]:
        _RULES.setdefault(kind, []).append(Rule(frozenset(needs), faults))
        return faults

    return register


def check_result(agency: Agency, result: TaskResult, today: date) -> None:
    """Raise ResultKindWrong or ResultImplausible. today: in Asia/Shanghai; nothing is dated later."""
    if result.kind not in RESULT_KINDS[agency]:
        raise ResultKindWrong(agency, RESULT_KINDS[agency], result.kind)
    if faults := [*_missing(result), *contradictions(result, frozenset(type(result).model_fields), today)]:
        raise ResultImplausible([(fault.field, fault.reason) for fault in faults])


def _missing(result: TaskResult) -> Flaws:
    for field in NEEDED.get(result.kind, ()):
        if getattr(result, field) in (None, []):
            yield Flaw(field, "missing")


def contradictions(result: TaskResult, well: Set[str], today: date) -> Flaws:
    """What contradicts itself, or lies in the future, among the fields that are well; the others are not looked at."""
    for field in type(result).model_fields:
        if field in well:
            yield from _later(field, getattr(result, field), today)
    for rule in _RULES[result.kind]:
        if rule.needs <= well:
            yield from rule.faults(result)


def _later(field: str, value: Any, today: date) -> Flaws:
    if isinstance(value, list):
        for number, entry in enumerate(value):
            if isinstance(entry, BaseModel):
                for name, part in entry:
                    yield from _later(f"{field}.{number}.{name}", part, today)
    elif isinstance(value, date) and (local_day(value) if isinstance(value, datetime) else value) > today:
        yield Flaw(field, "not-in-the-future")


@_rule(_KIND.LAND_SURVEY, "farmland_area_m2", "measured_area_m2")
def _farmland_within(it: LandSurvey) -> Flaws:
    if it.farmland_area_m2 > it.measured_area_m2:
        yield Flaw("farmland_area_m2", "farmland-within-measured")


@_rule(_KIND.LAND_SURVEY, "pbf_area_m2", "farmland_area_m2")
def _pbf_within(it: LandSurvey) -> Flaws:
    if it.pbf_area_m2 > it.farmland_area_m2:
        yield Flaw("pbf_area_m2", "pbf-within-farmland")


@_rule(_KIND.LAND_SURVEY, "classes", "land_class_code", "measured_area_m2")
def _area_table(it: LandSurvey) -> Flaws:
    if not it.classes:
        return
    codes = [row.land_class_code for row in it.classes]
    for number, code in enumerate(codes):
        if code in codes[:number]:
            yield Flaw(f"classes.{number}.land_class_code", "class-once")
    if abs(sum(row.area_m2 for row in it.classes) - it.measured_area_m2) > _ROUNDING * len(it.classes):
        yield Flaw("classes", "classes-sum-to-measured")
    if it.land_class_code not in codes:
        yield Flaw("land_class_code", "class-in-table")


def _within_area(field: str) -> None:
    @_rule(_KIND.CONTROL_LINE_FINDING, field, "area_m2")
    def within(it: ControlLineFinding) -> Flaws:
        if getattr(it, field) > it.area_m2:
            yield Flaw(field, "part-within-area")


for _field in ("pbf_area_m2", "pbf_reserve_area_m2", "ecological_area_m2", "outside_boundary_area_m2"):
    _within_area(_field)


@_rule(_KIND.CONTROL_LINE_FINDING, "pbf_area_m2", "pbf_reserve_area_m2", "area_m2")
def _pbf_or_reserve(it: ControlLineFinding) -> Flaws:
    largest = max(it.pbf_area_m2, it.pbf_reserve_area_m2)
    if largest <= it.area_m2 < it.pbf_area_m2 + it.pbf_reserve_area_m2 - _ROUNDING:
        yield Flaw("pbf_reserve_area_m2", "pbf-or-reserve")


@_rule(_KIND.DAMAGE_APPRAISAL, "degree", "destroyed_area_m2")
def _degree(it: DamageAppraisal) -> Flaws:
    if (it.degree == "none") != (it.destroyed_area_m2 == _NOTHING):
        yield Flaw("destroyed_area_m2", "area-agrees-with-degree")


@_rule(_KIND.DAMAGE_APPRAISAL, "destroyed_pbf_area_m2", "destroyed_area_m2")
def _destroyed_pbf(it: DamageAppraisal) -> Flaws:
    if (it.destroyed_pbf_area_m2 or _NOTHING) > it.destroyed_area_m2:
        yield Flaw("destroyed_pbf_area_m2", "pbf-within-destroyed")


@_rule(_KIND.REPLANTING_CHECK, "replanted_area_m2", "checked_area_m2")
def _replanted_within(it: ReplantingCheck) -> Flaws:
    if it.replanted_area_m2 > it.checked_area_m2:
        yield Flaw("replanted_area_m2", "replanted-within-checked")


@_rule(_KIND.REPLANTING_CHECK, "planting", "replanted_area_m2")
def _planted(it: ReplantingCheck) -> Flaws:
    if (it.planting in _PLANTED) != (it.replanted_area_m2 > _NOTHING):
        yield Flaw("replanted_area_m2", "area-agrees-with-planting")


@_rule(_KIND.REPLANTING_CHECK, "planting", "crop")
def _crop(it: ReplantingCheck) -> Flaws:
    if it.planting in _PLANTED and it.crop is None:
        yield Flaw("crop", "missing")


@_rule(_KIND.REPLANTING_CHECK, "passed", "tillage_state")
def _passed(it: ReplantingCheck) -> Flaws:
    if it.passed and it.tillage_state != "ready_to_sow":
        yield Flaw("passed", "passed-means-ready-to-sow")


@_rule(_KIND.CRIMINAL_DECISION, "decided_on", "accepted_on")
def _decided(it: CriminalDecision) -> Flaws:
    if it.accepted_on is not None and it.decided_on < it.accepted_on:
        yield Flaw("decided_on", "decided-after-accepted")


def _refusal_says(field: str) -> None:
    """A refusal to file is in writing, with its reasons, and the papers come back (T310 8)."""

    @_rule(_KIND.CRIMINAL_DECISION, "decision", field)
    def says(it: CriminalDecision) -> Flaws:
        if it.decision == "refused" and getattr(it, field) is None:
            yield Flaw(field, "missing")


for _field in ("reasons", "papers_returned"):
    _refusal_says(_field)


@_rule(_KIND.RECONSIDERATION_ANSWER, "decided_on", "requested_on")
def _reconsidered(it: ReconsiderationAnswer) -> Flaws:
    if it.decided_on < it.requested_on:
        yield Flaw("decided_on", "decided-after-requested")


@_rule(_KIND.RECONSIDERATION_ANSWER, "outcome", "reasons")
def _upheld(it: ReconsiderationAnswer) -> Flaws:
    if it.outcome == "upheld" and it.reasons is None:
        yield Flaw("reasons", "missing")


@_rule(_KIND.SITE_ORDER_RECORD, "began_at", "ended_at")
@_rule(_KIND.DEMOLITION_RECORD, "began_at", "ended_at")
def _ended(it: SiteOrderRecord | DemolitionRecord) -> Flaws:
    if it.began_at is not None and it.ended_at is not None and it.ended_at < it.began_at:
        yield Flaw("ended_at", "ended-after-begun")


@_rule(_KIND.SITE_ORDER_RECORD, "obstruction", "people_handled")
def _obstruction(it: SiteOrderRecord) -> Flaws:
    if (it.obstruction == "none") != (it.people_handled == 0):
        yield Flaw("people_handled", "people-agree-with-obstruction")


@_rule(_KIND.SITE_ORDER_RECORD, "obstruction", "evidence_kept")
def _evidence(it: SiteOrderRecord) -> Flaws:
    if it.obstruction == "criminal" and not it.evidence_kept:
        yield Flaw("evidence_kept", "crime-needs-evidence")


@_rule(_KIND.DEMOLITION_RECORD, "measure", "area_m2")
def _cleared(it: DemolitionRecord) -> Flaws:
    if it.measure != "sealed" and it.area_m2 == _NOTHING:
        yield Flaw("area_m2", "cleared-area-above-zero")


@_rule(_KIND.DEMOLITION_RECORD, "done_on", "ended_at")
def _done(it: DemolitionRecord) -> Flaws:
    if it.ended_at is not None and local_day(it.ended_at) != it.done_on:
        yield Flaw("done_on", "done-on-the-last-day")


@_rule(_KIND.DEMOLITION_RECORD, "photographs")
def _photographs(it: DemolitionRecord) -> Flaws:
    """Before and after, each photograph once."""
    digests = [photograph.sha256 for photograph in it.photographs]
    for number, digest in enumerate(digests):
        if digest in digests[:number]:
            yield Flaw(f"photographs.{number}.sha256", "photograph-once")
    if it.photographs and not {"before", "after"} <= {photograph.stage for photograph in it.photographs}:
        yield Flaw("photographs", "photographs-before-and-after")


@_rule(_KIND.DEMOLITION_RECORD, "photographs", "began_at", "ended_at")
def _photograph_times(it: DemolitionRecord) -> Flaws:
    """None of before is taken after the end, none of after before the beginning."""
    for number, photograph in enumerate(it.photographs):
        at = photograph.taken_at
        too_late = photograph.stage == "before" and it.ended_at is not None and at > it.ended_at
        too_early = photograph.stage == "after" and it.began_at is not None and at < it.began_at
        if too_late or too_early:
            yield Flaw(f"photographs.{number}.taken_at", "photograph-agrees-with-stage")


@_rule(_KIND.TOWNSHIP_RECORD, "first_acceptance", "watch_persons")
def _watched(it: TownshipRecord) -> Flaws:
    """Who has looked at the land every day is who may say that it is restored."""
    if it.first_acceptance != "not_yet" and it.watch_persons == 0:
        yield Flaw("watch_persons", "watch-before-acceptance")
