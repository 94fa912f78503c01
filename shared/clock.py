"""Time as the house counts it: instants in UTC, days in Asia/Shanghai."""

import os
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
    """A clock set to an instant by a file, going on from there: for drills and tests, never for real cases.

    Statutory periods cannot be shortened, not even in a story; so the story moves the clock. The file holds the instant
    (ISO 8601 with its offset) at which the clock stood when the file was written; without a file it is the system's.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def ahead(self) -> timedelta:
        """By how much it is ahead of the system's clock; negative where it is behind."""
        try:
            with self._file.open(encoding="ascii") as opened:
                written = os.fstat(opened.fileno()).st_mtime
                stood_at = datetime.fromisoformat(opened.read().strip())
        except FileNotFoundError:
            return timedelta()
        return stood_at - datetime.fromtimestamp(written, UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def set(self, at: datetime) -> None:
        """Every process that reads the file stands at this instant from now on; none sees half a file."""
        fresh = self._file.with_name(f".{self._file.name}.new")
        fresh.write_text(at.isoformat(), encoding="ascii")
        fresh.replace(self._file)


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
