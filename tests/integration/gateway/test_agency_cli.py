"""`tianwei agency …`: what is asked of the house, and how it is told."""

from typing import Any

import pytest

from shared.contracts.codes import Role
from tests.integration.gateway.test_cli import Desk, _page, desk  # noqa: F401 - the fixture

TASK = "0199a1b2-0000-7000-8000-000000000007"
MADE: dict[str, Any] = {
    "agency": "agriculture",
    "protocol": "polled_mailbox",
    "url": "",
    "secret": None,
    "public_key": None,
    "active": True,
    "paused": False,
}
ROW: dict[str, Any] = {
    "code": "agriculture",
    "name": "农业农村局",
    "protocol": "polled_mailbox",
    "result_kinds": ["agriculture"],
    "endpoint_url": "",
    "endpoint_active": True,
    "health": "passive",
    "lag_s": 0,
    "last_delivered_at": None,
    "failing_since": None,
    "last_error": None,
    "next_try_at": None,
    "paused_at": None,
    "paused_reason": None,
    "trial_at": None,
    "trial_error": None,
    "answers_taken_at": None,
    "packages_missing": [],
    "answers_parked": 0,
    "tasks_open": 0,
    "deliveries_pending": 0,
    "deliveries_exhausted": 0,
}


def _columns(line: str) -> list[str]:
    return line.split()


@pytest.mark.parametrize("words", [(), ("--protocol", "polled_mailbox"), ("--protocol", "console_inbox")])
def test_a_way_without_an_address_is_set_without_one(desk: Desk, words: tuple[str, ...]) -> None:  # noqa: F811
    desk.house.account("root", Role.ADMINISTRATOR)
    desk.log_in("root")
    desk.house.services.answers["agency.configure-endpoint"] = MADE
    result = desk.run("agency", "endpoint", "agriculture", *words)
    assert result.exit_code == 0, result.output
    assert "接入方式：任务信箱" in result.output
    body = desk.house.services.last("agency.configure-endpoint")["body"]
    assert "url" not in body
    assert body.get("protocol") == (words[1] if words else None)


def test_an_address_is_passed_on(desk: Desk) -> None:  # noqa: F811
    desk.log_in()
    desk.house.services.answers["agency.configure-endpoint"] = {**MADE, "protocol": "file_exchange", "public_key": "k"}
    result = desk.run("agency", "endpoint", "agriculture", "folder:ag", "--protocol", "file_exchange")
    assert "接入方式：文件交换" in result.output
    assert desk.house.services.last("agency.configure-endpoint")["body"]["url"] == "folder:ag"


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        ("received", "确认收到"),
        ("report", "反馈"),
        ("report-typed", "反馈（通用格式）"),
        ("accept", "受理"),
        ("resend", "要求重送包"),
    ],
)
def test_an_answer_is_named_as_answers_are(desk: Desk, verb: str, told: str) -> None:  # noqa: F811
    row: dict[str, Any] = {
        "id": TASK,
        "answer_id": "a-1",
        "status": "parked",
        "verb": verb,
        "task_id": None,
        "faults": [],
        "received_at": "2026-11-26T01:00:00Z",
        "agency": "natural_resources",
        "protocol": "signed_webhook",
        "repeats": 0,
    }
    desk.log_in()
    desk.house.services.answers["agency.answers"] = _page(row)
    *_, line = desk.run("agency", "answers").output.splitlines()
    assert _columns(line) == ["2026-11-26", "09:00", "自然资源局", told, "搁置"]


@pytest.mark.parametrize(
    ("protocol", "active", "health", "told"),
    [
        ("polled_mailbox", None, "passive", ["任务信箱", "未启用", "由部门来取"]),
        ("polled_mailbox", True, "passive", ["任务信箱", "已启用", "由部门来取"]),
        ("file_exchange", True, "failing", ["文件交换", "已启用", "故障"]),
        ("bus_queue", None, "not_configured", ["总线队列", "未启用", "未设置地址"]),
        ("console_inbox", None, "passive", ["工作台收件箱", "不需要", "由部门来取"]),
        ("signed_webhook", False, "disabled", ["签名推送", "已停用", "已停用（对方答"]),
    ],
)
def test_the_listing_says_in_chinese_how_each_is_reached_and_whether_it_is_in_use(
    desk: Desk,  # noqa: F811
    protocol: str,
    active: bool | None,
    health: str,
    told: list[str],
) -> None:
    desk.log_in()
    row = {**ROW, "protocol": protocol, "endpoint_active": active, "health": health}
    desk.house.services.answers["agency.list"] = {"items": [row]}
    *_, line = desk.run("agency", "list").output.splitlines()
    assert _columns(line)[2:5] == told


@pytest.mark.parametrize(("error", "told"), [(None, "已送达"), ("HTTP 500", "HTTP 500")])
def test_a_trial_tells_how_it_went(desk: Desk, error: str | None, told: str) -> None:  # noqa: F811
    desk.log_in()
    row = {**ROW, "trial_at": "2026-11-26T16:30:00Z", "trial_error": error}
    desk.house.services.answers["agency.list"] = {"items": [row]}
    assert f"试送结果：{told}" in desk.run("agency", "show", "agriculture").output


def test_every_time_is_told_in_the_time_of_the_county(desk: Desk) -> None:  # noqa: F811
    desk.log_in()
    row = {**ROW, "failing_since": "2026-11-26T16:30:00Z", "next_try_at": "2026-11-26T16:35:00Z"}
    desk.house.services.answers["agency.list"] = {"items": [row]}
    told = desk.run("agency", "show", "agriculture").output
    assert "故障开始：2026-11-27 00:30" in told
    assert "下次试送：2026-11-27 00:35" in told
    certificate = {
        "id": TASK,
        "agency": "agriculture",
        "protocol": "polled_mailbox",
        "contract": "1.1",
        "software": {"vendor": None, "name": "甲", "version": "1"},
        "checks": 7,
        "ended_at": "2026-11-26T16:30:00Z",
        "valid_until": "2027-11-26T16:30:00Z",
        "valid": True,
    }
    desk.house.services.answers["agency.certificates"] = {"items": [certificate]}
    assert "2027-11-27 00:30" in desk.run("agency", "certificates", "agriculture").output
