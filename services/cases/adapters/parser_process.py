"""Runs the limited parser child on a file and holds what it said until the child has said all.

A problem may come last and then refuses the whole file, so nothing is handed on before the end line was seen.
"""

import logging
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import IO, Any, ClassVar

from services.cases.adapters.patch_lines import EndLine, HeaderLine, Outcome, read_line
from services.cases.domain.clue_import import ParserCrashed
from shared.errors import TianweiError

log = logging.getLogger(__name__)

# What the child is told of its surroundings: no DSN, no key, nothing a broken library could give away.
_PASSED = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "MALLOC_ARENA_MAX")
_CHUNK_BYTES = 1 << 16
_PULSE_S = 1.0
_LONGEST_LINE = 1 << 22
_TIMED_OUT = -1
_SCRATCH = "tianwei-import-"


@dataclass(frozen=True)
class ParsedFile:
    """A file that was read to its end. Good only inside `PatchParser.parse`."""

    header: HeaderLine
    _spool: IO[bytes]

    def outcomes(self, skip: int) -> Iterator[Any]:
        """One a row, in file order, without the first `skip` rows."""
        self._spool.seek(0)
        for line in islice(self._spool, 1 + skip, 1 + self.header.rows):
            outcome = read_line(line)
            assert isinstance(outcome, Outcome)
            yield outcome


class PatchParser:
    """most_s: the child's time by the wall; its processor time it limits itself."""

    _MODULE: ClassVar[str] = "services.cases.adapters.patch_parser"

    def __init__(self, most_rows: int = 100_000, most_s: float = 300.0) -> None:
        self._most_rows = most_rows
        self._most_s = most_s

    @contextmanager
    def parse(
        self, file: Path, name: str, county_code: str, pulse: Callable[[], None], reads: Sequence[str] = ("patches",)
    ) -> Iterator[ParsedFile]:
        """Read a file. name: its owner's; reads: patches, a kind of base layer or overlay, with options of its own
        behind it (patch_parser). pulse: called every second, may raise to give up.

        Raises what the parser refuses the file for, ParserCrashed when it died.
        """
        command = [str(file), "--county", county_code, "--name", name, "--max-rows", str(self._most_rows)]
        command += ["--reads", *reads]
        with self.said(command, pulse) as (spool, murmurs, code):
            yield _parsed(spool, murmurs, code)

    @contextmanager
    def said(self, command: list[str], pulse: Callable[[], None]) -> Iterator[tuple[IO[bytes], IO[bytes], int]]:
        """Run the child to its end: what it said, what it murmured, its exit code."""
        self._sweep()
        # Both files have no name, so that they go with the process, however it ends.
        with TemporaryFile() as spool, TemporaryFile() as murmurs:
            with TemporaryDirectory(prefix=_SCRATCH) as scratch:
                code = self._run(command, Path(scratch), spool, murmurs, pulse)
            yield spool, murmurs, code

    def _sweep(self) -> None:
        """Remove the scratch folders of workers that were killed: nobody parses for so long."""
        for folder in Path(gettempdir()).glob(f"{_SCRATCH}*"):
            try:
                found = folder.lstat()
            except FileNotFoundError:
                continue
            if found.st_uid == os.getuid() and time.time() - found.st_mtime > 2 * self._most_s:
                shutil.rmtree(folder, ignore_errors=True)

    def _run(
        self, command: list[str], scratch: Path, spool: IO[bytes], murmurs: IO[bytes], pulse: Callable[[], None]
    ) -> int:
        """Exit code. The child writes to a pipe, so that it ends with its parent whatever happens."""
        passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", self._MODULE, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=murmurs,
            env={**passed, "TMPDIR": str(scratch), "HOME": str(scratch)},
            cwd=scratch,
        )
        assert child.stdout is not None
        try:
            return child.wait(_PULSE_S) if self._drain(child.stdout, spool, pulse) else _TIMED_OUT
        except subprocess.TimeoutExpired:
            return _TIMED_OUT
        finally:
            child.kill()
            child.wait()
            child.stdout.close()

    def _drain(self, pipe: IO[bytes], spool: IO[bytes], pulse: Callable[[], None]) -> bool:
        """Keep what the child says; whether it ended in time."""
        give_up_at = time.monotonic() + self._most_s
        while time.monotonic() < give_up_at:
            pulse()
            if select.select([pipe], [], [], _PULSE_S)[0]:
                chunk = os.read(pipe.fileno(), _CHUNK_BYTES)
                if not chunk:
                    return True
                spool.write(chunk)
        return False


def _parsed(spool: IO[bytes], murmurs: IO[bytes], code: int) -> ParsedFile:
    last = last_line(spool)
    said: Any = None
    try:
        said = read_line(last)
    except ValueError:
        log.warning("the parser broke off", extra={"exit_code": code})
    if code == 2 and isinstance(said, TianweiError):
        raise said
    if code == 0 and isinstance(said, EndLine):
        spool.seek(0)
        header = read_line(spool.readline())
        if isinstance(header, HeaderLine) and header.rows == said.rows:
            return ParsedFile(header, spool)
    murmurs.seek(max(0, murmurs.seek(0, os.SEEK_END) - 2000))
    log.error("the parser crashed", extra={"exit_code": code, "said": murmurs.read().decode("utf-8", "replace")})
    raise ParserCrashed(exit_code=code)


def last_line(spool: IO[bytes]) -> bytes:
    size = spool.seek(0, os.SEEK_END)
    spool.seek(max(0, size - _LONGEST_LINE))
    return spool.read().rstrip(b"\n").rpartition(b"\n")[2]
