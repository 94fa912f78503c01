"""Each agency reports its own kind of result, and figures must not contradict each other."""

from typing import Any

import pytest

from services.agencies.domain.errors import ResultImplausible, ResultKindWrong
from services.agencies.domain.results import RESULT_KINDS, check_result
from services.agencies.domain.task import RESULT
from shared.contracts.codes import Agency
from tests.unit.services.agencies.builders import TODAY, every_result, named, result


@pytest.mark.parametrize("agency", list(Agency))
def test_an_agency_may_report_its_own_kind_and_no_other(agency: Agency) -> None:
    check_result(agency, result(agency), TODAY)
    for other in set(Agency) - {agency}:
        with pytest.raises(ResultKindWrong) as refused:
            check_result(agency, result(other), TODAY)
        assert refused.value.facts["expected"] == list(RESULT_KINDS[agency])


@pytest.mark.parametrize(("agency", "told"), every_result(), ids=named)
def test_a_result_of_each_kind_is_taken_as_it_is(agency: Agency, told: dict[str, Any]) -> None:
    check_result(agency, RESULT.validate_python(told), TODAY)


NR, CE = Agency.NATURAL_RESOURCES, Agency.COMPREHENSIVE_ENFORCEMENT
_CLASSES = [{"land_class_code": "0102", "area_m2": 4300}, {"land_class_code": "0102", "area_m2": 33.55}]
_PHOTOS = [
    {"stage": "before", "taken_at": "2026-03-10T17:00:00+08:00", "sha256": "a" * 64},
    {"stage": "after", "taken_at": "2026-03-10T08:00:00+08:00", "sha256": "a" * 64},
]


@pytest.mark.parametrize(
    ("kind", "changes", "faults"),
    [
        ("land_survey", {"farmland_area_m2": 4333.56}, [("farmland_area_m2", "farmland-within-measured")]),
        ("land_survey", {"pbf_area_m2": 4300.51}, [("pbf_area_m2", "pbf-within-farmland")]),
        ("land_survey", {"surveyed_on": "2026-03-12"}, [("surveyed_on", "not-in-the-future")]),
        ("land_survey", {"classes": _CLASSES}, [("classes.1.land_class_code", "class-once")]),
        (
            "land_survey",
            {"classes": [{"land_class_code": "0103", "area_m2": 4333}]},
            [("classes", "classes-sum-to-measured"), ("land_class_code", "class-in-table")],
        ),
        (
            "land_survey",
            {"surveyor": None, "plan_conformity": None},
            [("surveyor", "missing"), ("plan_conformity", "missing")],
        ),
        ("control_line_finding", {"ecological_area_m2": 4333.56}, [("ecological_area_m2", "part-within-area")]),
        ("control_line_finding", {"pbf_reserve_area_m2": 240}, [("pbf_reserve_area_m2", "pbf-or-reserve")]),
        ("damage_appraisal", {"degree": "none"}, [("destroyed_area_m2", "area-agrees-with-degree")]),
        (
            "damage_appraisal",
            {"destroyed_area_m2": 0},
            [("destroyed_area_m2", "area-agrees-with-degree"), ("destroyed_pbf_area_m2", "pbf-within-destroyed")],
        ),
        ("damage_appraisal", {"causes": None}, [("causes", "missing")]),
        ("replanting_check", {"replanted_area_m2": 4300.01}, [("replanted_area_m2", "replanted-within-checked")]),
        ("replanting_check", {"planting": "fallow"}, [("replanted_area_m2", "area-agrees-with-planting")]),
        ("replanting_check", {"crop": None}, [("crop", "missing")]),
        ("replanting_check", {"tillage_state": "needs_topsoil"}, [("passed", "passed-means-ready-to-sow")]),
        ("criminal_decision", {"decided_on": "2026-03-12"}, [("decided_on", "not-in-the-future")]),
        ("criminal_decision", {"decided_on": "2026-03-07"}, [("decided_on", "decided-after-accepted")]),
        ("criminal_decision", {"decision": "refused"}, [("reasons", "missing"), ("papers_returned", "missing")]),
        ("reconsideration_answer", {"reasons": None}, [("reasons", "missing")]),
        ("reconsideration_answer", {"decided_on": "2026-03-07"}, [("decided_on", "decided-after-requested")]),
        ("site_order_record", {"obstruction": "none"}, [("people_handled", "people-agree-with-obstruction")]),
        ("site_order_record", {"obstruction": "criminal"}, [("evidence_kept", "crime-needs-evidence")]),
        ("site_order_record", {"ended_at": "2026-03-10T08:29:59+08:00"}, [("ended_at", "ended-after-begun")]),
        ("demolition_record", {"area_m2": 0}, [("area_m2", "cleared-area-above-zero")]),
        ("demolition_record", {"done_on": "2026-03-09"}, [("done_on", "done-on-the-last-day")]),
        ("demolition_record", {"photographs": []}, [("photographs", "missing")]),
        (
            "demolition_record",
            {"photographs": _PHOTOS},
            [
                ("photographs.1.sha256", "photograph-once"),
                ("photographs.0.taken_at", "photograph-agrees-with-stage"),
                ("photographs.1.taken_at", "photograph-agrees-with-stage"),
            ],
        ),
        (
            "demolition_record",
            {"photographs": [{**_PHOTOS[0], "taken_at": "2026-03-12T00:00:00+08:00"}]},
            [
                ("photographs.0.taken_at", "not-in-the-future"),
                ("photographs", "photographs-before-and-after"),
                ("photographs.0.taken_at", "photograph-agrees-with-stage"),
            ],
        ),
        ("township_record", {"done_on": "2026-03-12"}, [("done_on", "not-in-the-future")]),
        ("township_record", {"watch_persons": 0}, [("watch_persons", "watch-before-acceptance")]),
    ],
)
def test_everything_implausible_is_refused_by_field(
    kind: str, changes: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    agency, told = next(one for one in every_result() if one[1]["kind"] == kind)
    with pytest.raises(ResultImplausible) as refused:
        check_result(agency, RESULT.validate_python({**told, **changes}), TODAY)
    assert refused.value.field == f"result.{faults[0][0]}"
    assert refused.value.facts["faults"] == [{"field": f"result.{name}", "reason": why} for name, why in faults]


def test_a_sealing_clears_no_area() -> None:
    check_result(CE, result(CE, measure="sealed", area_m2=0), TODAY)


def test_equal_areas_are_plausible() -> None:
    whole = {"farmland_area_m2": 4333.55, "pbf_area_m2": 4333.55}
    check_result(NR, result(NR, **whole), TODAY)
