"""Time as the house counts it: instants in UTC, days in Asia/Shanghai."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class TrainingClock:
    """The system's clock, ahead by the days written in a file: for drills and the demonstration, never for real cases.

    Statutory periods cannot be shortened, not even in a story; so the story lets the days pass.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def days(self) -> int:
        """How far ahead; 0 while the file is not there."""
        try:
            return max(0, int(self._file.read_text(encoding="ascii")))
        except (FileNotFoundError, ValueError):
            return 0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


def open_clock(training_file: Path | None) -> Clock:
    """The system's clock, unless settings name a training clock's file."""
    return SystemClock() if training_file is None else TrainingClock(training_file)


class FixedClock:
    """A clock that stands still until moved; for tests and for replaying a story."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def local_day(instant: datetime) -> date:
    """The calendar day on which an instant falls in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()


def noon(day: date) -> datetime:
    """An instant that certainly falls on a day in Asia/Shanghai: from which terms of days are counted."""
    return datetime.combine(day, time(12), SHANGHAI)
