"""Serving a content: digested before its first byte goes out, and again on the way; another one is never served."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import BinaryIO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from shared.blobs import CHUNK_BYTES, BlobStore, Digester, Stored, digested
from shared.errors import NotFound
from shared.media_types import SHOWN

# A content is what a stranger uploaded: shown in its own cage, without any script.
_CAGE = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


class OtherContent(Exception):
    """found: what lies in its place; None when nothing does."""

    def __init__(self, found: Stored | None) -> None:
        super().__init__("damaged content")
        self.found = found


async def served(blobs: BlobStore, sha256: str, *, media_type: str, file_name: str, download: bool) -> Response:
    """Raises OtherContent, Unavailable."""
    try:
        content = await asyncio.to_thread(blobs.open, sha256)
    except NotFound as error:
        raise OtherContent(None) from error
    try:
        found = await asyncio.to_thread(digested, content)
        if found.sha256 != sha256:
            raise OtherContent(found)
        content.seek(0)
    except BaseException:
        content.close()
        raise
    shown = media_type in SHOWN and not download
    headers = {
        "Content-Length": str(found.size),
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(file_name, safe='')}",
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:",
        "Content-Security-Policy": _CAGE,
        "ETag": f'"{sha256}"',
    }
    return StreamingResponse(_chunks(content, sha256), 200, headers, media_type)


async def _chunks(content: BinaryIO, sha256: str) -> AsyncIterator[bytes]:
    """The last chunk is held back until the digest agrees: what was changed meanwhile breaks off."""
    digester = Digester()
    try:
        held = await asyncio.to_thread(content.read, CHUNK_BYTES)
        while held:
            digester.update(held)
            following = await asyncio.to_thread(content.read, CHUNK_BYTES)
            if not following and digester.stored().sha256 != sha256:
                raise OtherContent(None)
            yield held
            held = following
    finally:
        content.close()
