"""Taking a file in while it arrives: a multipart body streams into the file store, hashed on the way, memory flat.

Nothing is kept before every field has been judged: who calls `received` finishes the file or it is gone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import PurePath

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from gateway.bodies import media_type
from gateway.errors import FileEmpty, FileMissing, Gone, MediaTypeUnsupported
from shared import media_types
from shared.blobs import BlobStore, Incoming, Stored

FORM = "multipart/form-data"
_BATCH_BYTES = 1 << 20
_MOST_FIELDS = 40
_MOST_FIELD_BYTES = 16 * 1024
_MOST_HEADER_BYTES = 4 * 1024


def _malformed() -> HTTPException:
    return HTTPException(400, "malformed multipart body")


@dataclass
class Upload:
    """A file that has arrived and is not kept yet. name: without any path. media_type: by its content; None unknown."""

    name: str
    fields: dict[str, str]
    media_type: str | None
    size: int
    _incoming: Incoming

    async def keep(self) -> Stored:
        """Durable when this returns."""
        return await asyncio.to_thread(self._incoming.finish)


@asynccontextmanager
async def received(request: Request, blobs: BlobStore, file_field: str = "file") -> AsyncIterator[Upload]:
    """The one file of a form, its other fields as text. Raises MediaTypeUnsupported, FileMissing, FileEmpty, 400."""
    if media_type(request) != FORM:
        raise MediaTypeUnsupported(media_type(request), [FORM])
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if not boundary:
        raise _malformed()
    incoming = await asyncio.to_thread(blobs.receive)
    try:
        form = _Form(file_field)
        parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]
        try:
            async for chunk in request.stream():
                if chunk:
                    _fed(parser, chunk)
                if len(form.waiting) >= _BATCH_BYTES:
                    await asyncio.to_thread(incoming.write, form.taken())
        except ClientDisconnect as error:
            raise Gone from error
        if not form.ended:
            raise _malformed() if form.began else FileMissing()
        if form.file_name is None:
            raise FileMissing
        await asyncio.to_thread(incoming.write, form.taken())
        if not form.size:
            raise FileEmpty
        yield Upload(
            name=PurePath(form.file_name.replace("\\", "/")).name,
            fields=form.fields,
            media_type=media_types.sniff(bytes(form.head), bytes(form.tail)),
            size=form.size,
            _incoming=incoming,
        )
    finally:
        await asyncio.to_thread(incoming.abandon)


def _fed(parser: MultipartParser, chunk: bytes) -> None:
    try:
        parser.write(chunk)
    except MultipartParseError as error:
        raise _malformed() from error


@dataclass
class _Part:
    headers: dict[str, bytes] = field(default_factory=dict)
    name: str = ""
    is_file: bool = False
    is_other_file: bool = False
    text: bytearray = field(default_factory=bytearray)


class _Form:
    """Told by the parser what it meets. waiting: content of the file that is not written yet."""

    def __init__(self, file_field: str) -> None:
        self._file_field = file_field
        self._part = _Part()
        self._header, self._value = bytearray(), bytearray()
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self.waiting = bytearray()
        self.head, self.tail = bytearray(), bytearray()
        self.size = 0
        self.began = self.ended = False

    def callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._more(self._header, data[start:end]),
            "on_header_value": lambda data, start, end: self._more(self._value, data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def taken(self) -> bytes:
        batch = bytes(self.waiting)
        self.waiting.clear()
        return batch

    def _begin(self) -> None:
        self.began = True
        self._part = _Part()

    @staticmethod
    def _more(buffer: bytearray, data: bytes) -> None:
        buffer += data
        if len(buffer) > _MOST_HEADER_BYTES:
            raise _malformed()

    def _header_end(self) -> None:
        self._part.headers[self._header.decode("latin-1").lower()] = bytes(self._value)
        self._header.clear()
        self._value.clear()
        if len(self._part.headers) > _MOST_FIELDS:
            raise _malformed()

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._part.headers.get("content-disposition", b""))
        self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
        file_name = options.get(b"filename")
        if file_name is None:
            if self._part.name in self.fields or len(self.fields) >= _MOST_FIELDS:
                raise _malformed()
            return
        self._part.is_other_file = self._part.name != self._file_field
        if not self._part.is_other_file:
            if self.file_name is not None:
                raise _malformed()
            self.file_name = file_name.decode("utf-8", "replace")
            self._part.is_file = True

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._part.is_file:
            self._content(data[start:end])
        elif not self._part.is_other_file:
            self._part.text += data[start:end]
            if len(self._part.text) > _MOST_FIELD_BYTES:
                raise _malformed()

    def _content(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.waiting += chunk
        if len(self.head) < media_types.HEAD_BYTES:
            self.head += chunk[: media_types.HEAD_BYTES - len(self.head)]
        self.tail += chunk[-media_types.TAIL_BYTES :]
        if len(self.tail) > 2 * media_types.TAIL_BYTES:
            del self.tail[: -media_types.TAIL_BYTES]

    def _part_end(self) -> None:
        if not (self._part.is_file or self._part.is_other_file) and self._part.name:
            try:
                self.fields[self._part.name] = self._part.text.decode("utf-8")
            except UnicodeDecodeError as error:
                raise _malformed() from error

    def _end(self) -> None:
        self.ended = True
