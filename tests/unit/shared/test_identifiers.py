"""Numbers of people and firms: which can be right, and how they are shown."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import is_credit_code, is_resident_number, masked_number, masked_phone, without_numbers
from shared.telemetry import JsonLines

# Examples of the standards themselves.
RESIDENT, CREDIT = "11010519491231002X", "91350100M000100Y43"


def test_the_standards_own_examples_are_right() -> None:
    assert is_resident_number(RESIDENT)
    assert is_credit_code(CREDIT)


@pytest.mark.parametrize("place", range(17))
def test_one_wrong_digit_is_noticed(place: int) -> None:
    digit = str((int(RESIDENT[place]) + 1) % 10)
    assert not is_resident_number(RESIDENT[:place] + digit + RESIDENT[place + 1 :])


@pytest.mark.parametrize("text", ["", "1", "11010519491331002X", "11010519491231002x", "１1010519491231002X", "9" * 40])
def test_what_has_another_form_is_none(text: str) -> None:
    assert not is_resident_number(text)


@given(st.text(max_size=60))
def test_nothing_that_is_shown_as_a_number_tells_its_middle(text: str) -> None:
    shown = masked_number(text)
    assert len(shown) == len(text)
    assert set(shown[3:-3]) <= {"*"}


@pytest.mark.parametrize("around", ["{}", "身份证{}号", "电话:{}。", "a {} b", '"{}"'])
def test_numbers_in_a_text_are_masked(around: str) -> None:
    assert RESIDENT not in without_numbers(around.format(RESIDENT))
    assert "13909551234" not in without_numbers(around.format("13909551234"))
    assert "139****1234" in without_numbers(around.format("13909551234"))


@pytest.mark.parametrize(
    "text",
    [
        "640521104000",
        "2026-11-27T22:40:49",
        "019bd2f0-1390-7551-8234-139095512340",
        "f13909551234",
        "139095512345678",
        "ZW-CA-640521-2025-00001",
    ],
)
def test_codes_digests_and_instants_stay(text: str) -> None:
    assert without_numbers(text) == text


def test_a_log_line_stays_json_and_has_no_number_of_a_person() -> None:
    record = logging.makeLogRecord(
        {"msg": "refused %s", "args": (RESIDENT,), "told": {"phone": ["13909551234"]}, "bytes": 13909551234}
    )
    line = JsonLines("test").format(record)
    assert RESIDENT not in line
    assert json.loads(line)["told"]["phone"] == ["139****1234"]
    assert json.loads(line)["bytes"] == 13909551234


def test_a_short_number_shows_next_to_nothing() -> None:
    assert masked_number("E1234567") == "********"
    assert masked_phone("05512") == "****12"
