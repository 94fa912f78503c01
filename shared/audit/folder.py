"""The write-once folder of checkpoints: a file once written is not written again, by us or over us.

It is meant to lie where who administers the database cannot write: another machine's share, a WORM store.
"""

import os
from pathlib import Path

from shared.contracts.audit import KeptCheckpoint


class OtherFile(Exception):
    """Under the name of a checkpoint lies something else: the folder is not what it was left as."""


def file_name(number: int) -> str:
    return f"checkpoint-{number:08d}.json"


def put(folder: Path, kept: KeptCheckpoint) -> str:
    """Its name. The same one again changes nothing. Raises OtherFile, OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name, content = file_name(kept.number), f"{kept.model_dump_json(indent=1)}\n".encode()
    # No temporary name and no renaming: a store that lets nobody write twice lets nobody rename either.
    try:
        fd = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o400)
    except FileExistsError:
        if (folder / name).read_bytes() != content:
            raise OtherFile(name) from None
        return name
    with os.fdopen(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _settle(folder)
    return name


def _settle(folder: Path) -> None:
    """The name is durable too."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
