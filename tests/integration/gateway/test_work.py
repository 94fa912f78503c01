"""Working lists, search and statistics by HTTP, and as spreadsheets."""

import io
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest

from gateway.routers import sheet_answers
from gateway.sheets import MEDIA_TYPE
from shared.contracts.codes import Role
from shared.contracts.statistics import GetStatisticTable
from shared.errors import Unavailable
from tests.integration.gateway.conftest import House

HEADINGS = ["编号", "名称", "面积（亩）"]
AMOUNT = {
    "items": 2,
    "area_m2": 8400.0,
    "farmland_area_m2": 7000.0,
    "pbf_area_m2": 0.0,
    "done_area_m2": 0.0,
    "area_mu": 12.6,
    "farmland_area_mu": 10.5,
    "pbf_area_mu": 0.0,
    "done_area_mu": 0.0,
}


@pytest.fixture
def desk(house: House) -> House:
    house.account("li", Role.COORDINATOR)
    return house


def pages(*pages: list[list[Any]]) -> Any:
    def answer(request: dict[str, Any]) -> dict[str, Any]:
        at = int(request["body"].get("cursor") or 0)
        return {"headings": HEADINGS, "rows": pages[at], "next_cursor": str(at + 1) if at + 1 < len(pages) else None}

    return answer


def read(content: bytes) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def test_questions_reach_the_service_as_they_were_asked(desk: House) -> None:
    desk.services.answers["work.list"] = {"items": [], "next_cursor": None, "total": None}
    desk.services.answers["work.search"] = {"items": [], "next_cursor": None, "total": None}
    desk.services.answers["work.stuck"] = {"items": []}
    assert desk.ask("GET", "/api/v1/work?which=overdue&step=2&with_total=true", by="li").status_code == 200
    assert desk.services.last("work.list")["body"] == {"which": "overdue", "step": 2, "with_total": True}
    ring = "105.69,37.44 105.71,37.44 105.70,37.46"
    params = {"q": "砂场", "polygon": ring}
    assert desk.ask("GET", "/api/v1/search", by="li", params=params).status_code == 200
    assert desk.services.last("work.search")["body"] == {"q": "砂场", "polygon": ring}
    assert desk.ask("GET", "/api/v1/work/stuck?kind=case", by="li").json() == {"items": []}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("polygon=105.6,37.4 105.7,37.5 105.7,37.4 105.6,37.5", "自相交"),
        ("polygon=1,2", "应为 3 至 200 个“经度,纬度”"),
        ("west=1&south=2", "应同时有 west、south、east、north"),
        ("west=3&south=2&east=1&north=4", "颠倒"),
    ],
)
def test_a_place_that_is_none_is_refused_in_chinese(desk: House, asked: str, told: str) -> None:
    answer = desk.ask("GET", f"/api/v1/search?{asked}", by="li")
    assert answer.status_code == 422
    assert told in answer.text


def test_a_list_is_one_sheet_whatever_its_pages(desk: House) -> None:
    desk.services.answers["work.export"] = pages([["=1+1", "案一", 12.6], ["案2", "@案", None]], [["案3", "三", 3]])
    answer = desk.ask("GET", "/api/v1/work/export.xlsx?which=stuck&limit=1&cursor=x", by="li")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    assert unquote(answer.headers["content-disposition"].partition("utf-8''")[2]).startswith("工作清单-")
    assert read(answer.content) == [tuple(HEADINGS), ("=1+1", "案一", 12.6), ("案2", "@案", None), ("案3", "三", 3)]
    first, second = desk.services.all("work.export")
    assert first["body"] == {"which": "stuck", "limit": 500}
    assert second["body"] == {"which": "stuck", "limit": 500, "cursor": "1"}


def test_more_than_a_sheet_may_have_and_a_service_that_ends_are_answers(
    desk: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_answers, "MOST_ROWS", 1)
    whole = pages([["1", "一", 1]], [["2", "二", 2]])
    desk.services.answers["work.export"] = whole
    answer = desk.ask("GET", "/api/v1/work/export.xlsx", by="li")
    assert (answer.status_code, answer.json()["code"]) == (422, "http.export-too-large")
    monkeypatch.setattr(sheet_answers, "MOST_ROWS", 100)
    desk.services.answers["work.export"] = lambda request: (
        Unavailable("bus.timeout", service="cases") if request["body"].get("cursor") else whole(request)
    )
    answer = desk.ask("GET", "/api/v1/work/export.xlsx", by="li")
    assert (answer.status_code, answer.json()["code"]) == (503, "bus.timeout")


def test_a_table_is_a_sheet_with_its_differences_and_rates(desk: House) -> None:
    row = {
        "key": "640521104",
        "title": "恩和镇",
        "amounts": {"total": AMOUNT, "rectified": AMOUNT},
        "differences": [{"whole": "total", "items": 0, "area_m2": 0.0, "farmland_area_m2": 0.0, "pbf_area_m2": 0.0}],
        "rates": [{"name": "struck_off", "title": "销号率", "by_items": 1.0, "by_area": None}],
        "late": {"total": {**AMOUNT, "items": 1}},
    }
    desk.services.answers[GetStatisticTable.operation] = {
        "kind": "rectification",
        "by": "township",
        "period": "2026-Q2",
        "columns": [
            {"name": "total", "title": "应整改", "part_of": None},
            {"name": "rectified", "title": "已整改", "part_of": "total"},
        ],
        "rows": [row],
        "total": {**row, "key": "", "title": "合计"},
        "difference": 0,
    }
    answer = desk.ask("GET", "/api/v1/statistics/table.xlsx?kind=rectification&by=township", by="li")
    assert answer.status_code == 200
    headings, first, total = read(answer.content)
    told = dict(zip(headings, first, strict=True))
    assert (told["名称"], told["应整改：件数"], told["已整改：面积（亩）"]) == ("恩和镇", 2, 12.6)
    assert told["应整改差额：件数"] == 0
    assert (told["应整改：期后补记件数"], told["已整改：期后补记件数"]) == (1, 0)
    assert (told["销号率（按件）"], told["销号率（按面积）"], total[1]) == (1, None, "合计")


def test_without_a_login_there_is_nothing(desk: House) -> None:
    for path in ("work", "work/stuck", "search", "work/export.xlsx", "statistics/table.xlsx?kind=case"):
        assert desk.ask("GET", f"/api/v1/{path}").status_code == 401
