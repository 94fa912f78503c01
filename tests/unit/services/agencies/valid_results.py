"""Valid results of every kind, by construction, with figures that the agency's own form can hold."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from services.agencies.domain.task import RESULT
from shared.area import m2_from_mu
from shared.clock import SHANGHAI
from shared.contracts.agencies import TaskResult
from shared.contracts.codes import Agency

TODAY = date(2026, 3, 11)
Draw = Callable[[st.SearchStrategy[Any]], Any]

_DAYS = st.dates(date(2016, 1, 1), TODAY)
_SECONDS = st.integers(0, 86_399)
_NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=12)
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cf")), min_size=1, max_size=40
).filter(lambda text: bool(text.strip()))
_PEOPLE = st.lists(_NAMES, min_size=2, max_size=5, unique=True)
_DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
_CENTS = st.integers(0, 10**11).map(lambda cents: Decimal(cents).scaleb(-2))
_MU = st.integers(0, 15 * 10**9).map(lambda parts: m2_from_mu(Decimal(parts).scaleb(-4)))
_PLAN = st.sampled_from(["conforms", "conflicts"])
_CLASSES = st.sampled_from(["0101", "0102", "0103", "1202", "0201K", "1104A", "05H1", "09"])


def _falling(draw: Draw, areas: st.SearchStrategy[Decimal], how_many: int) -> list[Decimal]:
    """Areas, the largest first."""
    return sorted((draw(areas) for _ in range(how_many)), reverse=True)


def _land_survey(draw: Draw) -> dict[str, Any]:
    rows = draw(st.none() | st.lists(st.tuples(_CLASSES, st.integers(0, 10**9)), max_size=5, unique_by=lambda r: r[0]))
    classes = [{"land_class_code": code, "area_m2": Decimal(cents).scaleb(-2)} for code, cents in rows or ()]
    measured, farmland, pbf = _falling(draw, _CENTS, 3)
    if classes:
        measured = sum((row["area_m2"] for row in classes), Decimal(0))
        farmland, pbf = min(farmland, measured), min(pbf, measured)
    return {
        "surveyed_on": draw(_DAYS),
        "report_no": draw(_WORDS),
        "surveyor": draw(_WORDS),
        "qualification": draw(st.none() | _WORDS),
        "measured_area_m2": measured,
        "farmland_area_m2": farmland,
        "pbf_area_m2": pbf,
        "land_class_code": classes[0]["land_class_code"] if classes else draw(_CLASSES),
        "classes": classes,
        "land_class_version": draw(_WORDS),
        "plan_conformity": draw(_PLAN),
        "conclusion": draw(_WORDS),
    }


def _control_line_finding(draw: Draw) -> dict[str, Any]:
    area, red, outside, pbf = _falling(draw, _CENTS, 4)
    return {
        "found_on": draw(_DAYS),
        "report_no": draw(_WORDS),
        "database_version": draw(_WORDS),
        "area_m2": area,
        "pbf_area_m2": pbf,
        "pbf_reserve_area_m2": area - pbf,
        "ecological_area_m2": red,
        "outside_boundary_area_m2": outside,
        "plan_conformity": draw(_PLAN),
        "conclusion": draw(_WORDS),
    }


def _damage_appraisal(draw: Draw) -> dict[str, Any]:
    destroyed, pbf = _falling(draw, _MU, 2)
    return {
        "appraised_on": draw(_DAYS),
        "report_no": draw(_WORDS),
        "appraiser": draw(_WORDS),
        "qualification": draw(st.none() | _WORDS),
        "destroyed_area_m2": destroyed,
        "destroyed_pbf_area_m2": pbf,
        "degree": draw(st.sampled_from(["light", "serious"])) if destroyed else "none",
        "causes": draw(_WORDS),
        "restorable": draw(st.booleans()),
        "restoration_advice": draw(st.none() | _WORDS),
        "conclusion": draw(_WORDS),
    }


def _replanting_check(draw: Draw) -> dict[str, Any]:
    checked, replanted = _falling(draw, _MU, 2)
    state = draw(st.sampled_from(["ready_to_sow", "needs_levelling", "needs_topsoil", "seriously_destroyed"]))
    planting = ["grain", "non_grain", "rotation"] if replanted else ["fallow", "unplanted"]
    return {
        "checked_on": draw(_DAYS),
        "record_no": draw(_WORDS),
        "checked_area_m2": checked,
        "replanted_area_m2": replanted,
        "planting": draw(st.sampled_from(planting)),
        "crop": draw(_WORDS) if replanted else draw(st.none() | _WORDS),
        "tillage_state": state,
        "passed": state == "ready_to_sow" and draw(st.booleans()),
        "checkers": draw(_PEOPLE),
        "conclusion": draw(_WORDS),
    }


def _criminal_decision(draw: Draw) -> dict[str, Any]:
    accepted, decided = sorted((draw(_DAYS), draw(_DAYS)))
    decision = draw(st.sampled_from(["filed", "refused"]))
    refusal = {"reasons": draw(_WORDS), "papers_returned": draw(st.booleans())} if decision == "refused" else {}
    return {
        "decision": decision,
        "accepted_on": accepted,
        "decided_on": decided,
        "document_no": draw(_WORDS),
        "suspected_crime": draw(st.sampled_from(["C228", "C277", "C342", "C343", "C410"])),
        "conclusion": draw(_WORDS),
        **refusal,
    }


def _reconsideration_answer(draw: Draw) -> dict[str, Any]:
    requested, decided = sorted((draw(_DAYS), draw(_DAYS)))
    outcome = draw(st.sampled_from(["filed", "upheld"]))
    return {
        "outcome": outcome,
        "requested_on": requested,
        "refusal_no": draw(_WORDS),
        "decided_on": decided,
        "document_no": draw(_WORDS),
        "reasons": draw(_WORDS) if outcome == "upheld" else draw(st.none() | _WORDS),
        "conclusion": draw(_WORDS),
    }


def _span(draw: Draw) -> tuple[datetime, datetime]:
    on = datetime.combine(draw(_DAYS), time(), SHANGHAI)
    began, ended = sorted((draw(_SECONDS), draw(_SECONDS)))
    return on + timedelta(seconds=began), on + timedelta(seconds=ended)


def _site_order_record(draw: Draw) -> dict[str, Any]:
    began, ended = _span(draw)
    obstruction = draw(st.sampled_from(["none", "dissuaded", "public_order", "criminal"]))
    return {
        "record_no": draw(_WORDS),
        "began_at": began,
        "ended_at": ended,
        "police_count": draw(st.integers(1, 10_000)),
        "obstruction": obstruction,
        "people_handled": 0 if obstruction == "none" else draw(st.integers(1, 10_000)),
        "evidence_kept": obstruction == "criminal" or draw(st.booleans()),
        "conclusion": draw(_WORDS),
    }


def _demolition_record(draw: Draw) -> dict[str, Any]:
    began, ended = _span(draw)
    measure = draw(st.sampled_from(["demolished", "sealed", "cleared"]))
    digests = draw(st.lists(_DIGESTS, min_size=2, max_size=6, unique=True))
    stages = ["before", "after", *(draw(st.sampled_from(["before", "during", "after"])) for _ in digests[2:])]
    times = {"before": began, "during": ended, "after": ended}
    azimuths = st.integers(0, 359_999).map(lambda parts: parts / 1000)
    return {
        "record_no": draw(_WORDS),
        "decision_no": draw(_WORDS),
        "done_on": ended.date(),
        "began_at": began,
        "ended_at": ended,
        "measure": measure,
        "area_m2": draw(_CENTS if measure == "sealed" else _CENTS.filter(bool)),
        "structures": draw(st.integers(0, 10_000)),
        "officers": draw(_PEOPLE),
        "witness": draw(st.none() | _NAMES),
        "photographs": [
            {
                "stage": stage,
                "taken_at": times[stage],
                "sha256": digest,
                "file_name": draw(st.none() | _WORDS),
                "longitude": draw(st.none() | st.integers(-180_000_000, 180_000_000).map(lambda n: n / 10**6)),
                "azimuth_deg": draw(st.none() | azimuths),
            }
            for stage, digest in zip(stages, digests, strict=True)
        ],
        "conclusion": draw(_WORDS),
    }


MAKERS: dict[str, tuple[Agency, Callable[[Draw], dict[str, Any]]]] = {
    "land_survey": (Agency.NATURAL_RESOURCES, _land_survey),
    "control_line_finding": (Agency.NATURAL_RESOURCES, _control_line_finding),
    "damage_appraisal": (Agency.AGRICULTURE, _damage_appraisal),
    "replanting_check": (Agency.AGRICULTURE, _replanting_check),
    "criminal_decision": (Agency.PUBLIC_SECURITY, _criminal_decision),
    "reconsideration_answer": (Agency.PUBLIC_SECURITY, _reconsideration_answer),
    "site_order_record": (Agency.PUBLIC_SECURITY, _site_order_record),
    "demolition_record": (Agency.COMPREHENSIVE_ENFORCEMENT, _demolition_record),
}


@st.composite
def valid_results(draw: Draw) -> tuple[Agency, TaskResult]:
    """An agency and a result of it."""
    kind = draw(st.sampled_from(sorted(MAKERS)))
    agency, make = MAKERS[kind]
    return agency, RESULT.validate_python({"kind": kind, **make(draw)})
