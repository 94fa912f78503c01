"""`tianwei work | search | statistics`: what is asked of the house, and how it is told."""

import json
from typing import Any

import openpyxl
import pytest

from tests.integration.gateway.test_cli import Desk, _page, desk  # noqa: F401 - the fixture
from tests.integration.gateway.test_work import AMOUNT, HEADINGS

ROW: dict[str, Any] = {
    "id": "0199a1b2-0000-7000-8000-000000000009",
    "kind": "case",
    "number": "ZW-CA-640521-2026-00001",
    "aliases": [],
    "version": 3,
    "title": "某砂场案",
    "state": "decided",
    "state_since": "2026-04-20T01:00:00Z",
    "days_in_state": 7,
    "outcome": "",
    "open": True,
    "holder": "lead_agency",
    "holder_unit": "natural_resources:640521",
    "holder_name": "中宁县自然资源局",
    "officers": ["甲"],
    "lead_agency": "natural_resources",
    "division_code": "640521104000",
    "place": "恩和镇",
    "party_name": "某砂场",
    "violation_types": [],
    "area_m2": 8400.0,
    "area_mu": 12.6,
    "farmland_area_m2": 7000.0,
    "pbf_area_m2": 4200.0,
    "opened_at": "2026-04-20T01:00:00Z",
    "due_on": "2026-04-25",
    "overdue_days": 2,
    "ladder_step": 1,
    "case_id": None,
}


def statistic_row(key: str, title: str, **late: Any) -> dict[str, Any]:
    whole = {"whole": "total", "items": 0, "area_m2": 0.0, "farmland_area_m2": 0.0, "pbf_area_m2": 0.0}
    return {
        "key": key,
        "title": title,
        "amounts": {"total": AMOUNT, "rectified": AMOUNT},
        "differences": [whole],
        "rates": [{"name": "struck_off", "title": "销号率", "by_items": 1.0, "by_area": 1.0}],
        "late": late,
    }


TABLE: dict[str, Any] = {
    "kind": "rectification",
    "by": "township",
    "period": {"period": "2026-Q2", "ends_at": "2026-06-30T16:00:00Z", "ended": True},
    "columns": [
        {"name": "total", "title": "应整改", "part_of": None},
        {"name": "rectified", "title": "已整改", "part_of": "total"},
    ],
    "rows": [statistic_row("640521104", "恩和镇")],
    "total": statistic_row("", "合计", rectified={**AMOUNT, "items": 1}),
    "difference": 0,
}


@pytest.mark.parametrize("which", ["mine", "unit", "due_today", "overdue", "stuck"])
def test_a_working_list_is_asked_for_by_its_name(desk: Desk, which: str) -> None:  # noqa: F811
    desk.log_in()
    desk.house.services.answers["work.list"] = _page(ROW)
    result = desk.run("work", which, "--division", "640521104")
    assert result.exit_code == 0, result.output
    asked = desk.house.services.last("work.list")["body"]
    assert (asked["which"], asked["division"]) == (which, "640521104")
    assert "某砂场案" in result.output
    assert "中宁县自然资源局" in result.output
    assert "natural_resources" not in result.output
    told = json.loads(desk.run("work", which, "--json").output)
    assert told == [ROW]


def test_an_empty_list_of_mine_says_what_mine_is_and_where_else_to_look(desk: Desk) -> None:  # noqa: F811
    desk.log_in()
    desk.house.services.answers["work.list"] = {"items": [], "next_cursor": None, "total": None}
    result = desk.run("work")
    assert desk.house.services.last("work.list")["body"]["which"] == "mine"
    assert (result.exit_code, "没有记录" in result.output) == (0, True)
    assert "承办人中有本账号姓名" in result.output
    assert "tianwei work unit" in result.output
    assert "tianwei work all" in result.output
    assert "tianwei work all" not in desk.run("work", "unit").output
    assert json.loads(desk.run("work", "--json").output) == []


def test_where_work_is_stuck_is_told_with_whom_and_how_long(desk: Desk) -> None:  # noqa: F811
    desk.log_in()
    stuck = {
        "kind": "case",
        "state": "decided",
        "holder_unit": "natural_resources:640521",
        "holder_name": "中宁县自然资源局",
        "items": 3,
        "longest_since": "2026-04-20T01:00:00Z",
        "longest_days": 9,
        "longest_id": ROW["id"],
        "longest_number": ROW["number"],
    }
    desk.house.services.answers["work.stuck"] = {"items": [stuck]}
    result = desk.run("work", "--board")
    assert result.exit_code == 0, result.output
    assert ROW["number"] in result.output


def test_a_search_gives_all_that_was_said(desk: Desk) -> None:  # noqa: F811
    desk.log_in()
    desk.house.services.answers["work.search"] = _page(ROW)
    result = desk.run("search", "砂场", "--party", "某砂场", "--json")
    assert json.loads(result.output) == [ROW]
    asked = desk.house.services.last("work.search")["body"]
    assert (asked["q"], asked["party"]) == ("砂场", "某砂场")


def test_a_table_of_a_period_tells_what_came_late_beside_it(desk: Desk) -> None:  # noqa: F811
    desk.log_in()
    desk.house.services.answers["cases.statistic_table"] = TABLE
    result = desk.run("statistics", "--period", "2026-Q2")
    assert result.exit_code == 0, result.output
    assert desk.house.services.last("cases.statistic_table")["body"] == {
        "kind": "rectification",
        "by": "township",
        "period": "2026-Q2",
    }
    for said in ("恩和镇", "合计", "2 件 12.60 亩", "期后补记（不并入以上数字）：已整改 +1 件"):
        assert said in result.output
    assert json.loads(desk.run("statistics", "--polygon", "105.6,37.4 105.8,37.4 105.7,37.6", "--json").output) == TABLE
    assert desk.house.services.last("cases.statistic_table")["body"]["polygon"] == "105.6,37.4 105.8,37.4 105.7,37.6"


def test_a_table_that_does_not_add_up_or_is_not_over_says_so(desk: Desk) -> None:  # noqa: F811
    desk.log_in()
    running = {**TABLE, "difference": 1, "period": {**TABLE["period"], "ended": False}}
    desk.house.services.answers["cases.statistic_table"] = running
    output = desk.run("statistics", "--period", "2026-Q2").output
    assert "不得公布" in output
    assert "还没有结束" in output


def test_lists_and_tables_are_exported_as_spreadsheets(desk: Desk) -> None:  # noqa: F811
    desk.log_in()
    rows = {"headings": HEADINGS, "rows": [["一", "某案", 12.6]], "next_cursor": None}
    desk.house.services.answers |= {"work.export": rows, "cases.statistic_table": TABLE}
    for words, heading in ((("work", "overdue"), "编号"), (("statistics", "--period", "2026-Q2"), "代码")):
        file = desk.home / "sheet.xlsx"
        result = desk.run(*words, "--xlsx", str(file), "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.output) == {"file": str(file), "bytes": file.stat().st_size}
        sheet = list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))
        assert sheet[0][0] == heading
    assert "应整改：期后补记件数" in sheet[0]
    assert (sheet[-1][1], sheet[-1][sheet[0].index("已整改：期后补记件数")]) == ("合计", 1)
