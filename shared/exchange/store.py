"""The exchange folder between two bodies, on a disk: what a one-way ferry or an optical disc carries to and fro.

out/         from us to the agency; it takes away what it has
in/          from the agency to us; in/taken and in/parked: what we have read
"""

import contextlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shared.ids import new_id

OUT, IN, TAKEN, PARKED = "out", "in", "in/taken", "in/parked"
FOLDERS = (OUT, IN, TAKEN, PARKED)
PART = ".part"


class StoreDown(Exception):
    """The folder or its server does not answer, or does not let us in."""


@dataclass(frozen=True)
class Entry:
    """A file. name: bytes that are no UTF-8 as surrogates. changed_at: seconds since the epoch, of its own clock."""

    name: str
    size: int
    changed_at: float


class ExchangeStore(Protocol):
    """Every method raises StoreDown."""

    def list(self, folder: str) -> Sequence[Entry]:
        """Plain files, no folders and no links."""
        ...

    def read(self, folder: str, name: str, most: int) -> bytes | None:
        """At most one byte more than `most`; None when it has gone meanwhile."""
        ...

    def write(self, folder: str, name: str, content: bytes) -> None:
        """Whole or not at all: under another name first."""
        ...

    def move(self, name: str, target: str) -> None:
        """From `in` to another folder; what is there under this name is replaced. Nothing if it has gone."""
        ...

    def close(self) -> None: ...


def safe_name(name: str) -> str:
    """A name for the shelf: without bytes that are no text, separators and control characters."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    cleaned = "".join("_" if ord(char) < 32 or char in "/\\:" else char for char in text)
    return cleaned[:150] or "_"


class FolderStore:
    """root: the agency's exchange folder; made when it is not there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            for folder in FOLDERS:
                (root / folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreDown(str(error)) from error

    def list(self, folder: str) -> Sequence[Entry]:
        found = []
        try:
            with os.scandir(self._root / folder) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False):
                        # A file under its first name may have got its own meanwhile: it is met next time.
                        with contextlib.suppress(FileNotFoundError):
                            status = entry.stat(follow_symlinks=False)
                            found.append(Entry(entry.name, status.st_size, status.st_mtime))
        except OSError as error:
            raise StoreDown(str(error)) from error
        return found

    def read(self, folder: str, name: str, most: int) -> bytes | None:
        try:
            descriptor = os.open(self._root / folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreDown(str(error)) from error
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            return file.read(most + 1)

    def write(self, folder: str, name: str, content: bytes) -> None:
        part = self._root / folder / f".{new_id()}{PART}"
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._root / folder / name)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise StoreDown(str(error)) from error

    def move(self, name: str, target: str) -> None:
        try:
            (self._root / IN / name).replace(self._root / target / safe_name(name))
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreDown(str(error)) from error

    def close(self) -> None:
        """Nothing is held open."""
