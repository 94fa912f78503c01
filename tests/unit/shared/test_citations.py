"""Citations in the words of papers."""

from datetime import date

import pytest

from shared.citations import chinese, cite, known


@pytest.mark.parametrize(
    ("citation", "words"),
    [
        ("APL 38", "《行政处罚法》第三十八条"),
        ("APL 44; NRP 46", "《行政处罚法》第四十四条、《自然资源行政处罚办法》第四十六条"),
        ("NRP", "《自然资源行政处罚办法》"),
        ("RULES 3.7", "《县联合执法工作规则》3.7"),
        ("OTHER 1", "OTHER 1"),
    ],
)
def test_a_citation_is_told_in_words(citation: str, words: str) -> None:
    assert cite(citation) == words


def test_of_a_day_before_the_first_text_the_first_is_cited() -> None:
    assert cite("APL 38", date(1999, 1, 1)) == "《行政处罚法》第三十八条"


@pytest.mark.parametrize(
    ("number", "words"),
    [(5, "五"), (10, "十"), (19, "十九"), (20, "二十"), (103, "一百零三"), (112, "一百一十二"), (342, "三百四十二")],
)
def test_numbers_of_articles(number: int, words: str) -> None:
    assert chinese(number) == words


def test_what_no_register_has_is_not_known() -> None:
    assert known("APL 44; T310 5")
    assert not known("APL 44; XYZ 5")
