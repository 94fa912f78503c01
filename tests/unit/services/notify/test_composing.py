"""A document out of wording and facts: what is missing or wrong is named, what users wrote is only ever a value."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.adapters.registers import read_document_types
from services.notify.domain.blocks import Document, Paragraph, Table, texts
from services.notify.domain.composing import DRAFT, compose, facts_digest
from services.notify.domain.document_types import FieldKind, Version
from services.notify.domain.errors import (
    CharacterRefused,
    DocumentFieldMissing,
    DocumentFieldUnknown,
    DocumentFieldWrong,
)
from services.notify.domain.layout import balanced, signature_indents, width
from tests.unit.services.notify.paper_facts import document, facts, header, version

VERSIONS = list(read_document_types().versions())
REQUIRED = [(kind, field) for kind in VERSIONS for field in kind.fields if field.required]
by_type = pytest.mark.parametrize("kind", VERSIONS, ids=lambda kind: kind.type)


def said(made: Document) -> str:
    return "\n".join(text for text, _ in texts(made))


@by_type
def test_every_type_composes_with_nothing_left_open(kind: Version) -> None:
    made = compose(kind, header(), facts(kind))
    text = said(made)
    for sign in "{}":
        assert sign not in text
    for nothing in ("None", "；。", "。。", "，，", "（）"):
        assert nothing not in text
    assert made.template == f"{kind.type}/{kind.version}"


@by_type
def test_every_fact_is_said(kind: Version) -> None:
    """The same document with one fact less or other is another document."""
    whole = facts_digest(compose(kind, header(), facts(kind)))
    for field in kind.fields:
        if not field.required:
            assert facts_digest(compose(kind, header(), facts(kind, **{field.name: None}))) != whole


@pytest.mark.parametrize(
    ("kind", "field"), REQUIRED, ids=lambda value: getattr(value, "type", getattr(value, "name", ""))
)
def test_missing_fact_is_named_with_its_document(kind: Version, field: Any) -> None:
    nothing: Any
    for nothing in (None, "", []):
        with pytest.raises(DocumentFieldMissing) as refused:
            compose(kind, header(), facts(kind, **{field.name: nothing}))
        assert refused.value.field == field.name
        assert refused.value.facts == {"type": kind.type, "document": kind.title, "title": field.title}


@pytest.mark.parametrize(
    ("document_type", "change", "field"),
    [
        ("assistance_letter", {"to": ()}, "to"),
        ("assistance_letter", {"issuer": " "}, "issuer"),
        ("report_to_party", {"signer": ""}, "signer"),
    ],
)
def test_header_without_what_it_must_name_is_refused(document_type: str, change: dict[str, Any], field: str) -> None:
    kind = version(document_type)
    with pytest.raises(DocumentFieldMissing) as refused:
        compose(kind, header(**change), facts(kind))
    assert refused.value.field == field


def test_fact_that_no_field_takes_is_refused() -> None:
    with pytest.raises(DocumentFieldUnknown) as refused:
        document("stop_order", partie="甲")
    assert refused.value.field == "partie"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("party", 7),
        ("party", "  \t "),
        ("party", "甲" * 501),
        ("found_on", "2026-07-06"),
        ("found_on", datetime(2026, 7, 6, tzinfo=UTC)),
        ("area", 8400.0),
        ("area", Decimal("-1")),
        ("area", Decimal("NaN")),
        ("officers", "李四、王五"),
        ("officers", [1]),
    ],
)
def test_fact_of_another_kind_is_refused(field: str, value: Any) -> None:
    with pytest.raises(DocumentFieldWrong) as refused:
        document("stop_order", **{field: value})
    assert refused.value.field == field


@pytest.mark.parametrize("time", [datetime(2026, 7, 9, 8, 30), "8:30"])
def test_instant_without_a_zone_is_refused(time: Any) -> None:
    with pytest.raises(DocumentFieldWrong):
        document("talk_notice", time=time)


def test_row_with_another_column_is_refused() -> None:
    with pytest.raises(DocumentFieldWrong):
        document("joint_action_notice", tasks=[{"agency": "甲", "task": "乙"}])


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\u200b", "\u202e", "\ud800", "\ufffe", "\u0378", "\u3164"])
def test_sign_without_a_shape_is_refused_and_named(sign: str) -> None:
    with pytest.raises(CharacterRefused) as refused:
        document("stop_order", party=f"甲{sign}乙")
    assert refused.value.field == "party"
    assert refused.value.facts["code_point"] == f"U+{ord(sign):04X}"
    assert sign not in str(refused.value)


def test_one_line_cannot_pass_for_a_paragraph() -> None:
    made = document("stop_order", party="甲\r\n\t　　特此通知。\u2028乙")
    assert made.to == "甲 特此通知。 乙"


def test_paragraphs_of_a_text_stay_paragraphs() -> None:
    made = document("crime_transfer", facts="第一段。\n\n　　第二段。\r\n")
    assert [block.text for block in made.body if isinstance(block, Paragraph)][1:3] == ["第一段。", "第二段。"]


def test_entries_within_a_sentence_do_not_end_it() -> None:
    made = document("penalty_decision", duties=["限期拆除；", "恢复种植条件。"])
    assert "（限期拆除、恢复种植条件）" in said(made)


@given(
    st.text(
        st.characters(blacklist_categories=("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp", "Zs")), min_size=1, max_size=60
    )
)
def test_what_users_wrote_comes_out_as_it_went_in(words: str) -> None:
    made = document("stop_order", party=words, place=words)
    assert made.to == words
    assert words in said(made)


@pytest.mark.parametrize("words", ["{law}", "{party}", "{item}", "{{x}}", "{area.mu}", "{0}", "%s", "\\1", "\\g<0>"])
def test_wording_inside_a_fact_is_not_read_again(words: str) -> None:
    made = document("crime_transfer", party=words, facts=words, materials=[words])
    assert said(made).count(words) >= 3


def test_kinds_are_said_as_offices_write_them() -> None:
    text = said(document("listing_notice", area=Decimal("8400"), term_on=date(2026, 9, 1)))
    assert "占用土地12.60亩（8400.00平方米）" in text
    assert "请于2026年9月1日前办结" in text
    assert "《自然资源行政处罚办法》第四十九条" in text
    assert "2026年7月9日8时30分" in said(document("talk_notice"))
    assert "销号率66.67%" in said(document("bulletin"))


def test_optional_parts_stay_away_with_their_numbering() -> None:
    with_problems = said(document("report_to_party"))
    without = said(document("report_to_party", problems=None))
    assert "三、下一步建议" in with_problems
    assert "二、下一步建议" in without
    assert "存在的问题" not in without


def test_attachments_are_numbered_when_there_are_several() -> None:
    two = document("copy_notice")
    assert [annex.label for annex in two.annexes] == ["附件1", "附件2", ""]
    assert two.attachments == ("情况统计表", "重点问题清单")
    one = document("copy_notice", cases=None)
    assert [annex.label for annex in one.annexes] == ["附件", ""]


def test_rows_stand_in_the_order_of_the_columns() -> None:
    (table,) = document("joint_action_notice").annexes[0].blocks
    assert isinstance(table, Table)
    assert [column.title for column in table.columns] == ["单位", "任务", "依据", "完成时限"]
    assert table.rows[0][0] == "中宁县公安局"


def test_draft_says_that_it_is_one_and_a_form_has_no_number() -> None:
    kind = version("stop_order")
    assert compose(kind, header(number=""), facts(kind)).number == DRAFT
    assert document("filing_approval").number == ""


def test_digest_follows_every_word() -> None:
    made = document("stop_order")
    assert facts_digest(made) == facts_digest(document("stop_order"))
    assert facts_digest(made) != facts_digest(document("stop_order", party="乙"))
    assert facts_digest(made) != facts_digest(replace(made, template="stop_order/2"))


def test_every_kind_of_field_is_used_by_some_document() -> None:
    assert {field.kind for kind in VERSIONS for field in kind.fields} == set(FieldKind)


@pytest.mark.parametrize(
    ("name", "indents"),
    [
        ("中宁县自然资源局", (3.0, 4.0)),  # the date four from the right, the name on its middle
        ("中宁县耕地保护联合执法工作领导小组办公室", (2.0, 9.0)),  # a long name two from the right
    ],
)
def test_name_and_date_have_one_middle(name: str, indents: tuple[float, float]) -> None:
    assert signature_indents(name, "2026年7月6日") == indents


@given(st.text("县耕地保护2026A", min_size=1, max_size=60))
def test_title_breaks_into_lines_that_all_fit(words: str) -> None:
    most = balanced(words, 20)
    assert most <= 20
    assert width(words) <= most * -(-width(words) // 20)
