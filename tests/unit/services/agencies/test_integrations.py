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
from services.agencies.adapters.integrations.trade import Trade, address
from shared.contracts.agencies import TaskResult
from shared.contracts.codes import Agency
from shared.errors import InvalidInput
from tests.unit.services.agencies.builders import issued_event, result

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


@pytest.mark.parametrize("agency", list(Agency))
def test_a_result_comes_back_from_the_form_it_was_written_on(agency: Agency) -> None:
    told = result(agency)
    form = json.loads(json.dumps(TRADES[agency].result_form(told)))
    assert TRADES[agency].incoming(form) == told


@pytest.mark.parametrize("agency", list(Agency))
def test_a_form_with_a_field_missing_or_one_too_many_is_refused_by_name(agency: Agency) -> None:
    form = TRADES[agency].result_form(result(agency))
    for name in form:
        with pytest.raises(InvalidInput) as refused:
            TRADES[agency].incoming({key: value for key, value in form.items() if key != name})
        assert (refused.value.code, refused.value.field) == ("agencies.form-field-missing", f"form.{name}")
    with pytest.raises(InvalidInput) as refused:
        TRADES[agency].incoming({**form, "备注": "多余"})
    assert (refused.value.field, refused.value.facts) == ("form.备注", {"reason": "unknown"})


@pytest.mark.parametrize("agency", list(Agency))
@pytest.mark.parametrize("value", [None, [], {}, True, "", "x" * 5000, "NaN", float("inf"), "\x00", -1, 10**30])
def test_no_value_in_a_form_does_more_than_get_it_refused(agency: Agency, value: Any) -> None:
    form = TRADES[agency].result_form(result(agency))
    for name in form:
        changed = {**form, name: value}
        outcome = outcome_of(agency, changed)
        if isinstance(outcome, InvalidInput):
            assert str(outcome.field).startswith("form")
        else:
            assert value in outcome.model_dump().values()


def outcome_of(agency: Agency, form: dict[str, Any]) -> TaskResult | InvalidInput:
    try:
        return TRADES[agency].incoming(form)
    except InvalidInput as refused:
        return refused


def test_mu_become_square_metres() -> None:
    form = TRADES[Agency.AGRICULTURE].result_form(result(Agency.AGRICULTURE))
    taken = TRADES[Agency.AGRICULTURE].incoming({**form, "毁坏面积_亩": 1.5})
    assert taken.model_dump()["destroyed_area_m2"] == Decimal("1000.00")


def test_a_result_of_another_trade_cannot_be_written_on_the_form() -> None:
    with pytest.raises(TypeError):
        TRADES[Agency.AGRICULTURE].result_form(result(Agency.PUBLIC_SECURITY))
