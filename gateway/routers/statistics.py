"""Counts for the landing page of an office; tables by township, type, period with their identity checks."""

import asyncio
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.forwarding import Api, QueryRoute, asked
from gateway.routers.sheet_answers import sheet_answer
from gateway.sheets import Sheet, XlsxResponse
from shared.contracts.base import Page
from shared.contracts.cases import GetStatistics, Statistics
from shared.contracts.statistics import GetStatisticTable, ListStatisticItems, StatisticItem, StatisticTable

_TAG = "statistics"
_TABLE = QueryRoute("cases", GetStatisticTable, "/statistics/table", StatisticTable)
_EXPORT = QueryRoute("cases", GetStatisticTable, "/statistics/table.xlsx", StatisticTable)
_AMOUNTS = {
    "items": "件数",
    "area_mu": "面积（亩）",
    "farmland_area_mu": "耕地（亩）",
    "pbf_area_mu": "永久基本农田（亩）",
}


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", GetStatistics, "/statistics", Statistics), _TAG)
    api.query(_TABLE, _TAG)
    api.query(QueryRoute("cases", ListStatisticItems, "/statistics/items", Page[StatisticItem]), _TAG)
    api.add(
        _EXPORT.path,
        export_table,
        method="GET",
        tag=_TAG,
        name="statistic-table-export",
        about="The same table as a spreadsheet: every column, every difference of the identity checks, every rate.",
        view=None,
        status=200,
        parameters=_EXPORT.parameters(),
        answers=XlsxResponse,
    )


async def export_table(request: Request) -> Response:
    call = await asked(request)
    table: dict[str, Any] = await call.query("cases", GetStatisticTable, _EXPORT.read(request))
    sheet = await asyncio.to_thread(Sheet, "统计表", list(_headings(table)))
    await asyncio.to_thread(sheet.add, [list(_cells(table, row)) for row in (*table["rows"], table["total"])])
    return await sheet_answer(sheet, "statistics", "统计表")


def _headings(table: dict[str, Any]) -> Iterator[str]:
    titles = {column["name"]: column["title"] for column in table["columns"]}
    yield from ("代码", "名称")
    for title in titles.values():
        yield from (f"{title}：{unit}" for unit in _AMOUNTS.values())
    for one in table["total"]["differences"]:
        yield from (f"{titles[one['whole']]}差额：件数", f"{titles[one['whole']]}差额：面积（平方米）")
    if table["period"]:
        yield from (f"{title}：期后补记件数" for title in titles.values())
    for rate in table["total"]["rates"]:
        yield from (f"{rate['title']}（按件）", f"{rate['title']}（按面积）")


def _cells(table: dict[str, Any], row: dict[str, Any]) -> Iterator[Any]:
    yield from (row["key"], row["title"])
    for column in table["columns"]:
        yield from (row["amounts"][column["name"]][name] for name in _AMOUNTS)
    for one in row["differences"]:
        yield from (one["items"], one["area_m2"])
    if table["period"]:
        yield from (row["late"].get(column["name"], {"items": 0})["items"] for column in table["columns"])
    for rate in row["rates"]:
        yield from (rate["by_items"], rate["by_area"])
