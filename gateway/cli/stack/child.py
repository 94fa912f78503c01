"""One process of the stack: started so that it dies with the supervisor, logged to a file, stopped for certain."""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from gateway.cli.stack.layout import Running

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: the child may only call it.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _dies_with_parent(parent: int, death_signal: int) -> Callable[[], None]:
    """What the child does between fork and exec. The kernel watches the parent *thread*: start from the main one."""

    def set_up() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return set_up


class Child:
    """A started process with its own session, so that a Ctrl-C in the terminal reaches only the supervisor."""

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        folder: Path,
        user: str | None = None,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        with open(log, "ab") as output:
            self._popen = subprocess.Popen(
                argv,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                user=user,
                group=_group_of(user),
                extra_groups=[] if user else None,
                preexec_fn=_dies_with_parent(os.getpid(), death_signal),
            )
        self.pid = self._popen.pid

    def record(self) -> Running:
        return Running(pid=self.pid, started_at=psutil.Process(self.pid).create_time())

    def poll(self) -> int | None:
        """Exit code, or None while it runs. What it left behind in its session is killed with it."""
        if self._popen.returncode is not None:
            return self._popen.returncode
        # Look without reaping first: while the dead leader is not reaped, its group's number cannot be reused.
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        return self._popen.wait()

    def wait(self) -> int:
        """Exit code, once it has ended."""
        if self._popen.returncode is None:
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        code = self.poll()
        assert code is not None
        return code

    def send(self, what: signal.Signals) -> None:
        if self._popen.returncode is None:
            self._popen.send_signal(what)


def _group_of(user: str | None) -> int | None:
    if user is None:
        return None
    import pwd

    return pwd.getpwnam(user).pw_gid


def rotate(log: Path, most_bytes: int) -> None:
    """Keep one older part of a grown log beside it (`.1`). The writer appends to the same open file throughout."""
    try:
        if log.stat().st_size <= most_bytes:
            return
    except FileNotFoundError:
        return
    older = log.with_name(f"{log.name}.1")
    with open(log, "rb") as source, open(older, "wb", opener=_private) as copy:
        shutil.copyfileobj(source, copy)
        shutil.copyfileobj(source, copy)  # what came meanwhile
    os.truncate(log, 0)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def last_lines(log: Path, count: int = 15, most_bytes: int = 16_384) -> list[str]:
    """The end of a log, for a person who must see why something failed."""
    try:
        with open(log, "rb") as file:
            file.seek(max(0, log.stat().st_size - most_bytes))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except FileNotFoundError:
        return []
