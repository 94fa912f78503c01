"""What notices say: every kind rendered from the templates of the release."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from shutil import copytree

import pytest

from services.notify.adapters.jinja_renderer import TEMPLATES, JinjaRenderer, TemplateFaulty
from services.notify.adapters.registers import read_offices
from services.notify.domain.case_brief import CaseBrief, RectificationCount
from services.notify.domain.documents import (
    Heading,
    NoticeText,
    area,
    case_filed,
    case_report,
    chinese_date,
    heading,
    struck_off,
    whereabouts,
)
from services.notify.domain.notice import address
from shared.contracts.codes import Agency, CaseState, NoticeKind, Recipient, ViolationType
from tests.unit.services.notify import facts

BASIS = "《中卫市耕地保护党政同责实施办法（试行）》第十条"
BRIEF = CaseBrief(
    case_id=facts.CASE_ID,
    case_no="ZW-CA-640521-2026-00001",
    title="甲占用耕地建设砂场案",
    state=CaseState.INVESTIGATING,
    violation_types=(ViolationType.VT01,),
    party_name="甲",
    lead_agency=Agency.NATURAL_RESOURCES,
    division_code=facts.ENHE,
    division_name="恩和镇",
    place="某村三队",
    area_m2=Decimal("8400.00"),
    farmland_area_m2=Decimal("7000.00"),
    pbf_area_m2=Decimal("4200.00"),
    filed_at=facts.case_filed().at,
)


def head(*copies: Recipient) -> Heading:
    lines = address(Recipient.PARTY_COMMITTEE, copies)
    return heading(read_offices("640521000000").of(facts.ENHE), lines, date(2026, 4, 24), BASIS)


def full_head() -> Heading:
    return head(Recipient.DISCIPLINE_COMMISSION, Recipient.ORGANISATION_DEPARTMENT)


def every_text(user_text: str = "请知悉") -> list[NoticeText]:
    return [
        case_filed(facts.case_filed(party_name=user_text), full_head()),
        struck_off(facts.rectification_struck_off(title=user_text), BRIEF, full_head()),
        struck_off(facts.rectification_struck_off(title=user_text), None, head()),
        case_report(BRIEF, RectificationCount(2, 1), user_text, full_head()),
        case_report(BRIEF, RectificationCount(0, 0), user_text, head()),
    ]


def test_every_kind_renders_with_nothing_left_open() -> None:
    renderer = JinjaRenderer()
    texts = every_text()
    assert {text.kind for text in texts} == set(NoticeKind)
    for text in texts:
        rendered = renderer.render(text)
        assert rendered.title.startswith("关于")
        assert rendered.title.endswith("的抄告单")
        assert "\n" not in rendered.title
        for sign in "{}%":
            assert sign not in rendered.title + rendered.body
        for nothing in ("None", "Undefined", "；。", "。。", "VT0"):
            assert nothing not in rendered.body
        assert "　　特此抄告。" in rendered.body
        assert rendered.body.startswith("中宁县委：\n")
        assert "中宁县耕地保护联合执法工作领导小组办公室\n　　　　　　　　　　2026年4月24日" in rendered.body


def test_case_filed_copy_says_what_the_office_must_say() -> None:
    rendered = JinjaRenderer().render(case_filed(facts.case_filed(), full_head()))
    assert rendered.title == "关于“甲占用耕地建设砂场案”立案情况的抄告单"
    for said in (
        f"根据{BASIS}",
        "案件编号：ZW-CA-640521-2026-00001",
        "该案于2026年4月24日立案，由自然资源局牵头查处",
        "违法地点。恩和镇某村三队。",
        "当事人。甲。",
        "未经批准或者骗取批准占用耕地搞建设；建窑、建坟、建房、挖砂、采石、采矿、取土等破坏种植条件",
        "占用土地12.60亩（8400.00平方米），其中耕地10.50亩（7000.00平方米）；耕地中永久基本农田6.30亩（4200.00平方米）",
        "图斑编号640521WP26000037",
        "抄送：中宁县纪委监委，中宁县委组织部。",
    ):
        assert said in rendered.body


def test_struck_off_copy_says_what_was_put_right() -> None:
    rendered = JinjaRenderer().render(struck_off(facts.rectification_struck_off(), BRIEF, full_head()))
    for said in (
        "整改编号：ZW-RI-640521-2026-00001",
        "违法地点。恩和镇某村三队。",
        "当事人。甲。",
        "整改方式。拆除复耕。",
        "已整改12.60亩（8400.00平方米），剩余未整改0.00亩（0.00平方米）",
        "于2026年7月20日销号",
    ):
        assert said in rendered.body


def test_case_report_copy_counts_items_and_keeps_paragraphs() -> None:
    text = case_report(BRIEF, RectificationCount(2, 1), "第一段。\n\n第二段。", full_head())
    body = JinjaRenderer().render(text).body
    assert "目前所处阶段：调查取证。已责令整改2项，销号1项。" in body
    assert "　　第一段。\n　　第二段。\n" in body


def test_no_copies_no_copy_line() -> None:
    assert "抄送" not in JinjaRenderer().render(case_report(BRIEF, RectificationCount(0, 0), "无。", head())).body


@pytest.mark.parametrize("text", ["{{ heading.office }}", "{% raw %}", "{{ 7 * 7 }}", "{# 注 #}", "%s {0}"])
def test_user_text_is_only_a_value(text: str) -> None:
    renderer = JinjaRenderer()
    for written in every_text(text):
        rendered = renderer.render(written)
        assert text in rendered.title + rendered.body


def test_user_text_of_one_line_cannot_make_a_paragraph() -> None:
    forged = case_filed(facts.case_filed(party_name="甲\n\n　　特此抄告。\u2028乙"), full_head())
    body = JinjaRenderer().render(forged).body
    assert body.count("\n　　特此抄告。") == 1
    assert "当事人。甲 特此抄告。 乙。" in body


@pytest.mark.parametrize(("old", "new"), [("{{ party }}", "{{ partie }}"), ("{{ party }}", "")])
def test_template_that_does_not_fit_its_fields_is_refused_at_load(tmp_path: Path, old: str, new: str) -> None:
    templates = tmp_path / "templates"
    copytree(TEMPLATES, templates)
    body = templates / "case_filed_copy" / "body.txt.j2"
    body.write_text(body.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(TemplateFaulty, match="party"):
        JinjaRenderer(templates)


def test_template_with_an_unknown_part_of_a_field_is_an_error(tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    copytree(TEMPLATES, templates)
    body = templates / "case_filed_copy" / "body.txt.j2"
    body.write_text(body.read_text(encoding="utf-8").replace("{{ area.mu }}", "{{ area.ha }}"), encoding="utf-8")
    renderer = JinjaRenderer(templates)
    with pytest.raises(Exception, match="ha"):
        renderer.render(case_filed(facts.case_filed(), full_head()))


@pytest.mark.parametrize(
    ("m2", "mu"),
    [("0", "0.00"), ("8400", "12.60"), ("3333.33", "5.00"), ("666.67", "1.00"), ("3330.00", "5.00"), ("1", "0.00")],
)
def test_area_is_said_in_mu_and_square_metres(m2: str, mu: str) -> None:
    said = area(Decimal(m2))
    assert said.mu == mu
    assert said.m2 == f"{Decimal(m2):.2f}"


def test_dates_have_no_leading_zero() -> None:
    assert chinese_date(date(2026, 7, 6)) == "2026年7月6日"


def test_place_names_its_division_once() -> None:
    assert whereabouts("恩和镇", "某村") == "恩和镇某村"
    assert whereabouts("恩和镇", "中宁县恩和镇某村") == "中宁县恩和镇某村"
