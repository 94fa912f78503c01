"""`python -m tests [arguments of pytest]`, which is `make test`: the whole suite, in parts, with one summary.

First what may run beside other tests, in two processes; then the tests that need the machine to themselves, and at the
lowest priority beside them those that ask next to nothing of it (tests/conftest.py: part_of). Each process has servers
and folders of its own. Exit code: 0 when all passed, else pytest's of the first bad part.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

STEPS = (("together",), ("alone", "pure"))
"""The parts that run at the same time."""
WAYS = {"together": ("-n", "2")}
"""part -> how pytest runs it, if not in one process"""
_NOTHING_CHOSEN = 5
_BAD = ("failed", "error")


@dataclass
class Outcome:
    """told: outcome -> names of tests, as tests/conftest.py writes them; empty when pytest did not come to its end."""

    code: int
    seconds: float
    told: dict[str, list[str]] = field(default_factory=dict)

    def names(self, *outcomes: str) -> list[str]:
        return [name for outcome in outcomes for name in self.told.get(outcome, [])]


class Part:
    """One pytest. behind: at the lowest priority, and it says what it has to say when the other has ended."""

    def __init__(self, name: str, arguments: Sequence[str], *, behind: bool) -> None:
        self._began = time.monotonic()
        self._folder = tempfile.TemporaryDirectory(prefix="tianwei-told-")
        self._told = Path(self._folder.name) / "told.json"
        self._said = (Path(self._folder.name) / "said.txt").open("w+b") if behind else None
        command = [sys.executable, "-m", "pytest", *WAYS.get(name, ()), "--part", name, *arguments]
        self.process = subprocess.Popen(
            ["nice", "-n", "19", *command] if behind else command,
            env=_environment(self._told),
            stdout=self._said,
            stderr=self._said,
        )

    def outcome(self) -> Outcome:
        """When it has ended."""
        code = self.process.wait()
        seconds = time.monotonic() - self._began
        if self._said is not None:
            self._said.seek(0)
            sys.stdout.flush()
            sys.stdout.buffer.write(self._said.read())
            self._said.close()
        found = json.loads(self._told.read_text(encoding="utf-8")) if self._told.exists() else {}
        self._folder.cleanup()
        return Outcome(code, seconds, found)


def _end(parts: Sequence[Part]) -> None:
    for part in parts:
        part.process.terminate()


def _environment(told: Path) -> dict[str, str]:
    """Byte code is kept whatever the machine says: hundreds of processes would each compile the same files again."""
    without = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**without, "TIANWEI_TESTS_TOLD": str(told)}


def run(step: Sequence[str], arguments: Sequence[str]) -> list[Outcome]:
    """Ctrl-C reaches pytest by itself, and it ends what it has started: it must be let."""
    parts = [Part(name, arguments, behind=name != step[0]) for name in step]
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: _end(parts))
    return [part.outcome() for part in parts]


def exit_code(codes: Sequence[int]) -> int:
    """Of the whole. A part of which nothing was chosen is good, unless nothing was chosen of any."""
    if set(codes) == {_NOTHING_CHOSEN}:
        return _NOTHING_CHOSEN
    return next((code for code in codes if code not in (0, _NOTHING_CHOSEN)), 0)


def summary(outcomes: Sequence[Outcome], did_not_run: str) -> list[str]:
    """Lines: what was bad, what did not run, and the counts last."""
    lines = [f"{word.upper()} {name}" for word in _BAD for outcome in outcomes for name in outcome.names(word)]
    if not_run := [name for outcome in outcomes for name in outcome.names("not_run")]:
        lines += [did_not_run, *not_run]
    counts = {word: sum(len(outcome.names(word)) for outcome in outcomes) for word in ("passed", "skipped", *_BAD)}
    told = ", ".join(f"{number} {word}" for word, number in counts.items() if number or word == "passed")
    times = " + ".join(f"{outcome.seconds:.0f}" for outcome in outcomes)
    good = "全部通过" if exit_code([outcome.code for outcome in outcomes]) == 0 else "未通过"
    return [*lines, f"{good}: {told} in {times} s"]


def main(arguments: Sequence[str]) -> int:
    from tests.conftest import DID_NOT_RUN

    outcomes: list[Outcome] = []
    for step in STEPS:
        outcomes += run(step, arguments)
        if any(outcome.code == 2 for outcome in outcomes):  # interrupted
            break
    print("", "=" * 80, *summary(outcomes, DID_NOT_RUN), sep="\n", flush=True)
    return exit_code([outcome.code for outcome in outcomes])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
