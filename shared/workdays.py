"""Working days (工作日) and the legal terms counted on them (domain.md 7.7): one lookup, no weekday arithmetic."""

import csv
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from shared.clock import local_day
from shared.errors import Conflict

_REGISTER = Path(__file__).parent / "register"
_FILE = _REGISTER / "workdays.csv"
# The local calendar, from the yearly notice of the region; without rows there is none.
LOCAL_FILE = _REGISTER / "workdays_nx.csv"
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
    names: of holidays, for those who ask why a day did not count.
    """

    exceptions: dict[date, DayKind]
    years: frozenset[int]
    guessing: bool = False
    names: Mapping[date, str] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path = _FILE) -> Self:
        """Read a file of columns date, kind, name, source. A year with a row is known whole."""
        days = cls.of((day, kind) for day, kind, _ in read_days(file))
        return replace(days, names={day: name for day, _, name in read_days(file) if name})

    @classmethod
    def of(cls, exceptions: Iterable[tuple[date, DayKind]]) -> Self:
        known = dict(exceptions)
        return cls(known, frozenset(day.year for day in known))

    def laid_over(self, local: Iterable[tuple[date, DayKind, str]]) -> "WorkDays":
        """With a local calendar over it (domain.md 7.7). It makes no year known that was not."""
        rows = list(local)
        if not rows:
            return self
        exceptions = {**self.exceptions, **{day: kind for day, kind, _ in rows}}
        return replace(self, exceptions=exceptions, names={**self.names, **{day: name for day, _, name in rows}})

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

    def workdays_between(self, after: date, until: date) -> int:
        """How many working days lie after one day, up to and with another. Raises CalendarMissing."""
        return sum(self.is_workday(after + timedelta(days=number)) for number in range(1, (until - after).days + 1))

    def next_workday(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it. Raises CalendarMissing."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def previous_workday(self, day: date) -> date:
        """The day itself if it is a working day, else the last one before it. Raises CalendarMissing."""
        while not self.is_workday(day):
            day -= _DAY
        return day


def read_days(file: Path) -> list[tuple[date, DayKind, str]]:
    """The rows of a calendar file: the day, what it is, the holiday's name."""
    with file.open(encoding="utf-8", newline="") as rows:
        return [(date.fromisoformat(row["date"]), DayKind(row["kind"]), row["name"]) for row in csv.DictReader(rows)]


class LimitUnit(StrEnum):
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"
    MONTH = "month"


class Direction(StrEnum):
    """UNTIL: the last day in time. NOT_BEFORE: the first day allowed. BEFORE: counted back from the start."""

    UNTIL = "until"
    NOT_BEFORE = "not_before"
    BEFORE = "before"


@dataclass(frozen=True)
class Limit:
    """A term.

    rolls: when its last day is no working day it runs to the next one (CPL 85, CRPL 105).
    early: such an end is alarmed on the working day before it (internal tasks).
    """

    amount: int
    unit: LimitUnit
    rolls: bool = False
    early: bool = False
    direction: Direction = Direction.UNTIL


@dataclass(frozen=True)
class Span:
    """Days that do not count: those after from_on up to and with to_on. Between 8 May and 25 May lie 17 of them."""

    from_on: date
    to_on: date


@dataclass(frozen=True)
class DueDate:
    """due_on: last day in time, Asia/Shanghai. due_at: last moment, of terms in hours only.

    ends_on: the day as counted, before any rest-day rule. rolled_on: the next working day, where that is a rest day
    and a rest day matters. alarm_on: when the end is alarmed.
    provisional: counted over a year whose working calendar is not known yet.
    """

    due_on: date
    due_at: datetime | None = None
    provisional: bool = False
    ends_on: date | None = None
    rolled_on: date | None = None
    alarm_on: date | None = None


def due(
    limit: Limit, start: datetime, days: WorkDays, pauses: Sequence[Span] = (), extensions: Sequence[Limit] = ()
) -> DueDate:
    """Last day (or, for hours, moment) on which the act is in time.

    start: the event, aware; day 1 is the next day in Asia/Shanghai, hours count from the minute.
    A term of months ends on the day of the same number, or on the last day of a shorter month.
    pauses: in any order, may overlap; a day they share is left out once. extensions: of amount and unit, in order.
    Raises CalendarMissing for a year whose holidays are not loaded: never guess.
    Source: APL 85, AEL 69, NRP 57, NRP 38, CPL 85.
    """
    day, spans = local_day(start), merged(pauses)
    at = start.replace(second=0, microsecond=0)
    for amount, unit in _terms(limit, extensions):
        if unit is LimitUnit.HOUR:
            at = _hours(at, amount, spans)
            day = local_day(at)
        elif limit.direction is Direction.BEFORE:
            day = _back(day, amount, unit, days)
        else:
            day = _ahead(day, amount, unit, days, spans)
    if limit.unit is LimitUnit.HOUR and not any(term.unit is not LimitUnit.HOUR for term in extensions):
        return DueDate(day, at, ends_on=day, alarm_on=day)
    return _ended(limit, day, days)


def due_or_provisional(
    limit: Limit, start: datetime, days: WorkDays, pauses: Sequence[Span] = (), extensions: Sequence[Limit] = ()
) -> DueDate:
    """As due, but where the calendar is missing it counts Monday to Friday and says that this is provisional."""
    try:
        return due(limit, start, days, pauses, extensions)
    except CalendarMissing:
        return replace(due(limit, start, days.guess(), pauses, extensions), provisional=True)


def merged(pauses: Iterable[Span]) -> list[Span]:
    """The same days without overlaps, in order."""
    found: list[Span] = []
    for span in sorted(pauses, key=lambda span: span.from_on):
        if span.to_on <= span.from_on:
            continue
        if found and span.from_on <= found[-1].to_on:
            found[-1] = Span(found[-1].from_on, max(found[-1].to_on, span.to_on))
        else:
            found.append(span)
    return found


def paused_days(pauses: Iterable[Span], after: date, until: date) -> int:
    """How many days of the pauses lie after one day, up to and with another."""
    return sum(max((min(span.to_on, until) - max(span.from_on, after)).days, 0) for span in merged(pauses))


def _terms(limit: Limit, extensions: Sequence[Limit]) -> list[tuple[int, LimitUnit]]:
    """The amounts to go in order; of one unit they are one."""
    terms = [(limit.amount, limit.unit)]
    for more in extensions:
        amount, unit = terms[-1]
        if unit is more.unit:
            terms[-1] = (amount + more.amount, unit)
        else:
            terms.append((more.amount, more.unit))
    return terms


def _ahead(day: date, amount: int, unit: LimitUnit, days: WorkDays, spans: Sequence[Span]) -> date:
    if unit is LimitUnit.WORKING_DAY:
        return _workdays_ahead(day, amount, days, spans)
    end = day + timedelta(days=amount) if unit is LimitUnit.CALENDAR_DAY else _months(day, amount)
    for span in spans:
        # A pause that begins on the last day keeps that day open.
        if span.from_on <= end:
            end += timedelta(days=max((span.to_on - max(span.from_on, day)).days, 0))
    return end


def _workdays_ahead(day: date, amount: int, days: WorkDays, spans: Sequence[Span]) -> date:
    if not spans:
        return days.add_workdays(day, amount)
    while amount:
        day += _DAY
        if not any(span.from_on < day <= span.to_on for span in spans) and days.is_workday(day):
            amount -= 1
    # A pause that begins on the last day keeps it open; the working day it is then open to may lie in the next one.
    while (held := next((span for span in spans if span.from_on <= day < span.to_on), None)) is not None:
        day = days.next_workday(held.to_on)
    return day


def _hours(at: datetime, amount: int, spans: Sequence[Span]) -> datetime:
    start, end = local_day(at), at + timedelta(hours=amount)
    for span in spans:
        if span.from_on <= local_day(end):
            end += timedelta(days=max((span.to_on - max(span.from_on, start)).days, 0))
    return end


def _back(day: date, amount: int, unit: LimitUnit, days: WorkDays) -> date:
    if unit is LimitUnit.WORKING_DAY:
        for _ in range(amount):
            day = days.previous_workday(day - _DAY)
        return day
    return day - timedelta(days=amount) if unit is LimitUnit.CALENDAR_DAY else _months(day, -amount)


def _ended(limit: Limit, day: date, days: WorkDays) -> DueDate:
    due_on, rolled_on, alarm_on = day, None, day
    if limit.rolls and limit.direction is not Direction.BEFORE:
        due_on = alarm_on = days.next_workday(day)
        rolled_on = due_on if due_on != day else None
    if limit.early:
        # The end itself is firm; only when it is alarmed hangs on the calendar.
        known = days.guess()
        alarm_on = known.previous_workday(day)
        rolled_on = known.next_workday(day) if alarm_on != day else None
    return DueDate(due_on, ends_on=day, rolled_on=rolled_on, alarm_on=alarm_on)


def _months(day: date, number: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
