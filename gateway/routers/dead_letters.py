"""Dead letters of all services as one list: what needs a person, and what people do about it.

Every service keeps its own; the gateway asks all of them and says which did not answer.
"""

import asyncio
import inspect
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import ParameterInvalid
from gateway.forwarding import (
    Api,
    Asked,
    CommandRoute,
    Handler,
    QueryRoute,
    asked,
    etag,
    json_answer,
    path_id,
)
from gateway.shaping import NAMES, shape_of
from shared.contracts.base import Command, View
from shared.contracts.catalogue import SOURCES
from shared.contracts.dead_letters import (
    ConfirmDiscard,
    DeadLetterPage,
    DeadLetterView,
    GetDeadLetter,
    ListDeadLetters,
    ProposeDiscard,
    ReplayDeadLetter,
    ReplayedView,
)
from shared.errors import NotFound, Unavailable
from shared.paging import cursor_of

_TAG = "dead-letters"
_PATH = "/dead-letters"
_ONE = f"{_PATH}/{{id}}"

Service = StrEnum("Service", {name: name for name in SOURCES})  # type: ignore[misc]

_COMMANDS: dict[type[Command], type[View]] = {
    ReplayDeadLetter: ReplayedView,
    ProposeDiscard: DeadLetterView,
    ConfirmDiscard: DeadLetterView,
}
_LIST = QueryRoute("", ListDeadLetters, _PATH, DeadLetterPage)
_ONE_LETTER = QueryRoute("", GetDeadLetter, _ONE, DeadLetterView, single=True)


def add_to(api: Api) -> None:
    service = inspect.Parameter(
        "service",
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[Service | None, Query(description="only this service's")],
    )
    api.add(
        _PATH,
        _list,
        method="GET",
        tag=_TAG,
        name="dead-letter-list",
        about=ListDeadLetters.__doc__,
        view=DeadLetterPage,
        status=200,
        parameters=[*_LIST.shaped(), service],
    )
    api.add(
        _ONE,
        _get,
        method="GET",
        tag=_TAG,
        name="dead-letter-get",
        about=None,
        view=DeadLetterView,
        status=200,
        parameters=_ONE_LETTER.shaped(),
    )
    for command, view in _COMMANDS.items():
        route = CommandRoute("", command, f"{_ONE}/{command.verb}", view)
        api.command(route, _TAG, _at_its_service(route))


async def _list(request: Request) -> Response:
    """A page over all services, newest first. One that does not answer is named in `missing`."""
    call = await asked(request)
    shape = shape_of(request.query_params, _LIST.view)
    body = _LIST.read(request, ignoring=NAMES | {"service"})
    names = _services(request)
    answers = await asyncio.gather(*(_ask(call, name, ListDeadLetters, body) for name in names))
    pages = {name: answer for name, answer in zip(names, answers, strict=True) if not isinstance(answer, Unavailable)}
    if not pages:
        raise answers[0]
    merged = _merged(pages, names, int(body.get("limit", ListDeadLetters().limit)))
    told, _ = await shape.of(call, merged, None)
    return json_answer(told, media_type=shape.media_type)


def _services(request: Request) -> tuple[str, ...]:
    given = request.query_params.get("service")
    if given is None:
        return SOURCES
    if given not in SOURCES:
        raise ParameterInvalid("service", f"：{'、'.join(SOURCES)}")
    return (given,)


def _merged(pages: dict[str, Any], names: tuple[str, ...], limit: int) -> dict[str, Any]:
    """One page of several; a service's further pages begin behind the last letter that is shown."""
    items = [letter for page in pages.values() for letter in page["items"]]
    items.sort(key=lambda letter: (datetime.fromisoformat(letter["opened_at"]), letter["id"]), reverse=True)
    shown = items[:limit]
    more = len(items) > limit or any(page["next_cursor"] for page in pages.values())
    totals = [page["total"] for page in pages.values()]
    return {
        "items": shown,
        "next_cursor": cursor_of(False, shown[-1]["opened_at"], shown[-1]["id"]) if more and shown else None,
        "total": None if None in totals else sum(totals),
        "missing": [name for name in names if name not in pages],
    }


async def _get(request: Request) -> Response:
    call = await asked(request)
    shape = shape_of(request.query_params, _ONE_LETTER.view)
    _, letter = await _find(call, path_id(request, "id"))
    told, _ = await shape.of(call, letter, None)
    return json_answer(told, 200, etag(letter), media_type=shape.media_type)


def _at_its_service(route: CommandRoute) -> Handler:
    """The command goes to the service whose letter it is."""

    async def handler(request: Request) -> Response:
        service, _ = await _find(await asked(request), path_id(request, "id"))
        return await replace(route, service=service)(request)

    return handler


async def _find(call: Asked, id_: UUID) -> tuple[str, Any]:
    """The service that has the letter, and the letter. Raises NotFound; Unavailable while that cannot be known."""
    body = {"id": str(id_)}
    answers = await asyncio.gather(*(_ask(call, name, GetDeadLetter, body) for name in SOURCES))
    for name, answer in zip(SOURCES, answers, strict=True):
        if isinstance(answer, dict):
            return name, answer
    raise next((answer for answer in answers if isinstance(answer, Unavailable)), NotFound())


async def _ask(call: Asked, service: str, query: Any, body: dict[str, Any]) -> Any:
    """Its answer, or NotFound or Unavailable as a value."""
    try:
        return await call.query(service, query, body)
    except (NotFound, Unavailable) as error:
        return error
