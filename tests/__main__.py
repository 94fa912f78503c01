"""`python -m tests [arguments of pytest]`, which is `make test`: the whole suite, in two parts, with one summary.

First what may run beside other tests, in two processes; then, with the machine to itself, what is marked `alone`.
Each process has servers and folders of its own. Exit code: 0 when all passed, else pytest's of the first bad part.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PARTS = {"together": ("-n", "2"), "alone": ()}
"""part -> how pytest runs it"""
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


def run(part: str, arguments: Sequence[str]) -> Outcome:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tianwei-told-") as folder:
        told = Path(folder) / "told.json"
        command = [sys.executable, "-m", "pytest", *PARTS[part], "--part", part, *arguments]
        code = _call(command, {**os.environ, "TIANWEI_TESTS_TOLD": str(told)})
        found = json.loads(told.read_text(encoding="utf-8")) if told.exists() else {}
    return Outcome(code, time.monotonic() - began, found)


def _call(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Ctrl-C reaches pytest by itself, and it ends what it has started: it must be let."""
    process = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    return process.wait()


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

    outcomes = []
    for part in PARTS:
        outcomes.append(run(part, arguments))
        if outcomes[-1].code == 2:  # interrupted
            break
    print("", "=" * 80, *summary(outcomes, DID_NOT_RUN), sep="\n", flush=True)
    return exit_code([outcome.code for outcome in outcomes])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
