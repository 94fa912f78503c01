"""The deadline register: which row is in force, what an order may change, what is provisional."""

from datetime import UTC, date, datetime

import pytest

from services.cases.domain.deadlines import DeadlineRegister
from shared.workdays import WorkDays
from tests.unit.services.cases.commands import REGISTER

NOON = datetime(2026, 4, 28, 4, 0, tzinfo=UTC)


def test_a_clock_says_its_rule_its_limit_and_its_last_day() -> None:
    fact = REGISTER.start("R02", NOON)
    assert (fact.rule_id, fact.title, fact.limit, fact.unit) == ("R02", "乡镇核查", 3, "working_day")
    assert (fact.started_at, fact.due_on, fact.due_at, fact.provisional) == (NOON, date(2026, 5, 6), None, False)


def test_an_order_sets_its_own_term() -> None:
    fact = REGISTER.start("R01", NOON, 15)
    assert (fact.limit, fact.due_on) == (15, date(2026, 5, 13))


def test_a_new_limit_holds_from_its_day_on() -> None:
    row = {"id": "X", "title": "试", "limit": 2, "unit": "calendar_day", "mark": "custom"}
    rows = [{**row, "valid_from": date(2020, 1, 1)}, {**row, "limit": 4, "valid_from": date(2026, 5, 1)}]
    register = DeadlineRegister.of({"rule": rows}, WorkDays.load())
    assert register.start("X", datetime(2026, 4, 30, 15, 59, tzinfo=UTC)).limit == 2
    assert register.start("X", datetime(2026, 4, 30, 16, 0, tzinfo=UTC)).limit == 4
    assert register.rule("X", date(2019, 12, 31)).limit.amount == 2
    with pytest.raises(KeyError):
        register.rule("Y", date(2026, 1, 1))


def test_a_term_into_a_year_without_calendar_is_provisional() -> None:
    fact = REGISTER.start("D08", datetime(2026, 12, 28, 4, 0, tzinfo=UTC))
    assert fact.provisional
    assert fact.due_on == date(2027, 1, 11)
    assert not REGISTER.start("D10", datetime(2026, 11, 24, 4, 0, tzinfo=UTC)).provisional
