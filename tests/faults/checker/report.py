"""What the checker found: counts per invariant, readable lines, and how much was looked at."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

COUNTS = (
    "lost",
    "doubled",
    "phantom",
    "out_of_order",
    "wrong_receiver",
    "chain_broken",
    "gaps",
    "unpublished",
    "half_written",
    "cursor_behind",
    "inbox_holes",
    "forked",
    "parked",
    "unlisted",
    "disagree",
    "numbers",
    "leaked_connections",
)
"""Every invariant; what each means is in INTERFACE.md."""

MOST_LINES = 10


@dataclass(frozen=True)
class Report:
    """counts: every invariant of COUNTS, 0 when it holds. findings: at most MOST_LINES lines a count.

    checked: how many of what were looked at, so that a row of zeros can be judged. seconds: how long it took.
    """

    counts: dict[str, int]
    findings: tuple[str, ...]
    checked: dict[str, int]
    seconds: float

    @property
    def ok(self) -> bool:
        return not any(self.counts.values())

    def as_json(self) -> dict[str, Any]:
        """Plain values for one JSON line."""
        return {"ok": self.ok, **self.counts, "checked": self.checked, "seconds": round(self.seconds, 3)}


class Findings:
    """Gathers what the parts of the checker find."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(COUNTS, 0)
        self._lines: list[str] = []
        self._shown: Counter[str] = Counter()
        self._checked: Counter[str] = Counter()

    def add(self, count: str, line: str, number: int = 1) -> None:
        """number: how many times the invariant is broken; one line says so."""
        self._counts[count] += number
        self._shown[count] += 1
        if self._shown[count] <= MOST_LINES:
            self._lines.append(f"{count}: {line}")

    def add_all(self, count: str, lines: Iterable[str]) -> None:
        for line in lines:
            self.add(count, line)

    def looked_at(self, what: str, number: int) -> None:
        self._checked[what] += number

    def found(self, count: str) -> int:
        return self._counts[count]

    def report(self, seconds: float) -> Report:
        return Report(dict(self._counts), tuple(self._lines), dict(self._checked), seconds)
