"""The system under test: a program that the kit starts, or one that somebody starts by hand."""

import json
import shlex
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

_END_WITHIN_S = 10.0
_UNSAID_S = 15.0
_ACCESS = "access.json"


class Vendor(Protocol):
    def begin(self, access_file: Path) -> None:
        """It may start now."""
        ...

    def trouble(self) -> str | None:
        """Why it does not run any more; None while it does, as far as one can see."""
        ...

    def is_ready(self) -> bool:
        """Whether it says, or time says, that it is at work. Where it cannot be seen: True."""
        ...

    def end(self) -> None: ...


class Program:
    """command: `access.json` in it is replaced by the file's path, or added at its end. log: its output."""

    def __init__(self, command: str, log: Path) -> None:
        self._command = shlex.split(command)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._begun_at = 0.0

    def begin(self, access_file: Path) -> None:
        """Raises OSError when it cannot be started."""
        words = [str(access_file) if word == _ACCESS else word for word in self._command]
        if _ACCESS not in self._command:
            words.append(str(access_file))
        self._begun_at = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def trouble(self) -> str | None:
        status = self._process.poll() if self._process else None
        if status is None:
            return None
        last = self._log.read_bytes()[-400:].decode("utf-8", "replace").strip().splitlines()[-3:]
        return f"程序已结束（状态 {status}）：{' / '.join(last)}"

    def is_ready(self) -> bool:
        """By its own word, a line {"ready": true}; one that says nothing is given some seconds."""
        return time.monotonic() - self._begun_at > _UNSAID_S or b'"ready"' in self._log.read_bytes()

    def end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class ByHand:
    """Somebody starts it with the file that is named to them."""

    def begin(self, access_file: Path) -> None:
        print(f"请启动贵方系统，接入参数在 {access_file}\nStart your system now with {access_file}", file=sys.stderr)

    def trouble(self) -> str | None:
        return None

    def is_ready(self) -> bool:
        return True

    def end(self) -> None:
        """It goes on as it likes."""


class Running:
    """Use as a context manager: begun with its access file, ended at the end."""

    def __init__(self, vendor: Vendor, folder: Path, access: dict[str, Any]) -> None:
        self._vendor = vendor
        self._file = folder / _ACCESS
        self._access = access

    def __enter__(self) -> Self:
        self._file.write_text(json.dumps(self._access, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self._file.chmod(0o600)
        self._vendor.begin(self._file)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._vendor.end()
