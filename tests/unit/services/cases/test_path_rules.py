"""What the paths of a case ask of the rules: powers, limits that are exact, a fee that never exceeds its fine."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.case_enforcement import added_fine
from services.cases.domain.path_rules import PathRules
from services.cases.domain.rule_book import RuleBook, RuleMissing
from services.cases.wiring import shipped_path_rules
from shared.contracts.codes import ActionTrigger, Agency, Measure, ViolationType

RULES = shipped_path_rules()
DAY = date(2026, 4, 24)
COUNTY = "640521104000"
areas = st.decimals(min_value=0, max_value=20000, places=2)


def test_comprehensive_enforcement_has_no_power_until_one_is_loaded() -> None:
    assert RULES.power_on(Agency.COMPREHENSIVE_ENFORCEMENT, ViolationType.VT01, COUNTY, DAY) is None
    assert RULES.power_on(Agency.NATURAL_RESOURCES, ViolationType.VT01, COUNTY, DAY) is not None


def test_natural_resources_leads_cases_of_building_on_farmland() -> None:
    assert Agency.NATURAL_RESOURCES in RULES.leads(ViolationType.VT01, DAY)
    assert RULES.leads(ViolationType.VT01, DAY).isdisjoint(RULES.leads(ViolationType.VT04, DAY))


def test_without_a_row_nothing_is_guessed() -> None:
    empty = PathRules(RuleBook((), DAY))
    with pytest.raises(RuleMissing):
        empty.time_bar_years(DAY)
    with pytest.raises(RuleMissing):
        empty.remedy([Measure.FINE], DAY)
    with pytest.raises(RuleMissing):
        empty.people_resisting(DAY)


def test_every_trigger_of_the_register_is_known_and_none_without_it() -> None:
    assert all(RULES.trigger_is_on(trigger, DAY) for trigger in ActionTrigger)
    assert not any(PathRules(RuleBook((), DAY)).trigger_is_on(trigger, DAY) for trigger in ActionTrigger)
    assert (RULES.people_resisting(DAY), RULES.repeated_months(DAY)) == (3, 12)


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
    found = RULES.reach(Decimal(pbf), Decimal(farmland), DAY)
    assert (found.met, found.near) == (met, near)


@given(pbf=areas, other=areas, more=areas)
def test_more_land_never_leaves_the_limit_again(pbf: Decimal, other: Decimal, more: Decimal) -> None:
    less, most = RULES.reach(pbf, pbf + other, DAY), RULES.reach(pbf + more, pbf + more + other, DAY)
    assert most.met >= less.met
    assert not (less.met and less.near)
    assert most.met or most.near >= less.near


@given(fine=st.decimals(min_value=0, max_value=10**7, places=2), days=st.integers(-10, 1000))
def test_what_is_added_to_a_late_fine(fine: Decimal, days: int) -> None:
    """Path i of domain.md 8.5: min(fine, 3 % x days x fine)."""
    added = added_fine(fine, days, Decimal(3))
    assert 0 <= added <= fine
    assert abs(added - min(fine, fine * Decimal("0.03") * max(days, 0))) <= Decimal("0.01")
