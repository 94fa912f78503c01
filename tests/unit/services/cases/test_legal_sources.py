"""The register of legal sources: every key that the code cites, and no row that rests on a text before its day."""

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services.cases.domain.rule import GAPLESS
from services.cases.domain.rule_book import Entry, RuleBook
from services.cases.storage.legal_validity import LawText, LawTexts
from services.cases.storage.rule_files import read_all
from services.cases.storage.shipped_row import ShippedRow
from services.cases.wiring import shipped_rules
from shared.citations import cite, keys
from shared.clock import SHANGHAI
from shared.contracts.codes import Agency, RuleMark, RuleRegister, ViolationType
from shared.contracts.rules import ArticleRef, RuleFact, RuleSource

DAY = date(2026, 4, 20)
BOOK = shipped_rules(DAY)
ROWS = read_all()
ROOT = Path(__file__).parents[4]
SOURCES = [row for row in ROWS if row.register is RuleRegister.LEGAL_SOURCE]
HOUSE = {row.key for row in SOURCES if row.value.get("house")}
# A citation in the words of the code: "APL 38", "T310", "HOUSE.clue", "AEL 56; AEL 57".
_CITED = re.compile(
    r'"((?:HOUSE\.[a-z-]+|[A-Z]{2,}[0-9]*)(?: [0-9]+)?(?:; (?:HOUSE\.[a-z-]+|[A-Z]{2,}[0-9]*)(?: [0-9]+)?)*)"'
)


def _cited() -> set[str]:
    """Every key that the services cite with an article, or of a procedure of the system."""
    found: set[str] = set()
    for file in sorted(ROOT.glob("services/*/domain/*.py")) + sorted(ROOT.glob("services/*/handlers/*.py")):
        for text in _CITED.findall(file.read_text(encoding="utf-8")):
            found |= {part.split()[0] for part in text.split("; ") if " " in part or "." in part}
    return found


def test_every_key_that_the_code_cites_is_a_source_and_every_procedure_is_cited() -> None:
    cited = _cited()
    assert len(cited) > 15
    assert cited <= keys()
    assert {key for key in cited if key.startswith("HOUSE.")} == HOUSE


def test_no_refusal_and_no_table_names_a_regulation_that_does_not_exist() -> None:
    for file in (*ROOT.glob("docs/transitions.md"), *ROOT.glob("shared/register/*.toml")):
        assert "县联合执法工作规则" not in file.read_text(encoding="utf-8")
    assert not any("RULES " in file.read_text(encoding="utf-8") for file in ROOT.glob("services/*/domain/*.py"))


def test_a_procedure_of_the_system_is_customary_to_be_confirmed_and_dated() -> None:
    rows = [row for row in SOURCES if row.key in HOUSE]
    assert all((row.mark, row.unsure) == (RuleMark.CUSTOM, True) for row in rows)
    assert all(row.value.get("article") is None and row.valid_from for row in rows)


def test_a_county_names_its_own_document_by_editing_the_register() -> None:
    own = {"title": "中宁县耕地保护联合执法工作规则", "version": "2026年", "article": "12"}
    fact = RuleFact(
        row_id=BOOK.every(RuleRegister.LEGAL_SOURCE)[0].row_id,
        value=own,
        valid_from=DAY,
        source=RuleSource(text="中宁政办发〔2026〕8号"),
        origin="edit",
        recorded_at=datetime(2026, 4, 19, 9, tzinfo=SHANGHAI),
    )
    entries = [entry for register in RuleRegister for entry in BOOK.every(register) if entry.key != "HOUSE.clue"]
    book = RuleBook([*entries, Entry.of(RuleRegister.LEGAL_SOURCE, "HOUSE.clue", fact)], DAY)
    assert book.cite("HOUSE.clue") == "《中宁县耕地保护联合执法工作规则》第十二条"
    assert book.cite("APL 26; HOUSE.case") == cite("APL 26; HOUSE.case")


def test_shipped_rules_cite_what_everybody_does() -> None:
    assert all(BOOK.cite(f"{key} 7") == cite(f"{key} 7", DAY) for key in keys())
    assert BOOK.cite("XYZ 7") == "XYZ 7"


# validity


def test_no_row_is_valid_before_its_source_is_in_force() -> None:
    texts = {(row.value["title"], row.value["version"]): row for row in SOURCES}
    for row in ROWS:
        assert row.source.basis or row.source.text
        for article in row.source.basis:
            text = texts[article.law, str(article.version)]
            assert date.fromisoformat(text.value.get("effective_from", "1900-01-01")) <= row.valid_from, row
            assert text.valid_from <= row.valid_from, row
            # Nor after another text has taken its place.
            assert text.valid_to is None or (row.valid_to is not None and row.valid_to <= text.valid_to), row
    assert all(date.fromisoformat(row.value.get("effective_from", "1900-01-01")) <= row.valid_from for row in SOURCES)


def test_of_every_text_it_is_known_when_it_came_into_force() -> None:
    undated = {row.key for row in SOURCES if "effective_from" not in row.value}
    # An article of a journal is no law; of the rules of agriculture the text in force was not read.
    assert undated - HOUSE == {"ZJD", "AGP"}


@pytest.mark.parametrize(
    ("register", "key", "since"),
    [
        *((RuleRegister.DEADLINE, key, date(2024, 5, 1)) for key in ("D11", "D12", "D14", "D28")),
        *((RuleRegister.VIOLATION_TYPE, key, date(2024, 6, 1)) for key in ("VT14", "VT15", "VT18")),
        *((RuleRegister.VIOLATION_TYPE, key, date(2021, 9, 1)) for key in ("VT01", "VT03", "VT05", "VT06", "VT09")),
        *((RuleRegister.POWER_GRANT, f"NR.{key}", date(2021, 9, 1)) for key in ("VT03", "VT05", "VT06", "VT07")),
        *((RuleRegister.POWER_GRANT, f"NR.{key}", date(2021, 9, 1)) for key in ("VT09", "VT10")),
        (RuleRegister.VIOLATION_TYPE, "VT19", date(2026, 1, 1)),
        (RuleRegister.POWER_GRANT, "PS.VT19", date(2026, 1, 1)),
        (RuleRegister.VIOLATION_TYPE, "VT23", date(2025, 7, 1)),
        (RuleRegister.POWER_GRANT, "NR.VT23", date(2025, 7, 1)),
    ],
)
def test_a_row_begins_with_its_law_and_the_former_one_stands_before_it_to_be_confirmed(
    register: RuleRegister, key: str, since: date
) -> None:
    now, before = BOOK.entry(register, key, since), BOOK.entry(register, key, since - timedelta(days=1))
    assert now is not None
    assert before is not None
    assert (now.valid_from, before.unsure) == (since, True)
    assert before.source != now.source


def test_of_registers_that_must_answer_every_day_none_is_left_without_a_row() -> None:
    for register in GAPLESS:
        for key in BOOK.keys(register):
            rows = sorted((row for row in BOOK.every(register) if row.key == key), key=lambda row: row.valid_from)
            for row, following in pairwise(rows):
                assert row.valid_to == following.valid_from - timedelta(days=1), (register, key)
            assert rows[-1].valid_to is None


def test_an_older_act_is_judged_and_its_clock_runs_by_the_law_of_its_day() -> None:
    then = date(2021, 3, 1)
    former = BOOK.violation_type(ViolationType.VT01, then)
    assert former is not None
    assert [fine.most for fine in former.fines] == ["30"]
    assert all(BOOK.violation_type(code, then) for code in ViolationType)
    assert BOOK.power_grant_on(Agency.NATURAL_RESOURCES, ViolationType.VT09, then, "640521") is not None
    decided_by = BOOK.deadlines.rule("D10", then)
    assert (decided_by.law, decided_by.article, decided_by.limit.amount) == ("行政处罚法", None, 90)
    rule = BOOK.deadlines.rule("D12", then)
    assert (rule.law, rule.article, rule.limit.amount) == ("国土资源行政处罚办法", None, 3)


def test_a_power_that_no_law_gave_yet_does_not_exist() -> None:
    assert BOOK.power_grant_on(Agency.AGRICULTURE, ViolationType.VT18, date(2024, 5, 31), "640521") is None
    assert BOOK.power_grant_on(Agency.AGRICULTURE, ViolationType.VT18, date(2024, 6, 1), "640521") is not None


# the cut itself


def _text(title: str, version: str, since: str, until: str | None = None) -> LawText:
    return LawText(title, version, date.fromisoformat(since), None if until is None else date.fromisoformat(until))


TEXTS = LawTexts(
    [
        (_text("旧办法", "1", "2020-01-01", "2024-04-30"), _text("办法", "2", "2024-05-01")),
        (_text("新法", "1", "2023-01-01"),),
    ]
)


def _row(register: RuleRegister, *basis: str, **more: Any) -> ShippedRow:
    given = [text.partition(" ")[::2] for text in basis]
    return ShippedRow(
        register=register,
        key="X",
        value={},
        valid_from=more.get("valid_from", date(2020, 1, 1)),
        valid_to=more.get("valid_to"),
        mark=RuleMark.LAW,
        unsure=False,
        source=RuleSource(basis=[ArticleRef(law=law, article=article or None) for law, article in given]),
    )


def _said(row: ShippedRow) -> tuple[str, str | None, list[tuple[str, str | None]], bool]:
    named = [(one.law, one.article) for one in row.source.basis]
    return str(row.valid_from), None if row.valid_to is None else str(row.valid_to), named, row.unsure


def test_a_row_is_cut_where_its_laws_came_into_force() -> None:
    pieces = list(TEXTS.cut(_row(RuleRegister.DEADLINE, "办法 27", "新法 3")))
    assert [_said(piece) for piece in pieces] == [
        ("2020-01-01", "2022-12-31", [("旧办法", None)], True),
        ("2023-01-01", "2024-04-30", [("旧办法", None), ("新法", "3")], True),
        ("2024-05-01", None, [("办法", "27"), ("新法", "3")], False),
    ]


def test_a_row_that_ends_under_a_former_text_keeps_its_article() -> None:
    row = _row(RuleRegister.DEADLINE, "旧办法 20", valid_to=date(2024, 4, 30))
    assert [_said(piece) for piece in TEXTS.cut(row)] == [("2020-01-01", "2024-04-30", [("旧办法", "20")], False)]


def test_without_any_law_in_force_it_is_custom_and_no_power() -> None:
    first = next(TEXTS.cut(_row(RuleRegister.DEADLINE, "新法 3")))
    assert (first.mark, first.source.basis, first.unsure) == (RuleMark.CUSTOM, [], True)
    powers = list(TEXTS.cut(_row(RuleRegister.POWER_GRANT, "新法 3")))
    assert [piece.valid_from for piece in powers] == [date(2023, 1, 1)]
