"""When bulletins are due, whom they address, which cases they propose to name: rows of register/bulletins.toml."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from services.notify.domain.bulletin_period import BulletinPeriod
from shared.area import m2_from_mu
from shared.contracts.codes import BulletinKind
from shared.workdays import WorkDays

_DAY = timedelta(days=1)
STEPS = ("E0", "E1", "E2", "E3", "E4", "E5")


@dataclass(frozen=True)
class ProblemRule:
    """pbf_m2: from which on. ladder: the lowest step that makes a case one to be named."""

    listed: bool
    ladder: str
    pbf_m2: Decimal
    most: int

    @property
    def steps(self) -> tuple[str, ...]:
        return STEPS[STEPS.index(self.ladder) :]


@dataclass(frozen=True)
class Due:
    """A bulletin and the last day on which it is drafted in time. provisional: the calendar of that year is missing."""

    period: BulletinPeriod
    on: date
    provisional: bool


class BulletinRules:
    """rows: by table of the file; each row with valid_from, and valid_to unless it is open. Raises ValueError, KeyError
    for a wrong one: a process must not start on it."""

    def __init__(self, rows: Mapping[str, Sequence[Mapping[str, Any]]], days: WorkDays) -> None:
        self._rows, self._days = rows, days
        for row in rows["due"]:
            if BulletinKind(row["kind"]) is BulletinKind.OCCASION or row["roll"] not in ("next", "former"):
                raise ValueError(f"due: {row}")
            date(2001, 1, row["day"])
        for row in rows["schedule"]:
            for kind in row["kinds"]:
                if BulletinKind(kind) is BulletinKind.OCCASION:
                    raise ValueError(f"schedule: {row}")
        for row in rows["problem"]:
            _problem(row).steps  # noqa: B018 - raises for a step that is none
        for table in ("default", "problem", "address"):
            self._one(table, max(row["valid_from"] for row in rows[table]))

    def problem(self, on: date) -> ProblemRule:
        return _problem(self._one("problem", on))

    def address(self, on: date) -> tuple[list[str], list[str]]:
        """主送, 抄送."""
        row = self._one("address", on)
        return list(row["to"]), list(row["copies"])

    def kinds(self, rhythm: str | None, on: date) -> list[BulletinKind]:
        """rhythm: as the county has set it, None for none. One that the register does not know is the default's."""
        known = {row["rhythm"]: row["kinds"] for row in self._rows["schedule"] if _holds(row, on)}
        default = self._one("default", on)["rhythm"]
        return [BulletinKind(kind) for kind in known.get(rhythm or default, known[default])]

    def due_on(self, period: BulletinPeriod) -> tuple[date, bool]:
        """The last day on which it is drafted in time, and whether that is provisional."""
        after = period.until + _DAY
        row = next(row for row in self._rows["due"] if row["kind"] == period.kind and _holds(row, after))
        day = after.replace(day=row["day"])
        roll: Literal["next", "former"] = row["roll"]
        known = self._days.guess()
        rolled = known.next_workday(day) if roll == "next" else known.previous_workday(day)
        return rolled, rolled.year not in self._days.years

    def due(self, rhythm: str | None, since: date, today: date) -> Iterator[Due]:
        """What is due today or was before, of periods that ended on `since` or later; the oldest first."""
        found = []
        for kind in self.kinds(rhythm, today):
            period = BulletinPeriod.around(kind, since)
            while period.until < today:
                on, provisional = self.due_on(period)
                if on <= today and period.until >= since:
                    found.append(Due(period, on, provisional))
                period = period.following
        yield from sorted(found, key=lambda one: (one.on, one.period.said))

    def _one(self, table: str, on: date) -> Mapping[str, Any]:
        held = [row for row in self._rows[table] if _holds(row, on)]
        # Before the first row there was no measure: the first row's words serve.
        return held[0] if held else self._rows[table][0]


def _problem(row: Mapping[str, Any]) -> ProblemRule:
    return ProblemRule(row["listed"], row["ladder"], m2_from_mu(Decimal(str(row["pbf_mu"]))), row["most"])


def _holds(row: Mapping[str, Any], on: date) -> bool:
    return bool(row["valid_from"] <= on and (row.get("valid_to") is None or on <= row["valid_to"]))
