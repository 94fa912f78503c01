"""The outermost layer, plain ASGI: correlation id in and out, body limit while it streams, no bare 500 ever."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import problems
from gateway.errors import BodyTooLarge
from shared import telemetry
from shared.errors import TianweiError

log = logging.getLogger(__name__)

CORRELATION = "X-Correlation-Id"
_PLAIN = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
_SLOW_S = 1.0
_API = [(b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")]
# What a page of ours may load: itself. The API explorer starts by an inline script.
_PAGE = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        b"script-src 'self' 'unsafe-inline'; worker-src 'self' blob:; frame-ancestors 'none'",
    ),
]


class Edge:
    """max_body_bytes: of every request but those whose path is in `larger`, or ends as one of `larger_endings`."""

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, larger: dict[str, int], larger_endings: dict[str, int] | None = None
    ) -> None:
        self._app = app
        self._most = max_body_bytes
        self._larger = larger
        self._endings = larger_endings or {}
        self._log = _Log()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = Headers(scope=scope)
        correlation = _correlation(headers)
        scope["correlation_id"] = correlation
        token = telemetry.correlation_id.set(correlation)
        is_api = scope["path"].startswith("/api/")
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (b"x-correlation-id", correlation.encode())
                message["headers"] = [*message["headers"], *(_API if is_api else _PAGE), own, *_key(scope)]
            await send(message)

        most = self._most_of(scope)
        scope["upload"] = most > self._most and scope["method"] == "POST"
        try:
            declared = headers.get("content-length", "")
            if declared.isdigit() and int(declared) > most:
                raise BodyTooLarge(most)
            await self._app(scope, _Limited(receive, most), answer)
        except TianweiError as error:
            await _last_word(problems.of_error(error), status, scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the one place that turns the unexpected into an incident id
            await _last_word(problems.of_unexpected(error), status, scope, receive, answer)
        finally:
            now = time.perf_counter()
            self._log.tell(scope, status, now - began, now)
            telemetry.correlation_id.reset(token)

    def _most_of(self, scope: Scope) -> int:
        path: str = scope["path"]
        if scope["method"] == "POST":
            for ending, most in self._endings.items():
                if path.endswith(ending):
                    return most
        return self._larger.get(path, self._most)


def _key(scope: Scope) -> list[tuple[bytes, bytes]]:
    """By which key the command can be repeated, also when its answer is an error."""
    key = scope.get("idempotency_key")
    return [(b"idempotency-key", key.encode())] if key else []


class _Limited:
    """Counts what is received; no more than the limit ever reaches a parser."""

    __slots__ = ("_left", "_most", "_receive")

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise BodyTooLarge(self._most)
        return message


def _correlation(headers: Headers) -> str:
    """The caller's own if it is plain text, else a new one: it goes into logs and headers."""
    given = headers.get(CORRELATION, "")
    return given if _PLAIN.fullmatch(given) else uuid4().hex


async def _last_word(answer: ASGIApp, status: int, scope: Scope, receive: Receive, send: Send) -> None:
    if not status:  # else the answer has begun and cannot be taken back
        await answer(scope, receive, send)


class _Log:
    """Tells of requests that failed or took long; in a flood of them of the first of each second, and how many more."""

    def __init__(self, most_a_second: int = 20) -> None:
        self._most = most_a_second
        self._second, self._told, self._untold = 0, 0, 0

    def tell(self, scope: Scope, status: int, seconds: float, now: float) -> None:
        if status < 500 and seconds <= _SLOW_S:
            return
        if int(now) != self._second:
            self._second, self._told = int(now), 0
        self._told += 1
        if self._told > self._most:
            self._untold += 1
            return
        told = {
            "method": scope["method"],
            "path": scope["path"][:200],
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        if self._untold:
            told["untold_before"], self._untold = self._untold, 0
        log.info("request", extra=told)
