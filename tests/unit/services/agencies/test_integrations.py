"""Every agency's vocabulary, both ways."""

import json
from decimal import Decimal
from typing import Any

import pytest

from services.agencies.adapters.integrations.agriculture import Agriculture
from services.agencies.adapters.integrations.comprehensive_enforcement import ComprehensiveEnforcement
from services.agencies.adapters.integrations.natural_resources import NaturalResources
from services.agencies.adapters.integrations.public_security import PublicSecurity
from services.agencies.adapters.integrations.township import Township
from services.agencies.adapters.integrations.trade import Trade
from services.agencies.adapters.integrations.writing import address
from services.agencies.domain.errors import FormRefused
from services.agencies.domain.results import RESULT_KINDS
from services.agencies.domain.task import RESULT
from shared.contracts.codes import Agency
from tests.unit.services.agencies.builders import TODAY, every_result, issued_event, named, result

TRADES: dict[Agency, Trade] = {
    Agency.NATURAL_RESOURCES: NaturalResources("signed_webhook"),
    Agency.PUBLIC_SECURITY: PublicSecurity("polled_mailbox"),
    Agency.AGRICULTURE: Agriculture("polled_mailbox"),
    Agency.COMPREHENSIVE_ENFORCEMENT: ComprehensiveEnforcement("polled_mailbox"),
    Agency.TOWNSHIP: Township("polled_mailbox"),
}

LETTERS: dict[Agency, dict[str, Any]] = {
    Agency.NATURAL_RESOURCES: {
        "案由": ["建窑、建坟、建房、挖砂、采石、采矿、取土等破坏种植条件"],
        "行政区代码": "640521101201",
        "占地面积_平方米": 4333.55,
        "紧急程度": "02",
        "行动时间": "2026-03-13 09:00",
        "签收期限": "2026-03-12",
    },
    Agency.PUBLIC_SECURITY: {
        "案发地行政区划": "640521101201",
        "案发地详址": "石空镇倪丁村滨河路南侧",
        "是否紧急": "0",
        "签收期限": "20260312",
        "行动集合时间": "20260313090000",
        "占用永久基本农田面积_平方米": 4100.0,
    },
    Agency.AGRICULTURE: {
        "占用面积_亩": 6.5003,
        "其中永久基本农田_亩": 6.15,
        "是否加急": "否",
        "地块坐落": "石空镇倪丁村滨河路南侧",
    },
    Agency.COMPREHENSIVE_ENFORCEMENT: {
        "现场坐标": "105.67,37.49",
        "紧急": "普通",
        "办结截止": "2026-03-20",
        "集结点": "石空镇政府",
    },
    Agency.TOWNSHIP: {
        "所在村组": "石空镇倪丁村",
        "具体位置": "石空镇倪丁村滨河路南侧",
        "到场时间": "2026-03-13 09:00",
        "签收时限": "2026-03-12",
    },
}


@pytest.mark.parametrize(
    ("division", "place", "written"),
    [
        ("石空镇倪丁村", "滨河路南侧", "石空镇倪丁村滨河路南侧"),
        ("石空镇倪丁村", "石空镇倪丁村", "石空镇倪丁村"),
        ("石空镇倪丁村", "石空镇倪丁村滨河路南侧", "石空镇倪丁村滨河路南侧"),
        ("中宁县石空镇倪丁村", "石空镇倪丁村滨河路南侧", "中宁县石空镇倪丁村滨河路南侧"),
        ("石空镇倪丁村", "村部东侧", "石空镇倪丁村村部东侧"),
    ],
)
def test_an_address_says_its_division_once(division: str, place: str, written: str) -> None:
    event = issued_event(Agency.AGRICULTURE)
    brief = event.brief.model_copy(update={"division_name": division, "place": place})
    assert address(brief) == written


@pytest.mark.parametrize("agency", list(Agency))
def test_a_task_goes_out_in_the_words_of_its_agency(agency: Agency) -> None:
    written = TRADES[agency].outgoing(issued_event(agency))
    assert written | LETTERS[agency] == written
    assert json.loads(json.dumps(written, allow_nan=False)) == written
    assert str(issued_event(agency).letter.matter) in written.values()


def test_no_two_agencies_are_written_to_alike() -> None:
    fields = [frozenset(trade.outgoing(issued_event(agency))) for agency, trade in TRADES.items()]
    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize(("agency", "told"), every_result(), ids=named)
def test_a_result_comes_back_from_the_form_it_was_written_on(agency: Agency, told: dict[str, Any]) -> None:
    assert told["kind"] in TRADES[agency].result_kinds
    reported = RESULT.validate_python(told)
    form = json.loads(json.dumps(TRADES[agency].result_form(reported)))
    assert TRADES[agency].incoming(form, TODAY) == reported
    TRADES[agency].check_result(reported, TODAY)


def test_every_kind_of_result_is_one_agencys_own() -> None:
    kinds = [kind for agency in RESULT_KINDS for kind in RESULT_KINDS[agency]]
    assert sorted(kinds) == sorted({told["kind"] for _, told in every_result()})


def test_an_older_result_without_what_is_needed_now_can_still_be_shown() -> None:
    """What lies in the log was reported under an older contract."""
    short = {name: value for name, value in result(Agency.AGRICULTURE) if name in _OF_VERSION_1}
    form = TRADES[Agency.AGRICULTURE].result_form(RESULT.validate_python(short))
    assert form["破坏程度"] == "严重破坏"
    with pytest.raises(FormRefused) as refused:
        TRADES[Agency.AGRICULTURE].incoming(form, TODAY)
    told = [fault["field"] for fault in refused.value.facts["faults"]]
    assert told == ["form.鉴定机构", "form.其中永久基本农田毁坏面积_亩", "form.破坏原因"]


_OF_VERSION_1 = ("kind", "appraised_on", "report_no", "destroyed_area_m2", "degree", "restorable", "conclusion")


def test_mu_become_square_metres() -> None:
    form = TRADES[Agency.AGRICULTURE].result_form(result(Agency.AGRICULTURE))
    taken = TRADES[Agency.AGRICULTURE].incoming({**form, "毁坏面积_亩": 1.5, "其中永久基本农田毁坏面积_亩": 1.5}, TODAY)
    assert taken.model_dump()["destroyed_area_m2"] == Decimal("1000.00")


def test_a_result_of_another_trade_cannot_be_written_on_the_form() -> None:
    with pytest.raises(TypeError):
        TRADES[Agency.AGRICULTURE].result_form(result(Agency.PUBLIC_SECURITY))
