"""Answers that are spreadsheets. Nothing is sent before the last row is known: a refusal on the way is an answer."""

import asyncio
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from gateway.errors import ExportTooLarge
from gateway.forwarding import Asked
from gateway.sheets import MEDIA_TYPE, Sheet
from shared.clock import SHANGHAI
from shared.contracts.base import Query

MOST_ROWS = 100_000
_PAGE = 500
# A file has no pages.
UNSAID = frozenset({"limit", "cursor", "with_total"})


async def sheet_of_pages(title: str, call: Asked, service: str, query: type[Query], asked_for: dict[str, Any]) -> Sheet:
    """Every page of a query of a service whose pages are headings, rows, next_cursor. Raises ExportTooLarge."""
    body = {**asked_for, "limit": _PAGE}
    page: dict[str, Any] = await call.query(service, query, body)
    sheet = await asyncio.to_thread(Sheet, title, page["headings"])
    try:
        while True:
            await asyncio.to_thread(sheet.add, page["rows"])
            if page["next_cursor"] is None:
                return sheet
            if sheet.rows >= MOST_ROWS:
                raise ExportTooLarge(MOST_ROWS)
            page = await call.query(service, query, {**body, "cursor": page["next_cursor"]})
    except BaseException:
        await asyncio.to_thread(sheet.discard)
        raise


async def sheet_answer(sheet: Sheet, name: str, title: str) -> Response:
    """The finished file. name: for clients that read ASCII only."""
    chunks = await asyncio.to_thread(sheet.finish)
    told = quote(f"{title}-{datetime.now(SHANGHAI):%Y%m%d-%H%M}.xlsx")
    headers = {"content-disposition": f"attachment; filename=\"{name}.xlsx\"; filename*=utf-8''{told}"}
    return StreamingResponse(chunks, 200, headers, MEDIA_TYPE)
