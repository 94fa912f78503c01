"""Limits what a client may do before its body: connections, the size of a head, and how long it may take to come.

uvicorn's fast parser keeps a header of any size in memory, and waits for the rest of a head for ever.
"""

import asyncio
from typing import ClassVar, Self

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway import texts

MOST_HEAD_BYTES = 32 * 1024
HEAD_WITHIN_S = 20.0
_RETRY_AFTER_S = 5
_LINES = {
    431: "HTTP/1.1 431 Request Header Fields Too Large",
    503: f"HTTP/1.1 503 Service Unavailable\r\nretry-after: {_RETRY_AFTER_S}",
}


class HeadTooLarge(Exception):
    """Raised into the parser, which then gives the request up."""


class LimitedHead(HttpToolsProtocol):
    """431 to a request whose line, headers or trailers are over the limit, 503 to a connection too many, then hangs up.

    A head that is not whole after HEAD_WITHIN_S seconds ends its connection without a word.
    """

    most_connections: ClassVar[int] = 1000
    _unparsed = 0  # bytes received since the parser last came on
    _refused = False
    _waiting: asyncio.TimerHandle | None = None  # for the rest of a head

    @classmethod
    def of(cls, most_connections: int) -> type[Self]:
        """The protocol with this limit."""
        return type(cls.__name__, (cls,), {"most_connections": most_connections})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            self._answer(503, "http.too-many-connections", {"retry_after_s": _RETRY_AFTER_S})
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():  # what still comes from whom we have hung up on
            return
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > MOST_HEAD_BYTES and not self._refused:
            self._refuse()

    def on_message_begin(self) -> None:
        self._unparsed = 0
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._unparsed = 0
        self._wait_no_more()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MOST_HEAD_BYTES:
            self._refused = True
            raise HeadTooLarge
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unparsed = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._refused:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(HEAD_WITHIN_S, self._waited)

    def _waited(self) -> None:
        self._waiting = None
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait()  # it is us who keep it waiting, with the answer to the request before
        else:
            self.transport.close()

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _refuse(self) -> None:
        self._refused = True
        self._answer(431, "http.head-too-large", {"most_bytes": MOST_HEAD_BYTES})

    def _answer(self, status: int, code: str, facts: dict[str, int]) -> None:
        body = orjson.dumps(
            {
                "type": f"urn:tianwei:problem:{code}",
                "title": texts.title(status),
                "status": status,
                "code": code,
                "detail": texts.detail(code, facts),
                "field": None,
                "facts": facts,
                "correlation_id": None,
            }
        )
        head = (
            f"{_LINES[status]}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
