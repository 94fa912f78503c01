"""`tianwei rules`: what it asks for, and how it tells the answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.stack import house_report
from shared.errors import Conflict
from tests.integration.gateway.conftest import House
from tests.integration.gateway.test_cli import Desk
from tests.integration.gateway.test_cli import desk as desk

ID = "0199a1b2-0000-7000-8000-000000000001"
ROW = {
    "row_id": ID,
    "register_name": "deadline",
    "key": "D10",
    "value": {"title": "作出处罚决定", "limit": 90, "unit": "calendar_day"},
    "valid_from": "2021-07-15",
    "valid_to": None,
    "mark": "law",
    "unsure": False,
    "source": {"basis": [{"law": "行政处罚法", "article": "60", "version": "2021年修订"}], "text": None},
    "origin": "seed",
    "recorded_at": "2026-03-02T01:00:00Z",
    "superseded_at": None,
}
RULE = {
    "id": ID,
    "version": 1,
    "register_name": "deadline",
    "key": "D10",
    "rows": [ROW],
    "former": [{**ROW, "superseded_at": "2026-03-02T01:00:00Z"}],
    "shipped": [],
}
REGISTER = {"register_name": "deadline", "title": "期限", "keys": 74, "edited": 1, "unsure": 0}
CHANGE = {
    "at": "2026-03-02T01:00:00Z",
    "actor": "a",
    "actor_name": "钱管理",
    "what": "set",
    "title": "设定",
    "version": 1,
    "reason": "县级文件明确",
    "correction": False,
    "source": {"basis": [], "text": "县级文件", "document": {"title": "会议纪要", "document_no": "12号"}},
    "former": [],
    "rows": [ROW],
}


@pytest.fixture
def clerk(desk: Desk) -> Desk:
    desk.house.services.answers |= {
        "rule.registers": {"items": [REGISTER]},
        "rule.list": {"register_name": "deadline", "title": "期限", "on": "2026-04-20", "items": [ROW]},
        "rule.get": RULE,
        "rule.changes": {"items": [CHANGE]},
        "rule.set": RULE,
        "rule.withdraw": RULE,
        "calendar.load-year": {**RULE, "rows": [{**ROW, "value": {"days": [{}, {}]}}]},
    }
    desk.log_in()
    return desk


def body_of(desk: Desk, operation: str) -> dict[str, Any]:
    body: dict[str, Any] = desk.house.services.last(operation)["body"]
    return body


def test_registers_and_what_holds_on_a_day_are_listed(clerk: Desk) -> None:
    assert "期限" in clerk.run("rules", "list").stdout
    told = clerk.run("rules", "list", "deadline", "--on", "2026-04-20").stdout
    assert "作出处罚决定" in told
    assert "《行政处罚法》第60条" in told
    assert body_of(clerk, "rule.list") == {"register_name": "deadline", "on": "2026-04-20"}
    assert json.loads(clerk.run("rules", "list", "deadline", "--json").stdout) == [ROW]


def test_a_rule_is_shown_with_its_past_and_its_changes(clerk: Desk) -> None:
    told = clerk.run("rules", "show", "deadline", "D10").stdout
    assert "现行" in told
    assert "以前" in told
    assert json.loads(clerk.run("rules", "show", "deadline", "D10", "--json").stdout) == RULE
    told = clerk.run("rules", "changes", "deadline", "D10").stdout
    assert "钱管理" in told
    assert "会议纪要" in told


def test_a_rule_is_set_from_a_day_on(clerk: Desk, tmp_path: Path) -> None:
    value = {"title": "作出处罚决定", "limit": 60, "unit": "calendar_day"}
    file = tmp_path / "d10.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    words = ["rules", "set", "deadline", "D10", "--value", f"@{file}", "--valid-from", "2026-06-01"]
    edit = ["--reason", "县级文件", "--source", "会议纪要", "--replaces", ID, "--mark", "law"]
    done = clerk.run(*words, *edit)
    assert done.exit_code == 0, done.output
    assert body_of(clerk, "rule.set") == {
        "register_name": "deadline",
        "key": "D10",
        "value": value,
        "valid_from": "2026-06-01",
        "valid_to": None,
        "mark": "law",
        "unsure": False,
        "replaces": ID,
        "reason": "县级文件",
        "source": {"text": "会议纪要", "document": None},
        "correction": False,
    }


def test_an_overlap_is_told_in_chinese(clerk: Desk) -> None:
    facts = {"row_id": ID, "valid_from": "2020-01-01", "valid_to": None}
    clerk.house.services.answers["rule.set"] = Conflict("cases.rule-overlaps", "valid_from", **facts)
    words = ["rules", "set", "deadline", "D10", "--value", "{}", "--valid-from", "2026-06-01"]
    failed = clerk.run(*words, "--reason", "r", "--source", "s")
    assert failed.exit_code == 1
    assert ID in failed.stderr
    assert "重叠" in failed.stderr


def test_a_value_that_is_no_json_is_told(clerk: Desk) -> None:
    words = ["rules", "set", "deadline", "D10", "--value", "60 days", "--valid-from", "2026-06-01"]
    failed = clerk.run(*words, "--reason", "r", "--source", "s")
    assert failed.exit_code == 2
    assert "JSON" in failed.stderr


def test_a_row_is_withdrawn_and_a_year_loaded(clerk: Desk, tmp_path: Path) -> None:
    edit = ["--reason", "r", "--source", "s", "--document", "批复"]
    assert (
        clerk.run(
            "rules", "withdraw", "power_grant", "CE.VT01", "--row", ID, "--last-on", "2026-08-31", *edit
        ).exit_code
        == 0
    )
    assert body_of(clerk, "rule.withdraw")["last_on"] == "2026-08-31"
    file = tmp_path / "2027.csv"
    file.write_text("\ufeffdate,kind,name,source\n2027-01-01,holiday,元旦,\n", encoding="utf-8")
    done = clerk.run("rules", "load-year", "2027", str(file), *edit)
    assert "已装载全国 2027 年工作日历：2 天" in done.stdout
    body = body_of(clerk, "calendar.load-year")
    assert (body["year"], body["jurisdiction"], body["csv"].splitlines()[0]) == (2027, "CN", "date,kind,name,source")


def test_a_missing_calendar_is_an_alert_of_a_house_that_is_ready(house: House) -> None:
    house.services.health["cases"] = {"calendar_missing": 1, "calendar_missing_year": 2027, "rules_unreadable": 0}
    answer = house.ask("GET", "/readyz")
    assert answer.status_code == 200
    assert answer.json()["alerts"] == [{"service": "cases", "what": "calendar_missing", "number": 1}]
    assert house_report.alerts(answer.json()) == ["cases：未装载的年度工作日历 1（tianwei rules load-year）"]


def test_the_address_names_the_rule_and_a_bad_day_its_field(clerk: Desk) -> None:
    house = clerk.house
    answer = house.ask("GET", "/api/v1/rules/deadline/D10", by="li")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert body_of(clerk, "rule.get") == {"register_name": "deadline", "key": "D10"}
    refused = house.ask("GET", "/api/v1/rules/deadline?on=tomorrow", by="li")
    assert (refused.status_code, refused.json()["field"]) == (422, "on")
    refused = house.ask("GET", "/api/v1/rules/nothing", by="li")
    assert (refused.status_code, refused.json()["field"]) == (422, "register_name")
