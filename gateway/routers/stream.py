"""Server-sent events: which objects have changed of what the caller sees. What they are now is asked for as ever."""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated, Any

import orjson
from fastapi import Header
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from gateway.forwarding import Api, Asked, asked
from gateway.streams import Place
from shared.contracts.catalogue import SOURCES
from shared.contracts.changes import ChangesView, ListChanges
from shared.errors import Unauthenticated, Unavailable

MEDIA_TYPE = "text/event-stream"
LAST = "Last-Event-ID"
_MOST_ID = 2000
_LOOK_S = 1.0
_BEAT_S = 15.0
_RECONNECT_MS = 3000


class EventStream(StreamingResponse):
    """Gives back its slot however it ends, even when it never began."""

    media_type = MEDIA_TYPE

    def __init__(self, events: AsyncIterator[bytes], ended: Callable[[], None]) -> None:
        super().__init__(events, 200, {"X-Accel-Buffering": "no"}, MEDIA_TYPE)
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


def add_to(api: Api) -> None:
    last = Header(
        alias=LAST, max_length=_MOST_ID, description="id of the last event that was heard, to go on behind it"
    )
    api.add(
        "/stream",
        listen,
        method="GET",
        tag="stream",
        name="stream",
        about=_ABOUT,
        view=None,
        status=200,
        answers=EventStream,
        parameters=[
            inspect.Parameter(
                "last_event_id", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, last]
            )
        ],
    )


_ABOUT = """Which objects have changed of what the caller may see, as server-sent events; never what of them.

`open`: it has begun here, with the id to come back by. `changed`: `{"changes": [{"kind", "id", "count"}]}`, at least
once each, also when Last-Event-ID names an event that was heard before. `renewed`: what happened since cannot be told,
load anew what is shown. `end`: the session is over. A comment comes every 15 seconds."""


async def listen(request: Request) -> Response:
    """Raises TooManyStreams, StreamsFull, Unauthenticated."""
    call = await asked(request)
    account_id = call.caller.actor.account_id
    streams = call.parts.streams
    given = request.headers.get(LAST, "")[:_MOST_ID]
    heard = streams.places.open(given, account_id) if given else {}
    streams.slots.take(account_id)
    return EventStream(_events(request, call, heard), ended=lambda: streams.slots.release(account_id))


async def _events(request: Request, call: Asked, heard: dict[str, Place] | None) -> AsyncIterator[bytes]:
    """heard: None when the id that was shown is not known here."""
    places = dict(heard or {})
    yield f"retry: {_RECONNECT_MS}\n\n".encode()
    if heard is None:
        yield _event("renewed", {})
    said_at = time.monotonic()
    began = False
    while True:
        try:
            call = await asked(request)  # the principal lives a minute, and the session may have ended
        except Unauthenticated:
            yield _event("end", {"reason": "session"})
            return
        except SQLAlchemyError:  # who cannot be checked is told nothing more, and comes again
            yield _event("end", {"reason": "unavailable"})
            return
        heads = await call.parts.streams.heads.get()
        async for told in _news(call, places, heads, late=began or bool(heard)):
            said_at = time.monotonic()
            yield told
        if not began and set(places) == set(heads):
            began = True
            yield _event("open", {}, _id(call, places))
        if time.monotonic() - said_at >= _BEAT_S:
            said_at = time.monotonic()
            yield b": beat\n\n"
        await asyncio.sleep(_LOOK_S)


async def _news(call: Asked, places: dict[str, Place], heads: Mapping[str, int], *, late: bool) -> AsyncIterator[bytes]:
    """Moves the places on. A service that is away is heard later, from where it was heard last.

    late: one that is heard for the first time now was not heard while others were.
    """
    for name in SOURCES:
        while name in heads and (name not in places or places[name].upto != heads[name]):
            place = places.get(name)
            body = {} if place is None else {"log_id": str(place.log_id), "after": place.upto}
            try:
                found = ChangesView.model_validate(await call.query(name, ListChanges, body))
            except Unavailable:
                break
            places[name] = Place(found.log_id, found.upto)
            if found.renewed or (place is None and late):
                yield _event("renewed", {"service": name}, _id(call, places))
            elif found.changes:
                changes = [change.model_dump(mode="json") for change in found.changes]
                yield _event("changed", {"changes": changes}, _id(call, places))
            if found.upto >= heads[name] or places[name] == place:
                break


def _id(call: Asked, places: Mapping[str, Place]) -> str:
    return call.parts.streams.places.seal(places, call.caller.actor.account_id)


def _event(kind: str, data: dict[str, Any], id_: str = "") -> bytes:
    told = f"id: {id_}\n" if id_ else ""
    return f"event: {kind}\n{told}data: {orjson.dumps(data).decode()}\n\n".encode()
