"""Periods of bulletins, and when they are due: over holidays, make-up days, and years without a calendar."""

from datetime import date

import pytest

from services.notify.adapters.registers import read_bulletin_rules
from services.notify.domain.bulletin_period import BulletinPeriod
from services.notify.domain.bulletin_rules import BulletinRules
from services.notify.domain.errors import BulletinPeriodWrong
from shared.contracts.codes import BulletinKind
from shared.workdays import WorkDays

RULES = read_bulletin_rules()


@pytest.mark.parametrize(
    ("said", "name", "since", "until", "ends_at", "a_year_before"),
    [
        ("2026-06", "2026年6月", "2026-06-01", "2026-06-30", "2026-07-01", "2025-07-01"),
        ("2026-Q2", "2026年第二季度", "2026-04-01", "2026-06-30", "2026-07-01", "2025-07-01"),
        ("2026-Q4", "2026年第四季度", "2026-10-01", "2026-12-31", "2027-01-01", "2026-01-01"),
        ("2026-H1", "2026年上半年", "2026-01-01", "2026-06-30", "2026-07-01", "2025-07-01"),
        ("2026", "2026年", "2026-01-01", "2026-12-31", "2027-01-01", "2026-01-01"),
        ("2024-02", "2024年2月", "2024-02-01", "2024-02-29", "2024-03-01", "2023-03-01"),
    ],
)
def test_a_period_ends_with_its_last_day(
    said: str, name: str, since: str, until: str, ends_at: str, a_year_before: str
) -> None:
    period = BulletinPeriod.read(said)
    assert (period.said, period.name) == (said, name)
    assert (period.since.isoformat(), period.until.isoformat()) == (since, until)
    assert period.ends_at.isoformat() == f"{ends_at}T00:00:00+08:00"
    assert period.year_before_ends_at.isoformat() == f"{a_year_before}T00:00:00+08:00"
    assert BulletinPeriod.around(period.kind, period.until) == period
    assert period.following.begins_at == period.ends_at


def test_an_occasion_ends_with_its_last_day_also_a_year_after_a_leap_day() -> None:
    period = BulletinPeriod.occasion(date(2024, 2, 1), date(2024, 2, 28), "春耕")
    assert period.year_before_ends_at.date() == date(2023, 3, 1)
    with pytest.raises(BulletinPeriodWrong):
        BulletinPeriod.occasion(date(2024, 2, 2), date(2024, 2, 1), "春耕")


@pytest.mark.parametrize(
    ("said", "on"),
    [
        ("2025-Q4", "2026-01-04"),  # 1 to 3 January are the holiday; the 4th is a Sunday that is worked
        ("2026-Q1", "2026-04-03"),
        ("2026-Q2", "2026-07-03"),
        ("2026-Q3", "2026-10-08"),  # the National Day holiday
        ("2025", "2026-01-05"),
    ],
)
def test_a_bulletin_is_due_on_a_working_day(said: str, on: str) -> None:
    found, provisional = RULES.due_on(BulletinPeriod.read(said))
    assert (found.isoformat(), provisional) == (on, False)


def test_where_the_calendar_is_missing_the_day_is_provisional() -> None:
    assert RULES.due_on(BulletinPeriod.read("2029-Q3"))[1] is True


def test_a_county_without_a_setting_tells_by_quarter_and_by_year() -> None:
    due = list(RULES.due(None, date(2025, 11, 20), date(2026, 4, 3)))
    assert [one.period.said for one in due] == ["2025-Q4", "2025", "2026-Q1"]


@pytest.mark.parametrize(
    ("rhythm", "kinds"),
    [
        ("monthly", [BulletinKind.MONTH, BulletinKind.YEAR]),
        ("quarterly", [BulletinKind.QUARTER, BulletinKind.YEAR]),
        ("half_yearly", [BulletinKind.HALF_YEAR, BulletinKind.YEAR]),
        ("yearly", [BulletinKind.YEAR]),
        ("whenever", [BulletinKind.QUARTER, BulletinKind.YEAR]),
    ],
)
def test_the_rhythm_is_the_countys(rhythm: str, kinds: list[BulletinKind]) -> None:
    assert RULES.kinds(rhythm, date(2026, 7, 1)) == kinds


def test_nothing_is_due_of_periods_that_ended_before_anything_was_counted() -> None:
    assert [one.period.said for one in RULES.due("monthly", date(2026, 6, 15), date(2026, 8, 3))] == [
        "2026-06",
        "2026-07",
    ]


def test_a_wrong_row_of_the_register_is_refused_when_it_is_read() -> None:
    rows = {name: [{"valid_from": date(2023, 8, 1)}] for name in ("schedule", "default", "problem", "address")}
    with pytest.raises((KeyError, ValueError)):
        BulletinRules({**rows, "due": [{"kind": "occasion", "day": 3, "roll": "next"}]}, WorkDays.of([]))
