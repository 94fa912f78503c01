"""What copies say: each rule's document composed of the fact that asks for it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.notify.adapters.registers import read_copy_rules, read_document_types, read_offices
from services.notify.domain.blocks import Document, Paragraph
from services.notify.domain.case_brief import CaseBrief, RectificationCount
from services.notify.domain.composing import compose
from services.notify.domain.copies import Told, facts_of, known_by_hand, known_case, known_of
from services.notify.domain.documents import area, chinese_date, whereabouts
from services.notify.domain.drafting import completed, header_of, read_facts
from services.notify.domain.wording import printable
from shared.contracts.base import Event
from shared.contracts.codes import Agency, CaseState, ViolationType
from shared.contracts.documents import DocumentContent
from shared.contracts.listings import ListingApprovedV1, ListingDelistedV1
from tests.unit.services.notify import facts

DAY = date(2026, 4, 24)
OFFICE = read_offices("640521000000").of(facts.ENHE)
LISTING_ID = UUID("0190a000-0000-7000-8000-000000000003")
LISTED = {"listing_id": LISTING_ID, "listing_no": "ZW-LS-640521-2026-00001", "case_id": facts.CASE_ID}


def brief(**changes: object) -> CaseBrief:
    filed = facts.case_filed()
    values: dict[str, object] = {
        "case_id": facts.CASE_ID,
        "case_no": filed.case_no,
        "title": filed.title,
        "state": CaseState.INVESTIGATING,
        "violation_types": (ViolationType.VT01,),
        "party_name": "甲",
        "lead_agency": Agency.NATURAL_RESOURCES,
        "division_code": facts.ENHE,
        "division_name": "恩和镇",
        "place": "某村三队",
        "area_m2": Decimal("8400.00"),
        "farmland_area_m2": Decimal("7000.00"),
        "pbf_area_m2": Decimal("4200.00"),
        "filed_at": filed.at,
    }
    return CaseBrief(**{**values, **changes})  # type: ignore[arg-type]


def approved(**changes: object) -> ListingApprovedV1:
    values: dict[str, object] = {
        **LISTED,
        "at": datetime(2026, 5, 11, 2, 0, tzinfo=UTC),
        "from_state": "proposed",
        "to_state": "approved",
        "approved_by": "县长",
        "target_unit": "恩和镇人民政府",
        "term_days": 60,
        "contact": "李四",
        "requirements": ["拆除砂场", "复耕"],
        "term_on": date(2026, 7, 10),
    }
    return ListingApprovedV1.model_validate({**values, **changes})


def written(event: Event, case: CaseBrief | None = None, rule_id: str = "") -> Document:
    """The document of the first rule (or of one by its id) that the fact asks for, as it would be printed."""
    rules = read_copy_rules().in_force(event.type, DAY)
    rule = next(one for one in rules if one.id == rule_id or not rule_id)
    version = read_document_types().on(rule.document, DAY)
    known = known_of(Told(event, case, RectificationCount(2, 1)))
    content = DocumentContent(to=[OFFICE.called(code) for code in rule.to], facts=facts_of(version, known))
    full = completed(version, content, {} if case is None else known_case(case))
    return compose(version, header_of(full, version, OFFICE, DAY), read_facts(version, full.facts))


def said(document: Document) -> str:
    paragraphs = (block for block in document.body if isinstance(block, Paragraph))
    return "\n".join("".join(run.text for run in one.runs) for one in paragraphs)


def test_a_filing_tells_case_place_party_land_and_clue() -> None:
    document = written(facts.case_filed(), brief())
    assert document.title == "关于“甲占用耕地建设砂场案”立案情况的抄告单"
    text = said(document)
    assert text.startswith(
        "根据《中卫市耕地保护党政同责实施办法（试行）》第十条，现将“甲占用耕地建设砂场案”（案件编号："
    )
    for part in (
        "2026年4月24日立案，由自然资源",
        "12.60亩（8400.00平方米）",
        "6.30亩（4200.00平方米）",
        "640521WP26000037",
    ):
        assert part in text


def test_a_filing_without_a_patch_says_nothing_of_one() -> None:
    assert "图斑" not in said(written(facts.case_filed(patch_no=None), brief()))


def test_a_strike_off_tells_item_areas_and_day_and_the_party_where_the_case_is_known() -> None:
    text = said(written(facts.rectification_struck_off(), brief()))
    for part in ("当事人：甲", "恩和镇某村三队", "剩余未整改0.00亩", "于2026年7月20日销号"):
        assert part in text
    assert "当事人" not in said(written(facts.rectification_struck_off(), None))


def test_more_rectified_than_ordered_leaves_nothing() -> None:
    event = facts.rectification_struck_off(rectified_area_m2=Decimal("9000.00"))
    assert "剩余未整改0.00亩" in said(written(event, brief()))


def test_a_listing_tells_requirements_and_term_and_its_end_neither() -> None:
    text = said(written(approved(), brief()))
    for part in ("挂牌督办情况抄告如下", "恩和镇人民政府", "2026年7月10日", "1. 拆除砂场", "2. 复耕"):
        assert part in text
    end = ListingDelistedV1(
        at=datetime(2026, 7, 9, 2, 0, tzinfo=UTC), from_state="verified", to_state="delisted", reason=None, **LISTED
    )
    text = said(written(end, brief()))
    assert "解除挂牌督办情况抄告如下" in text
    assert "督办要求" not in text


def test_requirements_longer_than_a_copy_are_cut() -> None:
    assert len(said(written(approved(requirements=["拆" * 4000] * 20), brief()))) < 7_000


def test_a_large_violation_is_a_report_that_names_who_signs() -> None:
    document = written(facts.case_filed(), brief(), "K3")
    assert document.title.endswith("的重大违法行为报告")
    assert document.signer


def test_by_hand_it_tells_how_the_case_stands_and_what_the_sender_has_to_say() -> None:
    version = read_document_types().on("case_report_copy", DAY)
    known = known_by_hand(brief(), RectificationCount(2, 1), "请阅。\n限期七月七日。")
    content = DocumentContent(to=["中宁县委"], facts=facts_of(version, known))
    text = said(compose(version, header_of(content, version, OFFICE, DAY), read_facts(version, content.facts)))
    for part in ("目前所处阶段：", "已责令整改2项，销号1项。", "请阅。", "限期七月七日。"):
        assert part in text


def test_a_sign_without_a_shape_is_shown_as_missing_and_holds_nothing_back() -> None:
    text = said(written(facts.case_filed(title="甲\u0007\u200b案"), brief(title="甲\u0007\u200b案")))
    assert "“甲〓〓案”" in text


@pytest.mark.parametrize("text", ["{case_no}", "{{ 7*7 }}", "=HYPERLINK()", '"; DROP', "王" * 60])
def test_user_text_is_only_ever_text(text: str) -> None:
    assert text in said(written(facts.case_filed(party_name=text), brief(party_name=text)))


@pytest.mark.parametrize(
    ("given", "shown"), [("a\u0007b", "a〓b"), ("a\u2028b", "a\nb"), ("a\tb", "a\tb"), ("一\n二", "一\n二")]
)
def test_printable_text(given: str, shown: str) -> None:
    assert printable(given) == shown


@pytest.mark.parametrize(
    ("division", "place", "shown"),
    [("恩和镇", "某村三队", "恩和镇某村三队"), ("恩和镇", "恩和镇某村", "恩和镇某村"), ("", "某村", "某村")],
)
def test_the_division_is_said_once(division: str, place: str, shown: str) -> None:
    assert whereabouts(division, place) == shown


def test_areas_and_days_are_written_as_the_office_writes_them() -> None:
    assert (area(Decimal("8400.00")).mu, area(Decimal("8400.00")).m2) == ("12.60", "8400.00")
    assert chinese_date(date(2026, 4, 4)) == "2026年4月4日"
