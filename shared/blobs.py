"""Files kept by the digest of their content: what is stored under a digest never changes and is stored once."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from shared.errors import NotFound

_CHUNK_BYTES = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Stored:
    """sha256: 64 hexadecimal digits, the file's name from now on. size: bytes."""

    sha256: str
    size: int


class BlobStore(Protocol):
    def put(self, stream: BinaryIO) -> Stored:
        """Keep what the stream holds from where it stands; durable when this returns. Blocks."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The content, for reading from its start; the caller closes it. Raises NotFound."""
        ...


class FolderBlobStore:
    """A folder on a local disk or a shared mount; `ab/cdef…` below it. Safe for many writers at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, stream: BinaryIO) -> Stored:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # In the same file system, so that the rename is one step.
        fd, fresh = tempfile.mkstemp(prefix=".incoming-", dir=self._folder)
        try:
            with os.fdopen(fd, "wb") as file:
                stored = _copy(stream, file)
                file.flush()
                os.fsync(file.fileno())
            place = self.path(stored.sha256)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            os.replace(fresh, place)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise
        for folder in (place.parent, self._folder):
            _sync_folder(folder)
        return stored

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound("blob.not-found", sha256=sha256) from error

    def path(self, sha256: str) -> Path:
        """Where the content lies, for programs that take a path. Raises ValueError for what is no digest."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError("not a SHA-256 digest")
        return self._folder / sha256[:2] / sha256[2:]


def _copy(source: BinaryIO, target: BinaryIO) -> Stored:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK_BYTES):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return Stored(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
