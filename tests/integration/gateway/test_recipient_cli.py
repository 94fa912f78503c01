"""`tianwei recipient …`: what is asked of the house, and how it is told."""

import json
from pathlib import Path
from typing import Any

from shared.contracts.codes import Role
from tests.integration.gateway.test_cli import Desk, desk  # noqa: F401 - the fixture

MADE: dict[str, Any] = {
    "recipient": "discipline_commission",
    "channel": "email",
    "place": 2,
    "url": "smtps://notices@mail.example:465",
    "secret": None,
    "public_key": None,
    "active": True,
}
WAY: dict[str, Any] = {
    "channel": "email",
    "place": 2,
    "url": "smtps://notices@mail.example:465",
    "settings": {"to": ["clerk@jw.example"], "sender": "notices@mail.example"},
    "public_key": None,
    "active": True,
    "disabled_reason": None,
    "failing_since": None,
    "last_error": None,
    "last_delivered_at": None,
    "pending": 3,
    "exhausted": 0,
    "tested_at": "2026-04-24T04:00:00Z",
    "test_error": None,
}
ROW: dict[str, Any] = {
    "code": "discipline_commission",
    "name": "县纪委监委",
    "endpoint_url": None,
    "endpoint_active": None,
    "notices_unsigned": 4,
    "deliveries_pending": 3,
    "deliveries_exhausted": 0,
    "channels": [WAY],
}


def _administrator(desk: Desk) -> None:  # noqa: F811
    desk.house.account("root", Role.ADMINISTRATOR)
    desk.log_in("root")


def test_a_channel_is_set_with_its_settings_from_a_file(desk: Desk, tmp_path: Path) -> None:  # noqa: F811
    _administrator(desk)
    desk.house.services.answers["recipient.configure-endpoint"] = MADE
    settings = tmp_path / "email.json"
    settings.write_text(json.dumps(WAY["settings"]), encoding="utf-8")
    words = ("recipient", "endpoint", "discipline_commission", "email", MADE["url"])
    result = desk.run(*words, "--settings", str(settings), "--place", "2", "--secret", "hidden")
    assert result.exit_code == 0, result.output
    assert "渠道：电子邮件" in result.output
    assert "hidden" not in result.output
    body = desk.house.services.last("recipient.configure-endpoint")["body"]
    assert (body["channel"], body["place"], body["secret"]) == ("email", 2, "hidden")
    assert body["email"] == WAY["settings"]


def test_a_settings_file_that_is_no_json_is_told(desk: Desk, tmp_path: Path) -> None:  # noqa: F811
    _administrator(desk)
    broken = tmp_path / "sms.json"
    broken.write_text("{", encoding="utf-8")
    words = ("recipient", "endpoint", "discipline_commission", "sms", "https://s.example/")
    result = desk.run(*words, "--settings", str(broken))
    assert result.exit_code == 2
    assert "读不了设置文件" in result.output


def test_ways_and_the_outcome_of_a_test_are_shown(desk: Desk) -> None:  # noqa: F811
    _administrator(desk)
    desk.house.services.answers["recipient.list"] = {"items": [ROW, {**ROW, "code": "party_committee", "channels": []}]}
    shown = desk.run("recipient", "show", "discipline_commission")
    assert shown.exit_code == 0, shown.output
    assert "已送到" in shown.output
    listed = desk.run("recipient", "list")
    assert "电子邮件" in listed.output
    assert "系统收件箱" in listed.output


def test_a_test_is_asked_for(desk: Desk) -> None:  # noqa: F811
    _administrator(desk)
    desk.house.services.answers["recipient.test-endpoint"] = {"recipient": "discipline_commission", "channel": "sms"}
    result = desk.run("recipient", "test", "discipline_commission", "sms")
    assert result.exit_code == 0, result.output
    assert desk.house.services.last("recipient.test-endpoint")["body"]["channel"] == "sms"
