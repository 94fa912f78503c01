"""The outcome as a table fault × invariant, as Markdown that also reads well in a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One fault's outcome. recovery_s: from healing to everything settled; None when that took too long.

    seen: whether the fault was seen to take effect. counts: invariant -> how often it was found broken.
    """

    name: str
    group: str
    seen: bool
    recovery_s: float | None
    counts: dict[str, int] = field(default_factory=dict)
    trouble: str = ""

    @property
    def passed(self) -> bool:
        return self.seen and self.recovery_s is not None and not self.trouble and not any(self.counts.values())


_SHORT = {
    "out_of_order": "order",
    "wrong_receiver": "receiver",
    "chain_broken": "chain",
    "unpublished": "unpubl.",
    "half_written": "half",
    "cursor_behind": "behind",
    "inbox_holes": "holes",
    "leaked_connections": "conns",
}


def markdown(rows: Sequence[Row]) -> str:
    """counts of every row, and what makes a row fail in words."""
    names = list(next((row.counts for row in rows if row.counts), {}))
    heads = ["fault", "group", "seen", "recovery s", *(_SHORT.get(name, name) for name in names), "passed"]
    lines = [heads, *(_cells(row, names) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    told = [_line(line, widths) for line in lines]
    told.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(told)


def _cells(row: Row, names: Sequence[str]) -> list[str]:
    recovery = "too long" if row.recovery_s is None else f"{row.recovery_s:.1f}"
    counts = [str(row.counts.get(name, "?")) for name in names]
    return [row.name, row.group, _yes(row.seen), recovery, *counts, _yes(row.passed)]


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "NO"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def summary(rows: Sequence[Row], **more: Any) -> dict[str, Any]:
    """The one JSON line: every count over all rows, each check counted once."""
    names = list(next((row.counts for row in rows if row.counts), {}))
    # Rows of one round share one check.
    checks = {id(row.counts): row.counts for row in rows}
    return {
        "faults": len(rows),
        "passed": sum(row.passed for row in rows),
        **{name: sum(counts.get(name, 0) for counts in checks.values()) for name in names},
        "not_seen": sum(not row.seen for row in rows),
        "not_recovered": sum(row.recovery_s is None for row in rows),
        **more,
    }
