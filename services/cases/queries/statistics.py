"""Tables of statistics, as things are now or were at the end of a period; and the counts by state."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause, Table

from services.cases.domain.period import Period
from services.cases.queries.parts import lies_in
from services.cases.queries.positions import lies_inside
from services.cases.queries.work_titles import state_title, title_of
from services.cases.storage.statistics import (
    ALWAYS,
    MEASURES,
    counted,
    counted_at,
    late_sums,
    sums,
    sums_at,
)
from services.cases.storage.work_scope import are_apart, seen, sights
from services.cases.storage.work_scope import lies_in as lies_in_sums
from services.cases.storage.work_tables import statistic_delta, statistic_sum, work_history, work_item
from shared.contracts.cases import GetStatistics, Statistics
from shared.contracts.codes import Agency, ViolationType, WorkKind
from shared.contracts.statistics import AskStatistics, GetStatisticTable, PeriodTold, StatisticBy, StatisticTable
from shared.contracts.work import ring_points
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS, Divisions, significant
from shared.errors import InvalidInput
from shared.principal import Actor
from shared.statistics import TABLES, Sum, differs

_NAMES = {
    WorkKind.CLUE: "clues_by_state",
    WorkKind.CASE: "cases_by_state",
    WorkKind.RECTIFICATION: "rectifications_by_state",
    WorkKind.JOINT_ACTION: "joint_actions_by_state",
}
# The column whose values the rows are made of.
_COLUMN = {
    StatisticBy.COUNTY: "county_code",
    StatisticBy.TOWNSHIP: "township_code",
    StatisticBy.VIOLATION_TYPE: "violation_type",
    StatisticBy.MONTH: "month",
    StatisticBy.QUARTER: "month",
    StatisticBy.YEAR: "month",
    StatisticBy.STATE: "state",
    StatisticBy.LEAD_AGENCY: "lead_agency",
}
# Months yyyymm gathered where they lie, as yyyyq and yyyy; and how these are told.
_PERIOD_KEYS: dict[StatisticBy, Callable[[ColumnElement[int]], ColumnElement[int]]] = {
    StatisticBy.QUARTER: lambda month: month // 100 * 10 + (month % 100 + 2) // 3,
    StatisticBy.YEAR: lambda month: month // 100,
}
_PERIODS: dict[StatisticBy, Callable[[int], str]] = {
    StatisticBy.MONTH: lambda month: f"{month // 100}-{month % 100:02d}",
    StatisticBy.QUARTER: lambda quarter: f"{quarter // 10}-Q{quarter % 10}",
    StatisticBy.YEAR: str,
}
Found = dict[str, dict[tuple[str, str], Sum]]
BASIS = {"original": ("whole", "parent"), "verified": ("whole", "child")}
_divisions = cache(Divisions.load)


class PeriodReversed(InvalidInput):
    """It ends before it begins."""

    def __init__(self, since: str, until: str) -> None:
        super().__init__("cases.period-reversed", "until", since=since, until=until)


class PeriodWithMonths(InvalidInput):
    """The figures of a period are of all there was at its end: in which month it began is not kept of them."""

    def __init__(self, field: str) -> None:
        super().__init__("cases.period-with-months", field)


def get_statistic_table(q: GetStatisticTable, by: Actor, connection: Connection, now: datetime) -> StatisticTable:
    """Raises PeriodReversed, PeriodWithMonths."""
    check(q)
    period = Period.read(q.period) if q.period else None
    found = _found(q, by, connection, period)
    late = _found(q, by, connection, period, late=True) if period else None
    table = TABLES[q.kind]
    rows = [
        table.row(key, _title(q, key), found.get(key, {}), None if late is None else late.get(key, {}))
        for key in sorted({*found, *(late or {})})
    ]
    total = table.row("", "合计", _whole(found), None if late is None else _whole(late))
    return StatisticTable(
        kind=q.kind,
        by=q.by,
        period=PeriodTold(period=period.said, ends_at=period.ends_at, ended=now >= period.ends_at) if period else None,
        columns=table.told(),
        rows=rows,
        total=total,
        difference=differs([*rows, total]),
    )


def check(q: AskStatistics) -> None:
    """Raises PeriodReversed, PeriodWithMonths."""
    if q.since is not None and q.until is not None and q.until < q.since:
        raise PeriodReversed(q.since, q.until)
    if q.period is not None:
        if q.by in _PERIODS:
            raise PeriodWithMonths("by")
        if q.since or q.until:
            raise PeriodWithMonths("since" if q.since else "until")


def _found(q: AskStatistics, by: Actor, connection: Connection, period: Period | None, *, late: bool = False) -> Found:
    column = _COLUMN[q.by]
    keeps = {column}
    if q.division is not None and len(significant(q.division)) > COUNTY_DIGITS:
        keeps.add("township_code")
    if q.since or q.until:
        keeps.add("month")
    if q.violation_type:
        keeps.add("violation_type")
    found: Found = {}
    for key, state, outcome, one in _rows(q, column, keeps, by, connection, _At(period, late=late)):
        parts = found.setdefault(_key(q.by, key), {})
        parts[state, outcome] = parts.get((state, outcome), Sum()) + one
    return found


def _whole(found: Found) -> dict[tuple[str, str], Sum]:
    whole: dict[tuple[str, str], Sum] = {}
    for parts in found.values():
        for place, one in parts.items():
            whole[place] = whole.get(place, Sum()) + one
    return whole


def get_statistics(q: GetStatistics, by: Actor, connection: Connection) -> Statistics:
    """Counts by state."""
    found: dict[str, dict[str, int]] = {name: {} for name in _NAMES.values()}
    kinds = [kind.value for kind in _NAMES]
    at = _At(Period.read(q.period) if q.period else None)
    for source in _sources(by, set(), lambda table: [table.c.kind.in_(kinds)], at):
        number = sa.func.sum(source.c["items"])
        counts = sa.select(source.c.kind, source.c.state, number.label("number"))
        for row in connection.execute(counts.group_by(source.c.kind, source.c.state)):
            by_state = found[_NAMES[WorkKind(row.kind)]]
            by_state[row.state] = by_state.get(row.state, 0) + int(row.number)
    return Statistics(**{name: {s: n for s, n in states.items() if n} for name, states in found.items()})


@dataclass(frozen=True)
class _At:
    """When: now where there is no period. late: of a period, what was told after it."""

    period: Period | None
    late: bool = False

    @property
    def table(self) -> Table:
        """Whose columns tell what an object counts as."""
        return work_item if self.period is None else work_history

    def counted(self, where: Sequence[ColumnElement[bool]]) -> FromClause:
        if self.period is None:
            return counted(where)
        return counted_at(self.period.last_month, where, late=self.late)

    def sums(
        self, keeps: Iterable[str], kept: Sequence[ColumnElement[bool]], waiting: Sequence[ColumnElement[bool]]
    ) -> FromClause:
        if self.period is None:
            return sums(keeps, kept, waiting)
        return (late_sums if self.late else sums_at)(self.period.last_month, keeps, kept, waiting)


def _rows(
    q: AskStatistics, column: str, keeps: set[str], by: Actor, connection: Connection, at: _At
) -> Iterable[tuple[Any, str, str, Sum]]:
    in_village = q.division is not None and len(significant(q.division)) > TOWNSHIP_DIGITS
    one_by_one = in_village or q.polygon is not None
    for source in _sources(by, keeps, lambda table: filters(q, table), at, one_by_one=one_by_one):
        gathered = _PERIOD_KEYS.get(q.by)
        key = (gathered(source.c[column]) if gathered else source.c[column]).label("key")
        of = [sa.func.sum(source.c[name]).label(name) for name in MEASURES]
        statement = sa.select(key, source.c.state.label("at"), source.c.outcome, *of)
        for row in connection.execute(statement.group_by(key, source.c.state, source.c.outcome)):
            one = Sum(int(row.items), *(getattr(row, name) for name in MEASURES[1:]))
            if not one.is_nothing:
                yield row.key, row.at, row.outcome, one


def _sources(
    by: Actor,
    keeps: set[str],
    asked: Callable[[Table], list[ColumnElement[bool]]],
    at: _At,
    *,
    one_by_one: bool = False,
) -> list[FromClause]:
    """Rows to add up, of all that the actor sees and none twice. one_by_one: no sum keeps apart what is asked."""
    found = sights(by)
    if one_by_one or not are_apart(found):
        return [at.counted([seen(by), *asked(at.table)])]
    sources = []
    for sight in found:
        kept, waiting = sight.of_sums(statistic_sum), sight.of_sums(statistic_delta)
        if kept is None or waiting is None:
            sources.append(at.counted([*sight.of_items, *asked(at.table)]))
            continue
        needed = keeps if len(sight.division) <= COUNTY_DIGITS else keeps | {"township_code"}
        if sight.lead is not None:
            needed = needed | {"lead_agency"}
        kept += asked(statistic_sum)
        waiting += asked(statistic_delta)
        sources.append(at.sums((*ALWAYS, *needed), kept, waiting))
    return sources


def filters(q: AskStatistics, table: Table) -> list[ColumnElement[bool]]:
    """What was asked for as conditions: on work_item, work_history beside work_item, or sums."""
    where: list[ColumnElement[bool]] = [table.c.kind == q.kind.value, table.c.part.in_(BASIS[q.basis])]
    if q.division is not None:
        in_village = len(significant(q.division)) > TOWNSHIP_DIGITS
        if table is work_item or (table is work_history and in_village):
            where.append(lies_in(work_item.c.division_code, q.division))
        else:
            where += lies_in_sums(table, significant(q.division))
    if q.polygon is not None:
        where.append(lies_inside(work_item.c.id, ring_points(q.polygon)))
    if q.since:
        where.append(table.c.month >= _month(q.since))
    if q.until:
        where.append(table.c.month <= _month(q.until))
    if q.violation_type:
        of = sa.func.coalesce(table.c.violation_types[1], "") if table is work_item else table.c.violation_type
        where.append(of == q.violation_type.value)
    return where


def _month(said: str) -> int:
    return int(said.replace("-", ""))


def _key(by: StatisticBy, value: Any) -> str:
    period = _PERIODS.get(by)
    return period(int(value)) if period else str(value)


def _title(q: AskStatistics, key: str) -> str:
    if q.by in (StatisticBy.COUNTY, StatisticBy.TOWNSHIP):
        division = _divisions().find(key)
        return division.name if division else key
    if q.by is StatisticBy.STATE:
        return state_title(q.kind, key)
    if not key:
        return "未分类" if q.by is StatisticBy.VIOLATION_TYPE else "未定"
    if q.by is StatisticBy.VIOLATION_TYPE:
        return title_of(ViolationType, key)
    if q.by is StatisticBy.LEAD_AGENCY:
        return title_of(Agency, key)
    return key
