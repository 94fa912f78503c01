"""A rule under arbitrary edits: at every day at most one row holds, the past stays, replay gives the same rule."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.cases.domain.rule import (
    CorrectionWithoutDocument,
    Kept,
    RewritesPast,
    Rule,
    RuleGap,
    RuleOverlaps,
    RuleRowUnknown,
    ValidityReversed,
    overlapping,
    rule_id,
)
from shared.clock import local_day
from shared.contracts.codes import RuleRegister
from shared.contracts.rule_events import RuleEvent
from shared.contracts.rules import RuleFact, RuleSetting, RuleSource, RuleWithdrawal, SourceDocument

START = date(2026, 1, 1)
DAYS = 60
REFUSALS = (CorrectionWithoutDocument, RewritesPast, RuleGap, RuleOverlaps, RuleRowUnknown, ValidityReversed)
PAPER = RuleSource(text="文件", document=SourceDocument(title="文件"))


def noon(day: int) -> datetime:
    return datetime(2026, 1, 1, 4, tzinfo=UTC) + timedelta(days=day)


def shipped(number: int = 0) -> RuleFact:
    return RuleFact(
        row_id=uuid4(),
        value={"n": number},
        valid_from=START,
        mark="custom",
        source=RuleSource(text="随版本装载"),
        origin="seed",
        recorded_at=noon(0) - timedelta(days=1),
    )


def fresh(register: RuleRegister, *rows: RuleFact) -> Rule:
    id_ = rule_id(register, "X")
    return Rule(id=id_, jurisdiction="640521000000", register=register, key="X", kept=[Kept(row) for row in rows])


def tell(rule: Rule, events: list[RuleEvent]) -> list[RuleEvent]:
    for event in events:
        # As the log keeps it: JSON and back.
        rule.apply(type(event).model_validate_json(event.model_dump_json()))
        rule.version += 1
    return events


def setting(first: int, last: int | None = None, replaces: Any = None, **more: Any) -> RuleSetting:
    return RuleSetting(
        value={},
        valid_from=START + timedelta(days=first),
        valid_to=None if last is None else START + timedelta(days=last),
        replaces=replaces,
        reason="理由",
        source=more.pop("source", PAPER),
        **more,
    )


Edit = tuple[int, bool, int, int, int | None, int, bool]
EDITS = st.lists(
    st.tuples(
        st.integers(0, 3),  # days that pass before
        st.booleans(),  # set or withdraw
        st.integers(0, 4),  # which row it names; beyond those there are: none
        st.integers(-5, DAYS),
        st.none() | st.integers(-5, DAYS),
        st.integers(1, 9),
        st.booleans(),  # a correction
    ),
    max_size=12,
)


def edited(rule: Rule, edits: list[Edit]) -> tuple[list[RuleEvent], list[tuple[date, dict[date, Any]]]]:
    """The events, and after each the day on which it was told with what held on every day."""
    told: list[RuleEvent] = []
    seen: list[tuple[date, dict[date, Any]]] = []
    today = 0
    for wait, sets, place, first, last, number, correction in edits:
        today += wait
        rows = rule.rows
        named = rows[place].row_id if place < len(rows) else None
        try:
            if sets:
                cmd = setting(first, last, named, correction=correction)
                events = rule.set(cmd, {"n": number}, noon(today))
            else:
                last_on = START + timedelta(days=first)
                body = {"row_id": named or uuid4(), "last_on": last_on, "reason": "理由", "source": PAPER}
                events = rule.withdraw(RuleWithdrawal(**body, correction=correction), noon(today))
        except REFUSALS:
            continue
        told += tell(rule, events)
        seen.append((local_day(noon(today)), timetable(rule)))
    return told, seen


def timetable(rule: Rule) -> dict[date, Any]:
    """What holds on each day; fails where two rows do."""
    assert overlapping(rule.rows) is None
    table = {}
    for number in range(-10, DAYS + 10):
        day = START + timedelta(days=number)
        holding = [row for row in rule.rows if row.holds(day)]
        assert len(holding) <= 1
        table[day] = holding[0].value if holding else None
    return table


@pytest.mark.parametrize("register", [RuleRegister.POWER_GRANT, RuleRegister.DEADLINE])
@given(edits=EDITS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_under_any_edits(register: RuleRegister, edits: list[Edit]) -> None:
    rows = [shipped()]
    rule = fresh(register, *rows)
    before = timetable(rule)
    told, seen = edited(rule, edits)

    for event, (today, after) in zip(told, seen, strict=True):
        changed = [day for day in after if after[day] != before[day]]
        assert event.correction or all(day >= today for day in changed)
        if register is RuleRegister.DEADLINE:
            assert all(after[day] is not None for day in after if day >= START)
        before = after

    if told:
        replayed = Rule(id=rule.id, jurisdiction=rule.jurisdiction)
        tell(replayed, told)
        assert {kept.fact.row_id: kept for kept in replayed.kept} == {kept.fact.row_id: kept for kept in rule.kept}
        assert (replayed.register, replayed.key, replayed.version) == (rule.register, rule.key, rule.version)
    assert {row.row_id for row in rows} <= {kept.fact.row_id for kept in rule.kept}


def test_what_was_replaced_stays_with_when_it_was_replaced() -> None:
    row = shipped()
    rule = fresh(RuleRegister.DEADLINE, row)
    tell(rule, rule.set(setting(30, replaces=row.row_id), {"n": 2}, noon(3)))
    former = [kept for kept in rule.kept if kept.superseded_at is not None]
    assert [(kept.fact, kept.superseded_at) for kept in former] == [(row, noon(3))]
    assert [(one.value["n"], one.recorded_at) for one in rule.rows] == [(0, noon(3)), (2, noon(3))]


def test_the_day_of_the_edit_is_not_the_past() -> None:
    row = shipped()
    late = datetime(2026, 1, 10, 16, tzinfo=UTC)  # 11 January in Asia/Shanghai
    rule = fresh(RuleRegister.DEADLINE, row)
    with pytest.raises(RewritesPast):
        rule.set(setting(9, replaces=row.row_id), {"n": 1}, late)
    assert rule.set(setting(10, replaces=row.row_id), {"n": 1}, late)


def test_a_planned_row_that_never_held_can_be_taken_away() -> None:
    rule = fresh(RuleRegister.POWER_GRANT)
    tell(rule, rule.set(setting(20), {"n": 1}, noon(0)))
    [row] = rule.rows
    body = {"row_id": row.row_id, "last_on": row.valid_from - timedelta(days=1), "reason": "取消", "source": PAPER}
    tell(rule, rule.withdraw(RuleWithdrawal(**body), noon(5)))
    assert rule.rows == []
    assert [kept.superseded_at for kept in rule.kept] == [noon(5)]


def test_a_correction_needs_its_paper() -> None:
    row = shipped()
    rule = fresh(RuleRegister.DEADLINE, row)
    spoken = setting(5, replaces=row.row_id, correction=True, source=RuleSource(text="口头"))
    with pytest.raises(CorrectionWithoutDocument):
        rule.set(spoken, {"n": 1}, noon(10))
