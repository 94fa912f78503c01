"""Every error as an RFC 9457 problem document: stable code, field, Chinese detail."""

import logging
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from gateway import texts
from shared import telemetry
from shared.errors import TianweiError, Unavailable

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUS = {
    "invalid-input": 422,
    "not-found": 404,
    "not-allowed": 403,
    "unauthenticated": 401,
    "conflict": 409,
    "stale-version": 409,
    "unavailable": 503,
    "too-often": 429,
    "too-large": 413,
    "too-slow": 408,
    "media-type": 415,
    "method": 405,
    "client-gone": 499,
    "internal": 500,
}
_HTTP_CODES = {404: "http.no-such-path", 405: "http.method-not-allowed", 400: "http.malformed"}
DATABASE_DOWN = (OperationalError, PoolTimeout, DBAPIError)


def of_error(error: TianweiError, *, had_if_match: bool = False) -> Response:
    """The answer to an error of ours. had_if_match: a stale version is then 412, the precondition failed."""
    status = 412 if error.kind == "stale-version" and had_if_match else STATUS.get(error.kind, 500)
    headers = {}
    if status in (429, 503):
        headers["Retry-After"] = str(error.facts.get("retry_after_s", 5))
    elif status == 408:
        headers["Connection"] = "close"  # nobody will read the rest
    elif status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 500 and "incident_id" not in error.facts:
        return of_unexpected(error)
    return answer(status, error.code, error.field, error.facts, headers)


def of_http(error: HTTPException) -> Response:
    """What the framework refuses: unknown paths and methods, unreadable multipart bodies."""
    code = _HTTP_CODES.get(error.status_code, "http.refused")
    return answer(error.status_code, code, None, {"status": error.status_code}, dict(error.headers or {}))


def of_unexpected(error: BaseException) -> Response:
    """An incident id for the user, the trace for the log."""
    incident = uuid4().hex[:12]
    log.error("unexpected error", exc_info=error, extra={"incident_id": incident})
    return answer(500, "internal", None, {"incident_id": incident}, {})


def answer(status: int, code: str, field: str | None, facts: dict[str, Any], headers: dict[str, str]) -> Response:
    document: dict[str, Any] = {
        "type": f"urn:tianwei:problem:{code}",
        "title": texts.title(status),
        "status": status,
        "code": code,
        "detail": texts.detail(code, facts, field),
        "field": field,
        "facts": {name: value for name, value in facts.items() if name != "faults"},
        "correlation_id": telemetry.correlation_id.get(),
    }
    if faults := facts.get("faults"):
        document["faults"] = [texts.fault(fault) for fault in faults]
    return Response(orjson.dumps(document, default=str), status, headers, MEDIA_TYPE)


# Starlette calls these with the request and the error.


async def on_tianwei_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TianweiError)
    return of_error(error, had_if_match="if-match" in request.headers)


async def on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = of_http(error)
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_methods_at(request)))
    return answer


def _methods_at(request: Request) -> set[str]:
    """Every method that some route has at this path; the framework only tells those of the first."""
    routes = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    return {method for route in routes for method in getattr(route, "methods", None) or ()}


async def on_database_error(_: Request, error: Exception) -> Response:
    """Only identity uses a database here; without it nobody can be let in."""
    log.warning("database unavailable", exc_info=error)
    return of_error(Unavailable("database-unavailable"))
