"""The working calendar and the counting of terms: domain.md 7.7, 8.2, 8.4."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SHANGHAI
from shared.workdays import CalendarMissing, DayKind, Limit, LimitUnit, WorkDays, due, due_or_provisional
from tests.support import make_workdays

DAYS = WorkDays.load()
WD, CD, HOURS, MONTHS = LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY, LimitUnit.HOUR, LimitUnit.MONTH
known_days = st.dates(date(2004, 1, 1), date(2026, 12, 31))


def noon(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "limit", "last_day"),
    [
        ("2025-12-31", Limit(1, WD), "2026-01-04"),
        ("2026-02-12", Limit(10, WD), "2026-03-04"),
        ("2026-02-13", Limit(1, WD), "2026-02-14"),
        ("2026-02-13", Limit(3, WD), "2026-02-25"),
        ("2026-04-22", Limit(10, WD), "2026-05-09"),
        ("2026-04-28", Limit(3, WD), "2026-05-06"),
        ("2026-04-30", Limit(5, WD), "2026-05-11"),
        ("2026-06-18", Limit(7, WD), "2026-06-30"),
        ("2026-09-18", Limit(3, WD), "2026-09-22"),
        ("2026-09-30", Limit(5, WD), "2026-10-13"),
        ("2026-05-26", Limit(3, WD), "2026-05-29"),
        ("2026-06-12", Limit(7, WD), "2026-06-24"),
        ("2026-02-05", Limit(15, CD), "2026-02-20"),
        ("2026-02-05", Limit(15, CD, rolls=True), "2026-02-24"),
        ("2026-05-27", Limit(3, CD), "2026-05-30"),
        ("2026-05-27", Limit(3, CD, rolls=True), "2026-06-01"),
        ("2026-04-24", Limit(90, CD), "2026-07-23"),
        ("2026-07-24", Limit(30, CD, rolls=True), "2026-08-24"),
        ("2026-06-22", Limit(6, MONTHS), "2026-12-22"),
        ("2025-08-31", Limit(6, MONTHS), "2026-02-28"),
        ("2026-10-31", Limit(3, MONTHS), "2027-01-31"),
    ],
)
def test_a_term_ends_as_the_vectors_say(start: str, limit: Limit, last_day: str) -> None:
    assert due(limit, noon(start), DAYS).due_on == date.fromisoformat(last_day)


def test_a_local_holiday_overlay_moves_the_term() -> None:
    overlay = WorkDays(
        {**DAYS.exceptions} | {date(2026, 5, 27): DayKind.HOLIDAY, date(2026, 5, 28): DayKind.HOLIDAY}, DAYS.years
    )
    assert due(Limit(3, WD), noon("2026-05-26"), overlay).due_on == date(2026, 6, 2)


def test_a_year_that_is_not_loaded_is_never_guessed() -> None:
    with pytest.raises(CalendarMissing) as caught:
        due(Limit(3, WD), noon("2026-12-30"), DAYS)
    assert caught.value.facts == {"year": 2027}
    with pytest.raises(CalendarMissing):
        DAYS.is_workday(date(2003, 12, 31))
    with pytest.raises(CalendarMissing):
        due(Limit(2, CD, rolls=True), noon("2026-12-30"), DAYS)


def test_a_provisional_date_says_that_it_is_one() -> None:
    guessed = due_or_provisional(Limit(3, WD), noon("2026-12-30"), DAYS)
    assert guessed.due_on == date(2027, 1, 4)
    assert guessed.provisional
    assert not due_or_provisional(Limit(3, WD), noon("2026-04-28"), DAYS).provisional
    assert not due_or_provisional(Limit(90, CD), noon("2026-11-24"), DAYS).provisional


def test_hours_count_from_the_minute_over_midnight_and_holidays() -> None:
    start = datetime(2026, 4, 30, 15, 20, 59, tzinfo=UTC)
    counted = due(Limit(24, HOURS), start, DAYS)
    assert counted.due_at == datetime(2026, 5, 1, 15, 20, tzinfo=UTC)
    assert counted.due_on == date(2026, 5, 1)


def test_the_day_of_the_event_is_the_one_in_shanghai() -> None:
    before, after = datetime(2026, 4, 22, 15, 59, tzinfo=UTC), datetime(2026, 4, 22, 16, 0, tzinfo=UTC)
    assert due(Limit(1, CD), before, DAYS).due_on == date(2026, 4, 23)
    assert due(Limit(1, CD), after, DAYS).due_on == date(2026, 4, 24)


@given(known_days)
def test_the_committed_calendar_agrees_with_the_package_it_came_from(day: date) -> None:
    assert DAYS.is_workday(day) == chinese_calendar.is_workday(day)


@given(st.dates(date(2004, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_adding_workdays_passes_exactly_that_many(day: date, number: int) -> None:
    end = DAYS.add_workdays(day, number)
    passed = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(map(chinese_calendar.is_workday, passed)) == number
    assert chinese_calendar.is_workday(end)


def test_the_committed_file_is_what_the_script_writes() -> None:
    assert {day: DayKind(kind) for day, kind, _ in make_workdays.rows()} == DAYS.exceptions


def test_a_year_has_the_published_number_of_working_days() -> None:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(map(DAYS.is_workday, year)) == 248
