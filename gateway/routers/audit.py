"""The audit of the whole house as one list, its chains link by link, its signed checkpoints: for its administrator."""

import asyncio
import csv
import inspect
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.audit import SERVICE, DoorAudit
from gateway.checkpoints import Checkpoints
from gateway.errors import ExportTooLarge, ParameterInvalid
from gateway.forwarding import Api, Asked, QueryRoute, asked, json_answer
from shared.clock import SHANGHAI
from shared.contracts.audit import (
    AuditFilter,
    AuditKind,
    AuditPage,
    Chain,
    ChainPage,
    CheckpointView,
    ListAudit,
    ListCheckpoints,
    Outcome,
    ReadChain,
)
from shared.contracts.base import Page
from shared.contracts.catalogue import SOURCES
from shared.contracts.codes import Role, title
from shared.errors import Unavailable
from shared.paging import cursor_of

_TAG = "audit"
_PATH = "/audit"
_AUDITORS = frozenset({Role.AUDIT_ADMINISTRATOR})
_CHAINS = (*SOURCES, SERVICE)
_MOST_ROWS = 20_000
_PAGE = 200

AuditService = StrEnum("AuditService", {name: name for name in _CHAINS})  # type: ignore[misc]

_LIST = QueryRoute("", ListAudit, _PATH, AuditPage)
_EXPORT = QueryRoute("", AuditFilter, f"{_PATH}/export.csv", AuditPage)
_CHAIN = QueryRoute("", ReadChain, f"{_PATH}/chain", ChainPage)
_CHECKPOINTS = QueryRoute("", ListCheckpoints, f"{_PATH}/checkpoints", Page[CheckpointView])
_UNSAID = frozenset({"service"})

_COLUMNS = {
    "at": "时间",
    "service": "服务",
    "chain": "链",
    "position": "序号",
    "kind": "类别",
    "operation": "操作",
    "outcome": "结果",
    "code": "错误代码",
    "actor_name": "行为人",
    "actor": "账号 id",
    "org_code": "单位代码",
    "behind_name": "起因人",
    "behind": "起因账号 id",
    "objects": "对象 id",
    "request_id": "请求编号",
    "source": "来源地址",
    "times": "次数",
    "id": "条目 id",
}
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = tuple("=+-@\t\r\n\x00＝＋－＠")


class CsvResponse(Response):
    media_type = "text/csv"


def add_to(api: Api) -> None:
    about_service = Annotated[AuditService | None, Query(description="only this service's, or the gateway's")]
    service = _said("service", about_service, None)
    for route, handler, name, view, more in (
        (_LIST, _list, "audit-list", AuditPage, [service]),
        (_CHAIN, _chain, "audit-chain", ChainPage, [_said("service", Annotated[AuditService, Query()])]),
        (_CHECKPOINTS, _checkpoints, "audit-checkpoints", Page[CheckpointView], []),
    ):
        api.add(
            route.path,
            handler,
            method="GET",
            tag=_TAG,
            name=name,
            about=route.query.__doc__,
            view=view,
            status=200,
            parameters=[*route.parameters(), *more],
        )
    api.add(
        _EXPORT.path,
        _export,
        method="GET",
        tag=_TAG,
        name="audit-export",
        about="Who did or tried what, as CSV for a spreadsheet (UTF-8 with a mark of order), newest first.",
        view=None,
        status=200,
        parameters=[*_EXPORT.parameters(), service],
        answers=CsvResponse,
    )
    api.add(
        _CHECKPOINTS.path,
        _make,
        method="POST",
        tag=_TAG,
        name="audit-checkpoint",
        about="Sign where all chains end now; services keep it, and it is put into the write-once folder.",
        view=CheckpointView,
        status=201,
    )


def _said(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


async def _auditor(request: Request) -> tuple[Asked, DoorAudit]:
    """Raises NotAllowed for anybody but the audit's administrator; Unavailable where nothing is audited."""
    call = await asked(request)
    call.caller.actor.require(_AUDITORS)
    if call.parts.audit is None:
        raise Unavailable("audit-unavailable")
    return call, call.parts.audit


def _keeper(call: Asked) -> Checkpoints:
    if call.parts.checkpoints is None:
        raise Unavailable("audit-unavailable")
    return call.parts.checkpoints


async def _list(request: Request) -> Response:
    """A page over all services and the door, newest first. One that does not answer is named in `missing`."""
    call, door = await _auditor(request)
    return json_answer(await _page(call, door, _names(request), _LIST.read(request, _UNSAID)))


async def _page(call: Asked, door: DoorAudit, names: tuple[str, ...], body: dict[str, Any]) -> dict[str, Any]:
    """Raises Unavailable when nobody answers, InvalidInput."""
    answers = dict(zip(names, await asyncio.gather(*(_of(call, door, name, body) for name in names)), strict=True))
    pages = [answer for answer in answers.values() if not isinstance(answer, Unavailable)]
    if not pages:
        raise next(iter(answers.values()))
    limit = int(body.get("limit", ListAudit().limit))
    items = sorted((item for page in pages for item in page["items"]), key=lambda item: str(item["id"]), reverse=True)
    more = len(items) > limit or any(page["next_cursor"] for page in pages)
    last = items[:limit][-1:]
    totals = [page["total"] for page in pages]
    return {
        "items": items[:limit],
        "next_cursor": cursor_of(False, last[0]["id"]) if more and last else None,
        "total": None if None in totals else sum(totals),
        "missing": [name for name, answer in answers.items() if isinstance(answer, Unavailable)],
    }


async def _of(call: Asked, door: DoorAudit, service: str, body: dict[str, Any]) -> Any:
    """Its page, or Unavailable as a value."""
    try:
        if service != SERVICE:
            return await call.query(service, ListAudit, body)
        page = await asyncio.to_thread(door.list, ListAudit.model_validate(body))
        return page.model_dump(mode="json")
    except Unavailable as error:
        return error


def _names(request: Request) -> tuple[str, ...]:
    given = request.query_params.get("service")
    if given is None:
        return _CHAINS
    if given not in _CHAINS:
        raise ParameterInvalid("service", f"：{'、'.join(_CHAINS)}")
    return (given,)


async def _export(request: Request) -> Response:
    """Nothing is sent before the last row is known. Raises ExportTooLarge; Unavailable when one does not answer."""
    call, door = await _auditor(request)
    names, body = _names(request), {**_EXPORT.read(request, _UNSAID), "limit": _PAGE}
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(_COLUMNS.values())
    written = 0
    while True:
        page = await _page(call, door, names, body)
        if page["missing"]:
            raise Unavailable("audit.incomplete", None, services=page["missing"])
        written += len(page["items"])
        if written > _MOST_ROWS:
            raise ExportTooLarge(_MOST_ROWS)
        rows.writerows(map(list, map(_cells, page["items"])))
        if page["next_cursor"] is None:
            break
        body["cursor"] = page["next_cursor"]
    told = quote(f"审计记录-{datetime.now(SHANGHAI):%Y%m%d-%H%M}.csv")
    headers = {"content-disposition": f"attachment; filename=\"audit.csv\"; filename*=utf-8''{told}"}
    return Response(file.getvalue().encode("utf-8-sig"), 200, headers, "text/csv; charset=utf-8")


def _cells(item: dict[str, Any]) -> Iterator[str]:
    readers: dict[str, Callable[[Any], str]] = {
        "at": lambda at: datetime.fromisoformat(at).astimezone(SHANGHAI).isoformat(timespec="milliseconds"),
        "objects": " ".join,
        "chain": lambda code: title(Chain(code)),
        "kind": lambda code: title(AuditKind(code)),
        "outcome": lambda code: title(Outcome(code)),
    }
    for name in _COLUMNS:
        value = item[name]
        text = "" if value is None else readers.get(name, str)(value)
        yield f"'{text}" if text.startswith(_FORMULA) else text


async def _chain(request: Request) -> Response:
    """Raises NotFound for a chain that the service has not."""
    call, door = await _auditor(request)
    (service, *others), body = _names(request), _CHAIN.read(request, _UNSAID)
    if others:
        raise ParameterInvalid("service", f"：{'、'.join(_CHAINS)}")
    if service != SERVICE:
        return json_answer(await call.query(service, ReadChain, body))
    page = await asyncio.to_thread(door.read_chain, ReadChain.model_validate(body))
    return json_answer(page.model_dump(mode="json"))


async def _checkpoints(request: Request) -> Response:
    call, _ = await _auditor(request)
    wanted = ListCheckpoints.model_validate(_CHECKPOINTS.read(request))
    page = await asyncio.to_thread(_keeper(call).list, wanted)
    return json_answer(page.model_dump(mode="json"))


async def _make(request: Request) -> Response:
    call, _ = await _auditor(request)
    made = await _keeper(call).make(call.caller.principal(), call.correlation_id)
    return json_answer(made.model_dump(mode="json"), 201)
