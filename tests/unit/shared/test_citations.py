"""Citations in the words of papers."""

from datetime import date
from typing import Any

import pytest

from shared.citations import chinese, cite, known, written


@pytest.mark.parametrize(
    ("citation", "words"),
    [
        ("APL 38", "《行政处罚法》第三十八条"),
        ("APL 44; NRP 46", "《行政处罚法》第四十四条、《自然资源行政处罚办法》第四十六条"),
        ("NRP", "《自然资源行政处罚办法》"),
        ("SEED 9", "《中卫市耕地保护党政同责实施办法（试行）》第九条"),
        ("HOUSE.clue", "系统规程“线索办理”（本县可在规则中登记自己的文件）"),
        ("APL 26; HOUSE.assistance", "《行政处罚法》第二十六条、系统规程“协助函办理”（本县可在规则中登记自己的文件）"),
        ("OTHER 1", "OTHER 1"),
    ],
)
def test_a_citation_is_told_in_words(citation: str, words: str) -> None:
    assert cite(citation) == words


def test_of_a_day_before_the_first_text_the_first_is_cited() -> None:
    assert cite("APL 38", date(1999, 1, 1)) == "《行政处罚法》第三十八条"


def test_of_a_day_under_a_former_text_that_one_is_cited() -> None:
    assert cite("NRP", date(2024, 4, 30)) == "《国土资源行政处罚办法》"
    assert cite("NRP", date(2024, 5, 1)) == "《自然资源行政处罚办法》"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"title": "线索办理", "house": True}, "系统规程“线索办理”（本县可在规则中登记自己的文件）"),
        ({"title": "中宁县联合执法工作规则", "article": "12"}, "《中宁县联合执法工作规则》第十二条"),
        ({"title": "工作规则", "cited_as": "中宁县工作规则", "article": "第三章"}, "《中宁县工作规则》第三章"),
        ({"title": "中宁县联合执法工作规则"}, "《中宁县联合执法工作规则》"),
    ],
)
def test_a_procedure_is_called_one_until_the_county_names_its_document(source: dict[str, Any], words: str) -> None:
    assert written(source) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(5, "五"), (10, "十"), (19, "十九"), (20, "二十"), (103, "一百零三"), (112, "一百一十二"), (342, "三百四十二")],
)
def test_numbers_of_articles(number: int, words: str) -> None:
    assert chinese(number) == words


def test_what_no_register_has_is_not_known() -> None:
    assert known("APL 44; T310 5")
    assert not known("APL 44; XYZ 5")
