"""Which rows of a patch file are accepted, and what is said of the others."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.adapters.patch_lines import outcome_line, read_line
from services.cases.domain.patch import Patch, PatchRules, RowRejected, Shape, ShapeFault
from shared.divisions.register import Divisions

DIVISIONS = Divisions.load()
SHAPE = Shape(Decimal("8400.00"), 105.738, 37.5427, b"\x01\x02", "ab" * 32)
ROW: dict[str, Any] = {
    "JCBH": "640521WP26000037",
    "JCPC": "2026年一季度",
    "XZQBM": "640521104",
    "ZLDWDM": "6405211042020000000",
    "TBLX": "7A",
    "QSX": "20250912",
    "HSX": "2026-03-28",
    "JCMJ": "12.60",
    "ZGDMJ": 10.5,
    "ZJBNTMJ": 6.3,
    "TZ": "砂场",
    "BZ": " 仍在作业 ",
}


def judge(shape: Shape | ShapeFault = SHAPE, **changed: Any) -> Patch | RowRejected:
    return PatchRules(DIVISIONS, "640521").judge(7, {**ROW, **changed}, shape)


def accepted(shape: Shape | ShapeFault = SHAPE, **changed: Any) -> Patch:
    outcome = judge(shape, **changed)
    assert isinstance(outcome, Patch), outcome
    return outcome


def rejected(shape: Shape | ShapeFault = SHAPE, **changed: Any) -> RowRejected:
    outcome = judge(shape, **changed)
    assert isinstance(outcome, RowRejected), outcome
    assert outcome.row_no == 7
    return outcome


def warned(patch: Patch) -> list[str]:
    return [warning.code for warning in patch.warnings]


def test_a_good_row_becomes_a_patch() -> None:
    patch = accepted()
    assert (patch.row_no, patch.patch_no, patch.batch_no) == (7, "640521WP26000037", "2026年一季度")
    assert (patch.township_code, patch.village_code) == ("640521104000", "640521104202")
    assert patch.division_code == "640521104202"
    assert (patch.area_m2, patch.stated_area_mu) == (Decimal("8400.00"), Decimal("12.60"))
    assert (patch.farmland_area_m2, patch.pbf_area_m2) == (Decimal("7000.00"), Decimal("4200.00"))
    assert (patch.image_before_on, patch.image_after_on) == (date(2025, 9, 12), date(2026, 3, 28))
    assert (patch.feature, patch.note) == ("砂场", "仍在作业")
    assert patch.raw == ROW
    assert patch.warnings == ()


@pytest.mark.parametrize("column", ["JCBH", "XZQBM", "TBLX", "JCMJ"])
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_a_row_without_a_needed_value_is_rejected(column: str, nothing: str | None) -> None:
    outcome = rejected(SHAPE, **{column: nothing})
    assert (outcome.field, outcome.code) == (column, "attribute.missing")


@pytest.mark.parametrize("column", ["JCPC", "ZLDWDM", "QSX", "HSX", "TZ", "BZ"])
def test_a_row_without_an_optional_value_is_accepted(column: str) -> None:
    assert accepted(SHAPE, **{column: None}).warnings == ()


@pytest.mark.parametrize("value", ["abc", "约3亩", "12,60", "1 2", "0x10", "nan", "inf", True, "１２", "1e999"])
def test_an_area_that_is_no_number_is_rejected(value: Any) -> None:
    outcome = rejected(JCMJ=value)
    assert (outcome.field, outcome.code) == ("JCMJ", "attribute.wrong-type")
    assert outcome.facts == {"expected": "number", "value": value}


@pytest.mark.parametrize("value", ["-1", -0.5, "1e20", 1_500_001])
def test_an_area_out_of_range_is_rejected(value: Any) -> None:
    assert rejected(JCMJ=value).code == "attribute.out-of-range"


@pytest.mark.parametrize("value", ["12.60", "12.600000000000001", 12.6, " 12.6 ", "+12.6", "1.26e1"])
def test_an_area_may_be_a_number_or_its_text(value: Any) -> None:
    assert accepted(JCMJ=value).stated_area_mu == Decimal("12.6")


@pytest.mark.parametrize("value", ["20260328", "2026-03-28", "2026/3/28", "2026.3.28", "2026年3月28日", 20260328.0])
def test_a_date_is_taken_as_offices_write_it(value: Any) -> None:
    assert accepted(HSX=value).image_after_on == date(2026, 3, 28)


@pytest.mark.parametrize("value", ["20261399", "2026-02-30", "yesterday", "28.3.2026", "2026", True])
def test_a_date_that_is_none_is_rejected(value: Any) -> None:
    outcome = rejected(QSX=value)
    assert (outcome.field, outcome.code) == ("QSX", "attribute.wrong-type")
    assert outcome.facts["expected"] == "date"


def test_a_date_of_another_age_is_rejected() -> None:
    assert rejected(QSX="1949-10-01").code == "attribute.out-of-range"


@pytest.mark.parametrize("code", ["640521104202", "640521104", 640521104, 640521104.0])
def test_a_township_may_be_told_in_any_form(code: Any) -> None:
    assert accepted(XZQBM=code, ZLDWDM=None).township_code == "640521104000"


def test_without_a_village_the_township_is_the_division() -> None:
    patch = accepted(ZLDWDM=None)
    assert (patch.division_code, patch.village_code) == ("640521104000", None)


def test_a_county_code_is_enough_when_the_location_names_the_village() -> None:
    assert accepted(XZQBM="640521", ZLDWDM="640521104202").village_code == "640521104202"


def test_a_location_coarser_than_the_division_adds_nothing() -> None:
    assert accepted(XZQBM="640521104202", ZLDWDM="640521104000").village_code == "640521104202"


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"XZQBM": "640521998"}, "XZQBM", "division.unknown"),
        ({"ZLDWDM": "640521104999"}, "ZLDWDM", "division.unknown"),
        ({"XZQBM": "6405"}, "XZQBM", "division.malformed"),
        ({"XZQBM": "恩和镇"}, "XZQBM", "division.malformed"),
        ({"ZLDWDM": "640521104"}, "ZLDWDM", "division.malformed"),
        ({"XZQBM": "640522100"}, "XZQBM", "division.outside-county"),
        ({"XZQBM": "640500", "ZLDWDM": None}, "XZQBM", "division.outside-county"),
        ({"ZLDWDM": "640522100000"}, "ZLDWDM", "division.outside-county"),
        ({"XZQBM": "640521105"}, "ZLDWDM", "division.contradiction"),
        ({"XZQBM": "640521", "ZLDWDM": None}, "XZQBM", "division.township-missing"),
    ],
)
def test_a_division_must_exist_lie_in_the_county_and_name_a_township(
    changed: dict[str, Any], field: str, code: str
) -> None:
    outcome = rejected(**changed)
    assert (outcome.field, outcome.code) == (field, code)


@given(st.text(max_size=20))
def test_any_text_as_a_division_is_accepted_or_rejected_by_name(text: str) -> None:
    outcome = judge(XZQBM=text, ZLDWDM=None)
    assert isinstance(outcome, Patch) or outcome.field == "XZQBM"


@pytest.mark.parametrize("value", ["640521 37", "号37", "x", "a" * 51])
def test_a_patch_number_has_a_form(value: str) -> None:
    outcome = rejected(JCBH=value)
    assert (outcome.field, outcome.code) == ("JCBH", "attribute.malformed")


def test_a_number_twice_in_a_file_is_rejected_the_second_time() -> None:
    rules = PatchRules(DIVISIONS, "640521")
    assert isinstance(rules.judge(1, ROW, SHAPE), Patch)
    second = rules.judge(2, ROW, SHAPE)
    assert isinstance(second, RowRejected)
    assert (second.field, second.code) == ("JCBH", "patch.duplicate-number")
    assert second.facts == {"value": "640521WP26000037", "first_row": 1}


def test_farmland_cannot_exceed_the_patch() -> None:
    outcome = rejected(ZGDMJ="12.62")
    assert (outcome.field, outcome.code) == ("ZGDMJ", "patch.farmland-exceeds-patch")
    accepted(ZGDMJ="12.61")


def test_permanent_basic_farmland_cannot_exceed_the_farmland() -> None:
    outcome = rejected(ZJBNTMJ="10.52")
    assert (outcome.field, outcome.code) == ("ZJBNTMJ", "patch.pbf-exceeds-farmland")
    accepted(ZJBNTMJ="10.51")


def test_permanent_basic_farmland_cannot_exceed_the_patch_either() -> None:
    assert rejected(ZGDMJ=None, ZJBNTMJ="12.62").field == "ZJBNTMJ"


def test_an_overlay_that_is_not_there_is_unknown_and_not_zero() -> None:
    patch = accepted(ZGDMJ=None, ZJBNTMJ="")
    assert (patch.farmland_area_m2, patch.pbf_area_m2) == (None, None)
    assert warned(patch) == ["patch.overlay-missing"]


def test_a_stated_area_unlike_the_measured_one_is_flagged_not_rejected() -> None:
    patch = accepted(JCMJ="12.62")
    assert warned(patch) == ["patch.area-differs"]
    assert patch.warnings[0].facts == {"stated_mu": "12.62", "measured_mu": "12.60"}
    assert warned(accepted(JCMJ="12.61")) == []


def test_images_in_the_wrong_order_are_flagged() -> None:
    assert warned(accepted(QSX="20260401")) == ["patch.image-dates-reversed"]


def test_a_patch_across_the_border_is_flagged() -> None:
    shape = Shape(SHAPE.area_m2, SHAPE.longitude, SHAPE.latitude, SHAPE.wkb, SHAPE.digest, share_inside=0.8)
    assert warned(accepted(shape)) == ["patch.crosses-county-border"]


def test_a_bad_geometry_is_reported_in_the_field_geometry() -> None:
    outcome = rejected(ShapeFault("patch.self-crossing", {"reason": "self-intersection"}))
    assert (outcome.field, outcome.code) == ("geometry", "patch.self-crossing")
    assert outcome.facts == {"reason": "self-intersection"}


def test_text_that_was_not_decoded_is_rejected() -> None:
    assert rejected(TZ="ɰ\ufffd").code == "attribute.undecodable"


@pytest.mark.parametrize("value", ["a\x01b", "a\u202eb", "\u2066x"])
def test_text_that_hides_something_is_rejected(value: str) -> None:
    outcome = rejected(BZ=value)
    assert (outcome.field, outcome.code) == ("BZ", "attribute.forbidden-character")


def test_text_beyond_its_length_is_rejected() -> None:
    assert rejected(TZ="长" * 201).code == "attribute.too-long"
    accepted(BZ="长" * 4000)


_values = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["12.6", "20260101", "640521104"])
)


@given(st.fixed_dictionaries(dict.fromkeys(ROW, _values)))
def test_whatever_a_row_holds_it_is_judged_and_can_be_told(raw: dict[str, Any]) -> None:
    outcome = PatchRules(DIVISIONS, "640521").judge(1, raw, SHAPE)
    told = read_line(outcome_line(outcome))
    assert type(told) is type(outcome)


@pytest.mark.parametrize("changed", [{}, {"JCMJ": "abc"}, {"ZGDMJ": None, "QSX": None}])
def test_an_outcome_survives_the_way_from_child_to_parent(changed: dict[str, Any]) -> None:
    outcome = judge(**changed)
    assert read_line(outcome_line(outcome)) == outcome
