"""Rules by date: what is in force on a day, exact thresholds, and a fee that never exceeds its fine."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.crime_area import added_fine, reach
from services.cases.domain.rulebook import RuleMissing, TableRules
from services.cases.wiring import read_rules
from shared.contracts.codes import ActionTrigger, Agency, Measure, ViolationType

RULES = read_rules()
DAY = date(2026, 4, 24)
COUNTY = "640521104000"
areas = st.decimals(min_value=0, max_value=20000, places=2)


def test_comprehensive_enforcement_has_no_power_until_one_is_loaded() -> None:
    assert RULES.power_on(Agency.COMPREHENSIVE_ENFORCEMENT, ViolationType.VT01, COUNTY, DAY) is None
    assert RULES.power_on(Agency.NATURAL_RESOURCES, ViolationType.VT01, COUNTY, DAY) is not None


def test_a_power_holds_in_its_region_and_between_its_days() -> None:
    row: dict[str, Any] = {
        "agency": "comprehensive_enforcement",
        "violations": ["VT01"],
        "mode": "centralised",
        "basis": "某决定",
        "region": "640521",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2026, 6, 30),
    }
    rules = TableRules({"power": [row]})

    def holds(on: date, place: str = COUNTY) -> bool:
        return rules.power_on(Agency.COMPREHENSIVE_ENFORCEMENT, ViolationType.VT01, place, on) is not None

    assert [holds(date(2025, 12, 31)), holds(date(2026, 1, 1)), holds(date(2026, 6, 30))] == [False, True, True]
    assert not holds(date(2026, 7, 1))
    assert not holds(DAY, "640522100000")


def test_a_changed_rule_does_not_rewrite_the_past() -> None:
    old = {"pbf_m2x3": 10000, "other_m2x3": 20000, "near_percent": 90, "valid_from": date(2000, 6, 22)}
    new = {**old, "pbf_m2x3": 6000, "valid_from": date(2027, 1, 1)}
    rules = TableRules({"crime_threshold": [old, new]})
    assert [rules.crime_threshold(on).pbf_m2x3 for on in (DAY, date(2027, 1, 1))] == [10000, 6000]


def test_without_a_row_nothing_is_guessed() -> None:
    with pytest.raises(RuleMissing):
        TableRules({}).crime_threshold(DAY)
    with pytest.raises(RuleMissing):
        TableRules({}).remedy([Measure.FINE], DAY)


def test_a_trigger_can_be_switched_off() -> None:
    rules = TableRules({"triggers": [{"on": ["large_area"], "valid_from": date(2020, 1, 1)}]})
    assert rules.trigger_is_on(ActionTrigger.LARGE_AREA, DAY)
    assert not rules.trigger_is_on(ActionTrigger.RESISTANCE, DAY)


def test_remedies_of_a_demolition_are_shorter_than_those_of_a_fine() -> None:
    assert RULES.remedy([Measure.DEMOLISH, Measure.FINE], DAY).count_from == "D19"
    assert RULES.remedy([], DAY).count_from == "D19"
    assert RULES.remedy([Measure.FINE], DAY).count_from == "D21"


@pytest.mark.parametrize(
    ("pbf", "farmland", "met", "near"),
    [
        ("3333.33", "3333.33", False, True),
        ("3333.34", "3333.34", True, False),
        ("0", "6666.66", False, True),
        ("0", "6666.67", True, False),
        ("2000", "2000", False, False),
        ("1700", "4700", False, True),  # 51 % and 45 % together
    ],
)
def test_the_limits_are_exact(pbf: str, farmland: str, met: bool, near: bool) -> None:
    found = reach(Decimal(pbf), Decimal(farmland), RULES.crime_threshold(DAY))
    assert (found.met, found.near) == (met, near)


@given(pbf=areas, other=areas, more=areas)
def test_more_land_never_leaves_the_limit_again(pbf: Decimal, other: Decimal, more: Decimal) -> None:
    limit = RULES.crime_threshold(DAY)
    less, most = reach(pbf, pbf + other, limit), reach(pbf + more, pbf + more + other, limit)
    assert most.met >= less.met
    assert not (less.met and less.near)
    assert most.met or most.near >= less.near


@given(fine=st.decimals(min_value=0, max_value=10**7, places=2), days=st.integers(-10, 1000))
def test_what_is_added_to_a_late_fine(fine: Decimal, days: int) -> None:
    """Path i of domain.md 8.5: min(fine, 3 % x days x fine)."""
    added = added_fine(fine, days, Decimal(3))
    assert 0 <= added <= fine
    assert abs(added - min(fine, fine * Decimal("0.03") * max(days, 0))) <= Decimal("0.01")
