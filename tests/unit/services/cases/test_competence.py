"""Within jurisdiction (NRP 16): the county of the land, and an agency with power for the violation there that day."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.competence import check_jurisdiction, check_own_agency
from services.cases.domain.transitions import Forbidden
from shared.contracts.codes import Agency, Role, ViolationType
from shared.principal import Actor
from tests.unit.services.cases.commands import COORDINATOR, RULES, START, TOWNSHIP, moment

LEADER = replace(COORDINATOR, roles=frozenset({Role.LEADER}), org_code="natural_resources")
_ON = date(2026, 4, 20)


def code(
    by: Actor, agency: Agency, violations: list[ViolationType], place: str = TOWNSHIP, at: datetime = START
) -> str:
    try:
        check_jurisdiction(agency, violations, place, moment(by, at))
    except Forbidden as refused:
        return refused.code
    return ""


@given(
    agency=st.sampled_from(Agency),
    violations=st.lists(st.sampled_from(ViolationType), min_size=1, max_size=4, unique=True),
)
def test_one_violation_in_its_power_is_enough_and_none_is_refused(
    agency: Agency, violations: list[ViolationType]
) -> None:
    powers = [RULES.power_on(agency, one, TOWNSHIP, _ON) is not None for one in violations]
    house = ViolationType.VT04 in violations and agency in (Agency.NATURAL_RESOURCES, Agency.AGRICULTURE)
    assert code(COORDINATOR, agency, violations) == ("" if any(powers) or house else "cases.not-competent")


def test_a_power_counts_from_its_day() -> None:
    before = datetime(2019, 12, 31, 1, tzinfo=UTC)
    violations = [ViolationType.VT01]
    assert code(COORDINATOR, Agency.NATURAL_RESOURCES, violations) == ""
    assert code(COORDINATOR, Agency.NATURAL_RESOURCES, violations, at=before) == "cases.not-competent"


@pytest.mark.parametrize(
    ("jurisdiction", "place", "refused"),
    [
        ("640521", "640521104000", ""),
        ("640521104", "640521104000", ""),
        ("640522", "640521104000", "cases.outside-county"),
        ("640521", "640522100000", "cases.outside-county"),
        ("6405", "640521104000", "cases.outside-county"),
        ("", "640521104000", "cases.outside-county"),
        ("640521", "", "cases.outside-county"),
    ],
)
def test_land_of_another_county_is_not_ours(jurisdiction: str, place: str, refused: str) -> None:
    by = replace(COORDINATOR, jurisdiction=jurisdiction)
    assert code(by, Agency.NATURAL_RESOURCES, [ViolationType.VT01], place) == refused


@pytest.mark.parametrize("agency", Agency)
def test_a_leader_speaks_for_his_agency_and_the_coordinator_for_each(agency: Agency) -> None:
    check_own_agency(agency, moment(COORDINATOR))
    if agency == LEADER.org_code:
        check_own_agency(agency, moment(LEADER))
        return
    with pytest.raises(Forbidden) as caught:
        check_own_agency(agency, moment(LEADER))
    assert caught.value.code == "cases.led-by-another"
