"""Every error code has its Chinese sentence."""

import re

import pytest

from gateway.texts import DETAILS, detail, fault
from tests.support.error_codes import raised_codes


def test_every_code_raised_anywhere_has_a_text() -> None:
    missing = {code: place for code, place in raised_codes().items() if code not in DETAILS}
    assert not missing


def test_the_scan_finds_codes_of_every_kind_of_definition() -> None:
    found = raised_codes()
    assert {
        "cases.transition-not-allowed",  # super().__init__("…")
        "role-not-allowed",  # NotAllowed("…")
        "file.not-a-zip",  # class variable
        "not-found",  # default argument
        "patch.self-crossing",  # a row's fault
    } <= found.keys()


@pytest.mark.parametrize("code", sorted(DETAILS))
def test_a_text_without_its_facts_still_reads(code: str) -> None:
    text = detail(code, {})
    assert re.search(r"[\u4e00-\u9fff]", text)
    assert "{" not in text


def test_codes_in_facts_are_told_in_chinese() -> None:
    told = detail("cases.transition-not-allowed", {"object": "case", "state": "filed", "verb": "close", "allowed": []})
    assert told == "案件当前状态为“立案”，不能做“办结”；现在可以：无。"


def test_a_fact_is_a_value_and_never_a_template() -> None:
    assert "{incident_id}" in detail("auth.login-taken", {"login": "{incident_id}"})


def test_an_unknown_code_is_told_by_itself() -> None:
    assert "cases.of-tomorrow" in detail("cases.of-tomorrow", {})


def test_each_fault_names_its_field() -> None:
    assert fault({"field": "place", "reason": "missing"})["detail"] == "字段“place”必须填写。"


def test_a_fault_of_a_form_says_what_would_be_right() -> None:
    told = fault({"field": "form.破坏程度", "reason": "code_unknown", "allowed": ["未破坏", "严重破坏"]})
    assert told["detail"] == "字段“form.破坏程度”不是约定的代码，可填：未破坏、严重破坏。"
    assert fault({"field": "{x}", "reason": "unit_wrong", "unit": "亩"})["detail"] == "字段“{x}”的单位不对，应为亩。"


def test_what_a_person_wrote_is_told_as_it_is() -> None:
    assert detail("auth.login-taken", {"login": "coordinator"}) == "登录名 coordinator 已被使用，请换一个。"


@pytest.mark.parametrize(("acting_on", "told"), [("task", "接受"), ("rectification", "验收")])
def test_a_verb_is_named_as_its_object_has_it(acting_on: str, told: str) -> None:
    facts = {"object": acting_on, "state": "closed", "verb": "accept", "allowed": ["accept"]}
    text = detail("cases.transition-not-allowed", facts)
    assert f"不能做“{told}”" in text
    assert text.endswith(f"现在可以：{told}。")


def test_in_an_address_an_agency_stands_by_its_code() -> None:
    told = detail("agencies.not-activated", {"agency": "agriculture"})
    assert told.startswith("“农业农村局”")
    assert "PUT /api/v1/agencies/agriculture/endpoint" in told


def test_a_protocol_is_told_in_chinese() -> None:
    facts = {"agency": "agriculture", "protocol": "polled_mailbox", "contract": "1.1"}
    assert "“任务信箱”接入方式" in detail("agencies.not-certified", facts)


def test_outcomes_are_told_in_chinese() -> None:
    facts = {"object": "clue", "state": "opinion_submitted", "verb": "close", "outcome": "illegal", "allowed": []}
    assert "不能是“违法”" in detail("cases.outcome-not-allowed", facts)
