"""Each agency reports its own kind of result, and figures must not contradict each other."""

from typing import Any

import pytest

from services.agencies.domain.errors import ResultImplausible, ResultKindWrong
from services.agencies.domain.results import RESULT_KINDS, check_result
from shared.contracts.codes import Agency
from tests.unit.services.agencies.builders import TODAY, result


@pytest.mark.parametrize("agency", list(Agency))
def test_an_agency_may_report_its_own_kind_and_no_other(agency: Agency) -> None:
    check_result(agency, result(agency), TODAY)
    for other in set(Agency) - {agency}:
        with pytest.raises(ResultKindWrong) as refused:
            check_result(agency, result(other), TODAY)
        assert refused.value.facts["expected"] == RESULT_KINDS[agency]


@pytest.mark.parametrize(
    ("agency", "changes", "field", "rule"),
    [
        (Agency.NATURAL_RESOURCES, {"farmland_area_m2": 4333.56}, "farmland_area_m2", "farmland-within-measured"),
        (Agency.NATURAL_RESOURCES, {"pbf_area_m2": 4300.51}, "pbf_area_m2", "pbf-within-farmland"),
        (Agency.NATURAL_RESOURCES, {"surveyed_on": "2026-03-12"}, "surveyed_on", "not-in-the-future"),
        (Agency.AGRICULTURE, {"degree": "none"}, "destroyed_area_m2", "area-agrees-with-degree"),
        (Agency.AGRICULTURE, {"destroyed_area_m2": 0}, "destroyed_area_m2", "area-agrees-with-degree"),
        (Agency.PUBLIC_SECURITY, {"decided_on": "2026-03-12"}, "decided_on", "not-in-the-future"),
        (Agency.COMPREHENSIVE_ENFORCEMENT, {"area_m2": 0}, "area_m2", "cleared-area-above-zero"),
        (Agency.TOWNSHIP, {"done_on": "2026-03-12"}, "done_on", "not-in-the-future"),
        (Agency.TOWNSHIP, {"watch_persons": 0}, "watch_persons", "watch-before-acceptance"),
    ],
)
def test_implausible_figures_are_refused_by_field(
    agency: Agency, changes: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(ResultImplausible) as refused:
        check_result(agency, result(agency, **changes), TODAY)
    assert refused.value.field == f"result.{field}"
    assert refused.value.facts == {"rule": rule}


def test_equal_areas_are_plausible() -> None:
    whole = {"farmland_area_m2": 4333.55, "pbf_area_m2": 4333.55}
    check_result(Agency.NATURAL_RESOURCES, result(Agency.NATURAL_RESOURCES, **whole), TODAY)
