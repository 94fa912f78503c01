"""Files kept by the digest of their content: what is stored under a digest never changes and is stored once."""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, Self

from cryptography.hazmat.primitives import hashes

from shared.errors import NotFound

CHUNK_BYTES = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_INCOMING = ".incoming-"
# An upload that is still being written is younger than this.
_STALE_S = 86_400.0


@dataclass(frozen=True)
class Stored:
    """sha256: 64 hexadecimal digits, the file's name from now on. size: bytes. sm3: the other digest, as long."""

    sha256: str
    size: int
    sm3: str


class Digester:
    """SHA-256 and SM3 of what passes by."""

    def __init__(self) -> None:
        self._sha256, self._sm3 = hashlib.sha256(), hashes.Hash(hashes.SM3())
        self.size = 0

    def update(self, chunk: bytes) -> None:
        self._sha256.update(chunk)
        self._sm3.update(chunk)
        self.size += len(chunk)

    def stored(self) -> Stored:
        """Call it once, at the end."""
        return Stored(self._sha256.hexdigest(), self.size, self._sm3.finalize().hex())


class Incoming(Protocol):
    """A file on its way in. Nobody sees it before finish; after abandon, or a kill, nothing of it is left to see."""

    def write(self, chunk: bytes) -> None: ...

    def finish(self) -> Stored:
        """Keep it; durable when this returns."""
        ...

    def abandon(self) -> None:
        """Forget it. Does nothing after finish or a second time."""
        ...


class BlobStore(Protocol):
    """Every method blocks: async callers use a thread."""

    def receive(self) -> Incoming: ...

    def put(self, stream: BinaryIO) -> Stored:
        """Keep what the stream holds from where it stands; durable when this returns."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The content, seekable, at its start; the caller closes it. Raises NotFound."""
        ...

    def local(self, sha256: str) -> AbstractContextManager[Path]:
        """The content as a file, for programs that take a path, while the block lasts. Raises NotFound."""
        ...


class FolderBlobStore:
    """A folder on a local disk or a shared mount; `ab/cdef…` below it. Safe for many writers at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def receive(self) -> "FolderIncoming":
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FolderIncoming(self._folder)

    def put(self, stream: BinaryIO) -> Stored:
        return copied(stream, self.receive())

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound("blob.not-found", sha256=sha256) from error

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        path = self.path(sha256)
        if not path.is_file():
            raise NotFound("blob.not-found", sha256=sha256)
        yield path

    def path(self, sha256: str) -> Path:
        """Where the content lies, for programs that take a path. Raises ValueError for what is no digest."""
        require_digest(sha256)
        return self._folder / sha256[:2] / sha256[2:]

    def sweep(self) -> int:
        """Remove what writers that were killed left half written; how many files it was."""
        gone = 0
        for file in self._folder.glob(f"{_INCOMING}*"):
            with suppress(FileNotFoundError):
                if time.time() - file.lstat().st_mtime > _STALE_S:
                    file.unlink()
                    gone += 1
        return gone


class FolderIncoming:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # In the same file system, so that the rename is one step.
        fd, name = tempfile.mkstemp(prefix=_INCOMING, dir=folder)
        self._fresh = Path(name)
        self._file = os.fdopen(fd, "wb", buffering=0)
        self._digester = Digester()

    def write(self, chunk: bytes) -> None:
        self._digester.update(chunk)
        self._file.write(chunk)

    def finish(self) -> Stored:
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            stored = self._digester.stored()
            place = self._folder / stored.sha256[:2] / stored.sha256[2:]
            place.parent.mkdir(mode=0o700, exist_ok=True)
            self._fresh.replace(place)
        except BaseException:
            self.abandon()
            raise
        for folder in (place.parent, self._folder):
            _sync_folder(folder)
        return stored

    def abandon(self) -> None:
        self._file.close()
        self._fresh.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abandon()


def copied(source: BinaryIO, target: Incoming) -> Stored:
    """All that the source holds from where it stands, kept; nothing is left when it breaks off."""
    try:
        while chunk := source.read(CHUNK_BYTES):
            target.write(chunk)
        return target.finish()
    except BaseException:
        target.abandon()
        raise


def digested(source: BinaryIO) -> Stored:
    """The digests of what the source holds from where it stands."""
    digester = Digester()
    while chunk := source.read(CHUNK_BYTES):
        digester.update(chunk)
    return digester.stored()


def require_digest(sha256: str) -> None:
    """Raise ValueError for what is no digest, so that it never becomes a path."""
    if not _DIGEST.fullmatch(sha256):
        raise ValueError("not a SHA-256 digest")


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
