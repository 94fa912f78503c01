"""A person's own deadlines: as a list, and as a feed that calendar programs read at a private address."""

import asyncio
import inspect
from typing import Annotated
from uuid import uuid4

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from gateway import calendar
from gateway.auth.errors import TokenMissing
from gateway.bodies import read_nothing
from gateway.forwarding import PREFIX, Api, QueryRoute, asked, json_answer
from gateway.parts import Parts
from gateway.schemas.calendar import CalendarFeed
from shared.contracts.deadlines import ListMyDeadlines, MyDeadlines

_TAG = "identity"
_FEED = "/me/calendar.ics"


class _ICalendar(Response):
    media_type = "text/calendar"


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListMyDeadlines, "/me/deadlines", MyDeadlines), _TAG)
    api.add(
        "/me/calendar",
        make,
        method="POST",
        tag=_TAG,
        name="calendar-make",
        about="A private address for calendar programs, shown once. The one before is good no more.",
        view=CalendarFeed,
        status=201,
    )
    api.add(
        "/me/calendar",
        end,
        method="DELETE",
        tag=_TAG,
        name="calendar-end",
        about="End the private address.",
        view=None,
        status=204,
    )
    api.add(
        _FEED,
        read,
        method="GET",
        tag=_TAG,
        name="calendar-read",
        about="The open clocks that the owner of the address holds, as iCalendar (RFC 5545).",
        view=None,
        status=200,
        public=True,
        answers=_ICalendar,
        parameters=[
            inspect.Parameter(
                "token",
                inspect.Parameter.KEYWORD_ONLY,
                annotation=Annotated[str, Query(max_length=200, description="of the private address")],
            )
        ],
    )


async def make(request: Request) -> Response:
    call = await asked(request)
    await read_nothing(request)
    now = call.parts.clock.now()
    token = await asyncio.to_thread(call.parts.feeds.make, call.caller.account.id, now)
    feed = CalendarFeed(address=f"{PREFIX}{_FEED}?token={token}", made_at=now)
    return json_answer(feed.model_dump(mode="json"), 201, {"Cache-Control": "no-store"})


async def end(request: Request) -> Response:
    call = await asked(request)
    await asyncio.to_thread(call.parts.feeds.end, call.caller.account.id)
    return Response(status_code=204)


async def read(request: Request) -> Response:
    """Raises TokenMissing, TokenInvalid."""
    parts: Parts = request.app.state.parts
    token = request.query_params.get("token", "")
    if not token:
        raise TokenMissing
    reader = await asyncio.to_thread(parts.feeds.reader, token)
    answer = await parts.services.query(
        "cases",
        ListMyDeadlines.operation,
        {},
        principal=parts.feeds.principal(reader),
        correlation_id=request.scope.get("correlation_id") or uuid4().hex,
    )
    made = calendar.render(answer["items"], parts.clock.now())
    return _ICalendar(made, headers={"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"})
