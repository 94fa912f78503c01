from datetime import date

import pytest

from shared.divisions.register import (
    DivisionLevel,
    DivisionMalformed,
    Divisions,
    DivisionUnknown,
    full_code,
    significant,
    within,
)


@pytest.fixture(scope="module")
def divisions() -> Divisions:
    return Divisions.load()


def test_the_register_holds_the_three_counties_of_the_city(divisions: Divisions) -> None:
    assert divisions.stated_on == date(2023, 6, 30)
    assert len(divisions) == 567
    assert [county.name for county in divisions.children("640500")] == ["沙坡头区", "中宁县", "海原县"]
    assert len(divisions.children("640521")) == 12


@pytest.mark.parametrize("code", ["640521104", "640521104000"])
def test_a_code_is_taken_in_each_of_its_forms(divisions: Divisions, code: str) -> None:
    assert divisions.get(code).name == "恩和镇"


@pytest.mark.parametrize(
    "code", ["", "6405", "64052110", "64052110400O", "6405211040000", "６４０５２１", "640521104\n"]
)
def test_what_is_no_code_is_refused_as_malformed(divisions: Divisions, code: str) -> None:
    with pytest.raises(DivisionMalformed):
        divisions.find(code)


def test_a_code_that_does_not_exist_is_unknown(divisions: Divisions) -> None:
    assert divisions.find("640521104999") is None
    with pytest.raises(DivisionUnknown) as refused:
        divisions.get("640521104999")
    assert refused.value.code == "division.unknown"
    assert refused.value.facts == {"value": "640521104999"}


def test_ancestors_lead_down_from_the_province(divisions: Divisions) -> None:
    assert [step.level for step in divisions.ancestors("640521104202")] == [
        DivisionLevel.PROVINCE,
        DivisionLevel.CITY,
        DivisionLevel.COUNTY,
        DivisionLevel.TOWNSHIP,
    ]


@pytest.mark.parametrize(("code", "township"), [("640521104202", "恩和镇"), ("640521104", "恩和镇"), ("640521", None)])
def test_township_of_a_code(divisions: Divisions, code: str, township: str | None) -> None:
    found = divisions.township_of(code)
    assert (found.name if found else None) == township


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("640521104202", "中宁县恩和镇恩和村"),
        ("640521104", "中宁县恩和镇"),
        ("640521", "中宁县"),
        ("640500", "中卫市"),
    ],
)
def test_full_name_starts_at_the_county(divisions: Divisions, code: str, name: str) -> None:
    assert divisions.full_name(code) == name


def test_full_name_may_start_higher(divisions: Divisions) -> None:
    assert divisions.full_name("640521104", top=DivisionLevel.CITY) == "中卫市中宁县恩和镇"


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("640000000000", "64"),
        ("640500", "6405"),
        ("640521000000", "640521"),
        ("640521100000", "640521100"),
        ("640521104202", "640521104202"),
    ],
)
def test_the_significant_digits_name_the_level(code: str, digits: str) -> None:
    assert significant(code) == digits


def test_every_division_lies_within_its_ancestors_only() -> None:
    village = "640521104202"
    assert within(village, "640521104")
    assert within(village, "640521000000")
    assert within(village, "640000")
    assert within(village, village)
    assert not within("640521", village)
    assert not within(village, "640522")
    assert not within(village, "640521105")


def test_full_code_pads_with_zeros() -> None:
    assert full_code("640521") == "640521000000"
