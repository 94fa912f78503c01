"""The ladder of alarms (domain.md 4.4): what is raised how long before and after a clock ends, and for whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from shared.clock import SHANGHAI, local_day
from shared.contracts.codes import AlarmAction, AlarmColour, AlarmReader
from shared.contracts.parts import PlannedAlarm
from shared.workdays import DueDate, WorkDays

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_WARNING = "warning"


@dataclass(frozen=True)
class Step:
    """A row of register/ladder.toml.

    days: working days after the last day in time; 0 and negative: on or before the day on which the end is alarmed.
    at: the time of day, Asia/Shanghai.
    hours: in place of days and at, for clocks that count hours; None: they take days and at.
    """

    ladder: str
    step: str
    days: int
    at: time
    hours: int | None = None
    action: AlarmAction = AlarmAction.ALARM
    colour: AlarmColour = AlarmColour.NONE
    to: tuple[AlarmReader, ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            row["ladder"],
            row["step"],
            row["days"],
            row["at"],
            row.get("hours"),
            AlarmAction(row.get("action") or AlarmAction.ALARM),
            AlarmColour(row.get("colour") or AlarmColour.NONE),
            tuple(AlarmReader(one) for one in row.get("to", ())),
        )


# What is raised of a clock whose step no ladder has any more: it is told all the same.
_UNKNOWN = Step("", "", 0, time(9), to=(AlarmReader.HANDLER,))


class Ladder:
    """The ladders that rules name, with the look of the warnings that a rule itself asks for."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps: dict[str, list[Step]] = {}
        for step in steps:
            self._steps.setdefault(step.ladder, []).append(step)
        self._warning = next(iter(self._steps.get(_WARNING, ())), _UNKNOWN)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        return cls(Step.of(row) for row in rows)

    @classmethod
    def none(cls) -> Self:
        return cls(())

    def step(self, name: str, step: str) -> Step:
        """What a step is, on a ladder; of one that is gone, a plain alarm to whoever handles it."""
        if step.startswith("W"):
            return self._warning
        return next((one for one in self._steps.get(name, ()) if one.step == step), _UNKNOWN)

    def plan(
        self, name: str, warn: Sequence[int], started_at: datetime, end: DueDate, days: WorkDays
    ) -> list[PlannedAlarm]:
        """The alarms of a clock in their order, no two at one instant; none before it started.

        days: a calendar that guesses the years it does not know.
        """
        on = end.alarm_on or end.due_on
        found = [(_at(on - number * _DAY, self._warning.at), f"W{number}") for number in warn]
        found += [(self._instant(step, on, end, days), step.step) for step in self._steps.get(name, ())]
        alarms: list[PlannedAlarm] = []
        for at, step in sorted(found):
            if alarms and at <= alarms[-1].at:
                at = alarms[-1].at + _MINUTE
            if at > started_at:
                alarms.append(PlannedAlarm(step=step, at=at))
        return alarms

    def _instant(self, step: Step, on: date, end: DueDate, days: WorkDays) -> datetime:
        if end.due_at is not None and step.hours is not None:
            return end.due_at + timedelta(hours=step.hours)
        if step.days > 0:
            return _at(days.add_workdays(end.due_on, step.days), step.at)
        for _ in range(-step.days):
            on = days.previous_workday(on - _DAY)
        return _at(on, step.at)


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI)


def days_over(due_on: date, at: datetime, days: WorkDays) -> int:
    """Working days from a last day in time to an instant; negative before it. days: a calendar that guesses."""
    day, sign = local_day(at), 1
    first, last = due_on, day
    if day < due_on:
        first, last, sign = day, due_on, -1
    return sign * days.workdays_between(first, last)
