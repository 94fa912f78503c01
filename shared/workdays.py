"""Working days (工作日) and the legal terms counted on them (domain.md 7.7): one lookup, no weekday arithmetic."""

import csv
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from shared.clock import local_day
from shared.errors import Conflict

_FILE = Path(__file__).parent / "register" / "workdays.csv"
_DAY = timedelta(days=1)
_SATURDAY = 5


class CalendarMissing(Conflict):
    """The working calendar of that year is not published or not loaded."""

    def __init__(self, year: int) -> None:
        super().__init__("calendar-missing", None, year=year)
        self.year = year


class DayKind(StrEnum):
    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    REST = "rest"
    MAKEUP_WORKDAY = "makeup_workday"


_WORKING = frozenset({DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY})


@dataclass(frozen=True)
class WorkDays:
    """The calendar in memory. Load it once at start and hand it on.

    exceptions: the days that differ from Monday to Friday. years: those whose exceptions are all known.
    guessing: count other years by Monday to Friday instead of raising.
    """

    exceptions: dict[date, DayKind]
    years: frozenset[int]
    guessing: bool = False

    @classmethod
    def load(cls, file: Path = _FILE) -> Self:
        """Read a file of columns date, kind, name, source. A year with a row is known whole."""
        with file.open(encoding="utf-8", newline="") as rows:
            return cls.of((date.fromisoformat(row["date"]), DayKind(row["kind"])) for row in csv.DictReader(rows))

    @classmethod
    def of(cls, exceptions: Iterable[tuple[date, DayKind]]) -> Self:
        known = dict(exceptions)
        return cls(known, frozenset(day.year for day in known))

    def guess(self) -> "WorkDays":
        """The same calendar, counting unknown years by Monday to Friday."""
        return replace(self, guessing=True)

    def kind(self, day: date) -> DayKind:
        """Raises CalendarMissing for a year not loaded: never guess."""
        if day.year not in self.years and not self.guessing:
            raise CalendarMissing(day.year)
        return self.exceptions.get(day) or (DayKind.WEEKEND if day.weekday() >= _SATURDAY else DayKind.WORKDAY)

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day. Raises CalendarMissing."""
        return self.kind(day) in _WORKING

    def add_workdays(self, day: date, number: int) -> date:
        """The number-th working day after a day, which itself does not count. Raises CalendarMissing."""
        for _ in range(number):
            day = self.next_workday(day + _DAY)
        return day

    def next_workday(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it. Raises CalendarMissing."""
        while not self.is_workday(day):
            day += _DAY
        return day


class LimitUnit(StrEnum):
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    MONTH = "month"


@dataclass(frozen=True)
class Limit:
    """A term. rolls: when its last day is no working day it runs to the next one (CPL 85, CRPL 105)."""

    amount: int
    unit: LimitUnit
    rolls: bool = False


@dataclass(frozen=True)
class DueDate:
    """due_on: last day in time, Asia/Shanghai. due_at: last moment, of terms in hours only.

    provisional: counted over a year whose working calendar is not known yet.
    """

    due_on: date
    due_at: datetime | None = None
    provisional: bool = False


def due(limit: Limit, start: datetime, days: WorkDays) -> DueDate:
    """Last day (or, for hours, moment) on which the act is in time.

    start: the event, aware; day 1 is the next day in Asia/Shanghai, hours count from the minute.
    A term of months ends on the day of the same number, or on the last day of a shorter month.
    Raises CalendarMissing for a year whose holidays are not loaded: never guess.
    Source: APL 85, AEL 69, NRP 57, CPL 85.
    """
    if limit.unit is LimitUnit.HOUR:
        due_at = start.replace(second=0, microsecond=0) + timedelta(hours=limit.amount)
        return DueDate(local_day(due_at), due_at)
    day = local_day(start)
    if limit.unit is LimitUnit.WORKING_DAY:
        return DueDate(days.add_workdays(day, limit.amount))
    day = day + timedelta(days=limit.amount) if limit.unit is LimitUnit.CALENDAR_DAY else _months(day, limit.amount)
    return DueDate(days.next_workday(day) if limit.rolls else day)


def due_or_provisional(limit: Limit, start: datetime, days: WorkDays) -> DueDate:
    """As due, but where the calendar is missing it counts Monday to Friday and says that this is provisional."""
    try:
        return due(limit, start, days)
    except CalendarMissing:
        return replace(due(limit, start, days.guess()), provisional=True)


def _months(day: date, number: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
