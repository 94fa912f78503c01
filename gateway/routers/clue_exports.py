"""Clues as a spreadsheet in the upper system's column order."""

import asyncio
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.errors import ExportTooLarge
from gateway.forwarding import Api, QueryRoute, asked
from gateway.sheets import MEDIA_TYPE, Sheet, XlsxResponse
from shared.clock import SHANGHAI
from shared.contracts.clue_exports import ExportClues, ExportPage

MOST_ROWS = 100_000
_PAGE = 500
_NUMBERED = "OBJECTID"
# A file has no pages.
_UNSAID = frozenset({"limit", "cursor", "with_total"})
_ROUTE = QueryRoute("cases", ExportClues, "/clues/export.xlsx", ExportPage)


def add_to(api: Api) -> None:
    api.add(
        _ROUTE.path,
        export,
        method="GET",
        tag="clues",
        name="clue-export",
        about=ExportClues.__doc__,
        view=None,
        status=200,
        parameters=_ROUTE.parameters(_UNSAID),
        answers=XlsxResponse,
    )


async def export(request: Request) -> Response:
    """Nothing is sent before the last row is known: a refusal on the way is an answer, not a broken file."""
    call = await asked(request)
    body = {**_ROUTE.read(request, _UNSAID), "limit": _PAGE}
    page: dict[str, Any] = await call.query("cases", ExportClues, body)
    sheet = await asyncio.to_thread(Sheet, "线索", page["headings"])
    try:
        while True:
            await asyncio.to_thread(sheet.add, _numbered(page, sheet.rows))
            if page["next_cursor"] is None:
                break
            if sheet.rows >= MOST_ROWS:
                raise ExportTooLarge(MOST_ROWS)
            page = await call.query("cases", ExportClues, {**body, "cursor": page["next_cursor"]})
    except BaseException:
        await asyncio.to_thread(sheet.discard)
        raise
    chunks = await asyncio.to_thread(sheet.finish)
    name = quote(f"线索-{datetime.now(SHANGHAI):%Y%m%d-%H%M}.xlsx")
    headers = {"content-disposition": f"attachment; filename=\"clues.xlsx\"; filename*=utf-8''{name}"}
    return StreamingResponse(chunks, 200, headers, MEDIA_TYPE)


def _numbered(page: dict[str, Any], before: int) -> list[list[Any]]:
    """The classic table numbers its rows."""
    rows: list[list[Any]] = page["rows"]
    if page["headings"][:1] == [_NUMBERED]:
        for number, row in enumerate(rows, start=before + 1):
            row[0] = number
    return rows
