"""What is cut from a text finds every word that stands in it, whatever it is written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.grams import LONGEST, asked_grams, body_of, folded, grams, number_gram, words

_WRITTEN = st.text(alphabet="中宁县恩和镇砂石厂甲乙 ABCxyz０１２345-·，\n", max_size=60)


@given(_WRITTEN, st.data())
def test_every_piece_of_a_text_is_found_by_its_grams(text: str, data: st.DataObject) -> None:
    body = body_of([text])
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    for word in words(body[start:end]):
        assert asked_grams(word) <= grams(word) <= grams(body), word


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ＡＢＣ Plaza", "abc"),
        ("中宁县恩和镇", "恩和"),
        ("中宁县恩和镇", "镇"),
        ("中宁\u3000县", "中宁 县"),
        ("640521WP26000037", "WP2600"),
    ],
)
def test_width_case_and_blanks_make_no_difference(written: str, asked: str) -> None:
    body = body_of([written])
    assert all(word in body and asked_grams(word) <= grams(body) and asked_grams(word) for word in words(asked))


def test_nothing_is_found_across_two_parts() -> None:
    assert "镇砂" not in grams(body_of(["恩和镇", "砂石厂"]))


@pytest.mark.parametrize("asked", ["", "a", "12", "- ·"])
def test_what_is_too_short_has_no_gram(asked: str) -> None:
    assert not asked_grams(folded(asked))


def test_a_number_is_found_only_as_a_whole() -> None:
    assert number_gram("ＺＷ-CA-1") == number_gram("zw-ca-1") != number_gram("ZW-CA-12")


def test_a_long_text_is_searched_to_a_bound() -> None:
    assert len(body_of(["长" * 5000])) == LONGEST
