"""The deadlines of domain.md 8.2 and 8.4, counted by the register's own rows; and random ones against two oracles."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.domain import clocks
from services.cases.domain.deadlines import DeadlineRegister
from shared.clock import SHANGHAI
from shared.contracts.clocks import DeadlineFact
from shared.contracts.codes import DocumentKind, PauseReason
from shared.contracts.parts import DeadlineView, DocumentRef, ExtensionView, PauseView
from shared.workdays import (
    CalendarMissing,
    DayKind,
    Direction,
    Limit,
    LimitUnit,
    Span,
    WorkDays,
    due,
    due_or_provisional,
)
from tests.unit.services.cases.commands import REGISTER

DAYS = WorkDays.load()
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
WORKING = {
    FIRST + timedelta(n): chinese_calendar.is_workday(FIRST + timedelta(n)) for n in range((LAST - FIRST).days + 1)
}
PAPER = DocumentRef(kind=DocumentKind.EVIDENCE_LIST, title="证明")
WD, CD, M = LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY, LimitUnit.MONTH


def at(text: str) -> datetime:
    return datetime.fromisoformat(text if "T" in text else f"{text}T10:00").replace(tzinfo=SHANGHAI)


def started(rule: str, when: str, amount: int | None = None, register: DeadlineRegister = REGISTER) -> DeadlineFact:
    return register.start(rule, at(when), amount)


@pytest.mark.parametrize(
    ("rule", "start", "due_on"),
    [
        ("D01", "2026-04-20", "2026-04-21"),
        ("D02", "2026-04-20", "2026-04-22"),
        ("D03", "2026-04-20", "2026-04-27"),
        ("D07", "2026-04-22", "2026-04-27"),
        ("D08", "2026-04-22", "2026-05-09"),
        ("D10", "2026-04-24", "2026-07-23"),
        ("J01", "2026-04-27", "2026-04-29"),
        ("J02", "2026-04-28", "2026-04-29"),
        ("J06", "2026-05-07", "2026-05-09"),
        ("J07", "2026-05-07", "2026-05-13"),
        ("J10", "2026-05-07", "2026-05-20"),
        ("L01", "2026-05-11", "2026-05-13"),
        ("L02", "2026-05-11", "2026-07-10"),
        ("T01", "2026-05-26", "2026-05-29"),
        ("T05", "2026-05-27", "2026-06-01"),
        ("T11", "2026-06-01", "2026-06-04"),
        ("D14", "2026-06-09", "2026-06-16"),
        ("D15", "2026-06-09", "2026-06-16"),
        ("D16", "2026-06-12", "2026-06-24"),
        ("D17", "2026-06-18", "2026-06-30"),
        ("D19", "2026-06-22", "2026-07-07"),
        ("D20", "2026-06-22", "2026-08-21"),
        ("D21", "2026-06-22", "2026-12-22"),
        ("R02", "2026-07-06", "2026-07-09"),
        ("R03", "2026-07-07", "2026-07-21"),
        ("R04", "2026-07-14", "2026-07-21"),
        ("A01", "2026-07-24", "2026-08-24"),
        ("L03", "2026-07-10", "2026-07-07"),
    ],
)
def test_the_clocks_of_the_worked_example(rule: str, start: str, due_on: str) -> None:
    fact = started(rule, start)
    assert fact.due_on == date.fromisoformat(due_on)
    assert not fact.provisional


@pytest.mark.parametrize(
    ("rule", "start", "due_at"),
    [("D05", "2026-04-22T11:20", "2026-04-23T11:20"), ("T02", "2026-05-27T10:00", "2026-05-28T10:00")],
)
def test_hours_of_the_worked_example(rule: str, start: str, due_at: str) -> None:
    assert started(rule, start).due_at == at(due_at)


def test_an_unsigned_task_climbs_as_the_worked_example_says() -> None:
    raised = {alarm.step: alarm.at.date().isoformat() for alarm in started("J02", "2026-04-28").alarms}
    assert raised == {
        "E1": "2026-04-29",
        "E2": "2026-04-30",
        "E3": "2026-05-07",
        "E4": "2026-05-09",
        "E5": "2026-05-15",
    }


def test_an_internal_term_that_ends_on_a_rest_day_shows_both_days_and_alarms_on_the_earlier() -> None:
    fact = started("A01", "2026-07-24")
    assert (fact.ends_on, fact.alarm_on, fact.rolled_on) == (date(2026, 8, 23), date(2026, 8, 21), date(2026, 8, 24))
    report = due(Limit(30, CD, rolls=True, early=True), at("2026-05-15"), DAYS)
    assert (report.ends_on, report.alarm_on, report.due_on) == (date(2026, 6, 14), date(2026, 6, 12), date(2026, 6, 15))


def test_enforcement_is_warned_of_thirty_and_ten_days_before() -> None:
    """Three months end on 7 October, a holiday; 30 September is the last day on which somebody can act."""
    fact = started("D22", "2026-07-07")
    assert (fact.due_on, fact.alarm_on) == (date(2026, 10, 8), date(2026, 9, 30))
    steps = [(alarm.step, alarm.at.date().isoformat()) for alarm in fact.alarms]
    assert steps[:4] == [("W30", "2026-08-31"), ("W10", "2026-09-20"), ("E0", "2026-09-29"), ("E1", "2026-09-30")]


def test_a_local_holiday_rests_where_the_party_s_right_runs_and_not_where_an_agency_has_a_duty() -> None:
    eid = [(date(2026, 5, day), DayKind.HOLIDAY, "测试节日") for day in (27, 28)]
    rows = [
        {"id": "P", "title": "权利", "limit": 3, "unit": "working_day", "mark": "law", "party_right": True},
        {"id": "Q", "title": "职责", "limit": 3, "unit": "working_day", "mark": "law"},
        {"id": "S", "title": "职责（当地另有规定）", "limit": 3, "unit": "working_day", "mark": "law", "overlay": True},
    ]
    register = DeadlineRegister.of({"rule": [{**row, "valid_from": FIRST} for row in rows]}, DAYS, DAYS.laid_over(eid))
    ends = {rule: started(rule, "2026-05-26", register=register).due_on for rule in ("P", "Q", "S")}
    assert ends == {"P": date(2026, 6, 2), "Q": date(2026, 5, 29), "S": date(2026, 6, 2)}


def test_a_year_without_calendar_is_an_error_or_provisional_and_never_silent() -> None:
    with pytest.raises(CalendarMissing):
        due(Limit(3, WD), at("2026-12-30"), DAYS)
    assert due_or_provisional(Limit(3, WD), at("2026-12-30"), DAYS).provisional


def test_ten_thousand_random_terms_agree_with_chinesecalendar() -> None:
    """5,000 in working days, 5,000 in calendar days with their end on a rest day rolled."""
    chance = random.Random(20260420)
    for _ in range(5000):
        day, amount = FIRST + timedelta(chance.randrange((LAST - FIRST).days - 200)), chance.randrange(91)
        start = datetime(day.year, day.month, day.day, chance.randrange(24), chance.randrange(60), tzinfo=SHANGHAI)
        left, expected = amount, day
        while left:
            expected += timedelta(1)
            left -= WORKING[expected]
        assert due(Limit(amount, WD), start, DAYS).due_on == expected, (start, amount)
        expected = day + timedelta(amount)
        while not WORKING[expected]:
            expected += timedelta(1)
        assert due(Limit(amount, CD, rolls=True), start, DAYS).due_on == expected, (start, amount)


@st.composite
def histories(draw: Any) -> tuple[date, int, list[Span], list[int]]:
    """A start, a limit, pauses that each begin while the clock is not over, extensions."""
    start = draw(st.dates(date(2015, 1, 1), date(2024, 6, 30)))
    spans = [
        Span(start + timedelta(begin), start + timedelta(begin + length))
        for begin, length in draw(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 40)), max_size=5))
    ]
    return start, draw(st.integers(1, 90)), spans, draw(st.lists(st.integers(1, 30), max_size=2))


@settings(max_examples=300, deadline=None)
@given(histories(), st.sampled_from([WD, CD]), st.booleans())
def test_a_clock_ends_where_counting_day_by_day_ends(
    history: tuple[date, int, list[Span], list[int]], unit: LimitUnit, rolls: bool
) -> None:
    """Each day after the first is looked at once: a day of a pause, and of working days a rest day, does not count."""
    start, amount, pauses, more = history
    counted, day, wanted = 0, start, amount + sum(more)
    while counted < wanted:
        day += timedelta(1)
        paused = any(span.from_on < day <= span.to_on for span in pauses)
        counted += not paused and (unit is CD or WORKING[day])
    # On the last day itself a pause may begin, and the day stays open until it ends.
    while any(span.from_on <= day < span.to_on for span in pauses):
        day += timedelta(1)
        while unit is WD and not WORKING[day]:
            day += timedelta(1)
    while rolls and not WORKING[day]:
        day += timedelta(1)
    clock = DeadlineView(
        rule_id="X",
        title="试",
        limit=amount,
        unit=unit.value,
        started_at=datetime(start.year, start.month, start.day, 10, tzinfo=SHANGHAI),
        due_on=None,
        provisional=False,
        rolls=rolls,
        pauses=[PauseView(reason=PauseReason.HEARING, from_on=s.from_on, to_on=s.to_on, proof=PAPER) for s in pauses],
        extensions=[
            ExtensionView(amount=days, unit=unit.value, reason="因", approved_by="长", document=PAPER, asked_on=start)
            for days in more
        ],
    )
    assert REGISTER.count(clock).due_on == day


@given(st.dates(date(2005, 1, 1), date(2026, 12, 1)), st.integers(1, 10))
def test_a_term_counted_back_is_the_one_counted_ahead(day: date, amount: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    back = due(Limit(amount, WD, direction=Direction.BEFORE), start, DAYS).due_on
    between = sum(WORKING[back + timedelta(n)] for n in range((day - back).days))
    assert between == amount
    assert WORKING[back]


def test_a_clock_of_an_older_release_can_still_be_counted() -> None:
    old = DeadlineView.model_validate(
        {"rule_id": "D10", "title": "决定", "limit": 90, "unit": "calendar_day", "started_at": at("2026-04-24")}
        | {"due_on": "2026-07-23", "provisional": False}
    )
    end = REGISTER.count(old)
    assert end.due_on == old.due_on
    assert clocks.recount_fact(old, clocks.recounted(old, end)) is not None
