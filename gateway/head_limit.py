"""Limits what a request may send before its body: uvicorn's fast parser keeps a header of any size in memory."""

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway import texts

MOST_HEAD_BYTES = 32 * 1024
_CODE = "http.head-too-large"


class HeadTooLarge(Exception):
    """Raised into the parser, which then gives the request up."""


class LimitedHead(HttpToolsProtocol):
    """Answers 431 to a request whose line, headers or trailers are over the limit, and hangs up."""

    _unparsed = 0  # bytes received since the parser last came on
    _refused = False

    def data_received(self, data: bytes) -> None:
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > MOST_HEAD_BYTES and not self._refused:
            self._refuse()

    def on_message_begin(self) -> None:
        self._unparsed = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._unparsed = 0
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

    def _refuse(self) -> None:
        self._refused = True
        facts = {"most_bytes": MOST_HEAD_BYTES}
        body = orjson.dumps(
            {
                "type": f"urn:tianwei:problem:{_CODE}",
                "title": texts.title(431),
                "status": 431,
                "code": _CODE,
                "detail": texts.detail(_CODE, facts),
                "field": None,
                "facts": facts,
                "correlation_id": None,
            }
        )
        head = (
            "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
