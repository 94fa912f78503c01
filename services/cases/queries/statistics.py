"""Tables of statistics, out of the sums that are kept; and the counts by state of the landing page."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause, Table

from services.cases.domain.statistics import TABLES, Sum, differs
from services.cases.queries.parts import lies_in
from services.cases.queries.work_titles import state_title, title_of
from services.cases.storage.statistics import ALWAYS, MEASURES, counted, sums
from services.cases.storage.work_scope import are_apart, seen, sights
from services.cases.storage.work_scope import lies_in as lies_in_sums
from services.cases.storage.work_tables import statistic_delta, statistic_sum, work_item
from shared.contracts.cases import GetStatistics, Statistics
from shared.contracts.codes import Agency, ViolationType, WorkKind
from shared.contracts.statistics import GetStatisticTable, StatisticBy, StatisticTable
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS, Divisions, significant
from shared.errors import InvalidInput
from shared.principal import Actor

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
_BASIS = {"original": ("whole", "parent"), "verified": ("whole", "child")}
_divisions = cache(Divisions.load)


class PeriodReversed(InvalidInput):
    """It ends before it begins."""

    def __init__(self, since: str, until: str) -> None:
        super().__init__("cases.period-reversed", "until", since=since, until=until)


def get_statistic_table(q: GetStatisticTable, by: Actor, connection: Connection) -> StatisticTable:
    """Raises PeriodReversed."""
    if q.since is not None and q.until is not None and q.until < q.since:
        raise PeriodReversed(q.since, q.until)
    column = _COLUMN[q.by]
    keeps = {column}
    if q.division is not None and len(significant(q.division)) > COUNTY_DIGITS:
        keeps.add("township_code")
    if q.since or q.until:
        keeps.add("month")
    if q.violation_type:
        keeps.add("violation_type")
    found: dict[str, dict[tuple[str, str], Sum]] = {}
    for key, state, outcome, one in _rows(q, column, keeps, by, connection):
        parts = found.setdefault(_key(q.by, key), {})
        parts[state, outcome] = parts.get((state, outcome), Sum()) + one
    table, whole = TABLES[q.kind], dict[tuple[str, str], Sum]()
    for parts in found.values():
        for place, one in parts.items():
            whole[place] = whole.get(place, Sum()) + one
    rows = [table.row(key, _title(q, key), found[key]) for key in sorted(found)]
    total = table.row("", "合计", whole)
    return StatisticTable(
        kind=q.kind, by=q.by, columns=table.told(), rows=rows, total=total, difference=differs([*rows, total])
    )


def get_statistics(_: GetStatistics, by: Actor, connection: Connection) -> Statistics:
    """Counts by state."""
    found: dict[str, dict[str, int]] = {name: {} for name in _NAMES.values()}
    kinds = [kind.value for kind in _NAMES]
    for source in _sources(by, set(), lambda table: [table.c.kind.in_(kinds)]):
        number = sa.func.sum(source.c["items"])
        counts = sa.select(source.c.kind, source.c.state, number.label("number"))
        for row in connection.execute(counts.group_by(source.c.kind, source.c.state)):
            by_state = found[_NAMES[WorkKind(row.kind)]]
            by_state[row.state] = by_state.get(row.state, 0) + int(row.number)
    return Statistics(**{name: {s: n for s, n in states.items() if n} for name, states in found.items()})


def _rows(
    q: GetStatisticTable, column: str, keeps: set[str], by: Actor, connection: Connection
) -> Iterable[tuple[Any, str, str, Sum]]:
    in_village = q.division is not None and len(significant(q.division)) > TOWNSHIP_DIGITS
    for source in _sources(by, keeps, lambda table: _filters(q, table), one_by_one=in_village):
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
    filters: Callable[[Table], list[ColumnElement[bool]]],
    *,
    one_by_one: bool = False,
) -> list[FromClause]:
    """Rows to add up, of all that the actor sees and none twice. one_by_one: no sum keeps apart what is asked."""
    found = sights(by)
    if one_by_one or not are_apart(found):
        return [counted([seen(by), *filters(work_item)])]
    sources = []
    for sight in found:
        kept, waiting = sight.of_sums(statistic_sum), sight.of_sums(statistic_delta)
        if kept is None or waiting is None:
            sources.append(counted([*sight.of_items, *filters(work_item)]))
            continue
        needed = keeps if len(sight.division) <= COUNTY_DIGITS else keeps | {"township_code"}
        if sight.lead is not None:
            needed = needed | {"lead_agency"}
        kept += filters(statistic_sum)
        waiting += filters(statistic_delta)
        sources.append(sums((*ALWAYS, *needed), kept, waiting))
    return sources


def _filters(q: GetStatisticTable, table: Table) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [table.c.kind == q.kind.value, table.c.part.in_(_BASIS[q.basis])]
    if q.division is not None:
        if table is work_item:
            where.append(lies_in(work_item.c.division_code, q.division))
        else:
            where += lies_in_sums(table, significant(q.division))
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


def _title(q: GetStatisticTable, key: str) -> str:
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
