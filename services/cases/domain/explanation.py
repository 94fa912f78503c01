"""How a clock was counted: what passed, which days were left out and why, what is left (domain.md 7.7, 8.3).

Where a year's calendar is missing it is counted Monday to Friday, as the provisional end was.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Literal

from services.cases.domain.deadlines import spans
from shared.clock import local_day
from shared.contracts.codes import PauseReason, title
from shared.contracts.deadlines import SkippedDay
from shared.contracts.parts import DeadlineView
from shared.workdays import DayKind, Direction, DueDate, Limit, LimitUnit, WorkDays, due_or_provisional, paused_days

_DAY = timedelta(days=1)
_MARKS = {"law": "法定", "custom": "惯例", "order": "文书载明"}
_KINDS = {DayKind.WEEKEND: "周末", DayKind.HOLIDAY: "节假日", DayKind.REST: "调休"}
_WHY: dict[DayKind, Literal["weekend", "holiday", "rest"]] = {
    DayKind.WEEKEND: "weekend",
    DayKind.HOLIDAY: "holiday",
    DayKind.REST: "rest",
}


def explained(clock: DeadlineView, now: datetime, days: WorkDays) -> dict[str, Any]:
    """What ExplainedDeadline says beside the clock, its object and its alarms. days: the calendar it counts on."""
    days = days.guess()
    until = clock.met_at or now
    as_of, started_on = local_day(until), local_day(clock.started_at)
    end = _end(clock, as_of, days)
    pauses = spans(clock, as_of)
    used, total, unit = _used(clock, until, end, days)
    late = _late(clock, end, until, days)
    forward = clock.direction != "before"
    return {
        "source": _source(clock),
        "status": _status(clock, late),
        "as_of": as_of,
        "first_day_on": None if clock.unit == "hour" else started_on + (_DAY if forward else -_DAY),
        "current_due_on": end.due_on if clock.is_paused else clock.due_on,
        "used": used,
        "total": total,
        "used_unit": unit,
        "paused_days": paused_days(pauses, started_on, as_of),
        "late_days": late,
        "skipped": list(_skipped(clock, started_on, end, as_of, days)),
    }


def _end(clock: DeadlineView, as_of: date, days: WorkDays) -> DueDate:
    limit = Limit(clock.limit, LimitUnit(clock.unit), clock.rolls, clock.alarm_on_earlier, Direction(clock.direction))
    more = [Limit(one.amount, LimitUnit(one.unit)) for one in clock.extensions]
    counted = due_or_provisional(limit, clock.started_at, days, spans(clock, as_of), more)
    if clock.is_paused or clock.due_on is None:
        return counted
    # What was told is the end, whatever calendar is read now.
    return DueDate(clock.due_on, clock.due_at, clock.provisional, clock.ends_on or clock.due_on)


def _source(clock: DeadlineView) -> str:
    mark = _MARKS.get(clock.mark or "", "")
    if clock.law is None:
        return mark
    return f"《{clock.law}》第{clock.article}条（{mark}）" if clock.article else f"《{clock.law}》（{mark}）"


def _status(clock: DeadlineView, late: int) -> str:
    if clock.met_at is not None:
        return "met_late" if late else "met"
    if clock.is_paused:
        return "paused"
    return "overdue" if late else "running"


def _late(clock: DeadlineView, end: DueDate, until: datetime, days: WorkDays) -> int:
    """Working days, at least one of what is late at all; a first day allowed is never late."""
    if clock.direction == "not_before" or clock.is_paused:
        return 0
    is_late = until > end.due_at if end.due_at is not None else local_day(until) > end.due_on
    return max(days.workdays_between(end.due_on, local_day(until)), 1) if is_late else 0


def _used(clock: DeadlineView, until: datetime, end: DueDate, days: WorkDays) -> tuple[int, int, str]:
    """(passed, in all, unit); a term of months in calendar days."""
    start, day, pauses = local_day(clock.started_at), local_day(until), spans(clock, local_day(until))
    plain = clock.limit + sum(one.amount for one in clock.extensions)
    same = all(one.unit == clock.unit for one in clock.extensions)
    if clock.unit == "hour":
        paused = timedelta(days=paused_days(pauses, start, day))
        return max(int((until - clock.started_at - paused) / timedelta(hours=1)), 0), plain, clock.unit
    if clock.direction == "before":
        return max(plain - _counted(clock, day, start, days), 0), plain, clock.unit
    ends_on = end.ends_on or end.due_on
    if clock.unit == "working_day":
        return _counted(clock, start, day, days), plain if same else _counted(clock, start, ends_on, days), clock.unit
    used = max((day - start).days - paused_days(pauses, start, day), 0)
    if clock.unit == "calendar_day" and same:
        return used, plain, clock.unit
    return used, (ends_on - start).days - paused_days(pauses, start, ends_on), "calendar_day"


def _counted(clock: DeadlineView, after: date, until: date, days: WorkDays) -> int:
    """Working days in which the clock did not stand still."""
    pauses = spans(clock, until)
    return sum(
        days.is_workday(day) and not any(span.from_on < day <= span.to_on for span in pauses)
        for day in _days(after, until)
    )


def _skipped(clock: DeadlineView, started_on: date, end: DueDate, as_of: date, days: WorkDays) -> Iterator[SkippedDay]:
    if clock.unit == "hour":
        return
    ends_on = end.ends_on or end.due_on
    first, last = (ends_on - _DAY, started_on - _DAY) if ends_on < started_on else (started_on, ends_on)
    for day in _days(first, last):
        reason = _pause_on(clock, day, as_of)
        if reason is not None:
            yield SkippedDay(on=day, why="pause", title=title(reason), reason=reason)
        elif clock.unit == "working_day" and not days.is_workday(day):
            kind = days.kind(day)
            yield SkippedDay(on=day, why=_WHY[kind], title=days.names.get(day, _KINDS[kind]))
    for day in _days(ends_on - _DAY, end.due_on - _DAY):
        name = days.names.get(day, _KINDS.get(days.kind(day), "工作日"))
        yield SkippedDay(on=day, why="rolled", title=f"末日为{name}，顺延")


def _pause_on(clock: DeadlineView, day: date, as_of: date) -> PauseReason | None:
    return next((one.reason for one in clock.pauses if one.from_on < day <= (one.to_on or as_of)), None)


def _days(after: date, until: date) -> Iterator[date]:
    """Those after one day, up to and with another."""
    while after < until:
        after += _DAY
        yield after
