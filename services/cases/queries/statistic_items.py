"""From a figure of a table to the objects that it counts: the same conditions, one by one."""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Table

from services.cases.domain.period import Period
from services.cases.queries.statistics import check, filters
from services.cases.storage.statistics import counts_at
from services.cases.storage.work_scope import seen
from services.cases.storage.work_tables import work_history, work_item
from shared.contracts.base import Page
from shared.contracts.statistics import ListStatisticItems, StatisticBy, StatisticItem
from shared.errors import InvalidInput
from shared.paging import Listing, page
from shared.principal import Actor
from shared.statistics import TABLES

_w, _h = work_item.c, work_history.c
_VIEWS = TypeAdapter(list[StatisticItem])
# What of an object is not told by its history.
_ALWAYS_OF_ITEM = ("id", "kind", "number", "aliases", "title", "division_code", "case_id")
_SHOWN = frozenset(StatisticItem.model_fields)


class StatisticColumnUnknown(InvalidInput):
    """The table of this kind has no such column."""

    def __init__(self, column: str) -> None:
        super().__init__("cases.statistic-column-unknown", "column", value=column)


class StatisticKeyUnknown(InvalidInput):
    """No row of the table can have this key."""

    def __init__(self, key: str) -> None:
        super().__init__("cases.statistic-key-unknown", "key", value=key)


class LateWithoutPeriod(InvalidInput):
    """Nothing is late where no period has ended."""

    def __init__(self) -> None:
        super().__init__("cases.late-without-period", "late")


def list_statistic_items(q: ListStatisticItems, by: Actor, connection: Connection) -> Page[StatisticItem]:
    """Raises StatisticColumnUnknown, StatisticKeyUnknown, LateWithoutPeriod, PeriodReversed, PeriodWithMonths."""
    check(q)
    if q.late and q.period is None:
        raise LateWithoutPeriod
    table = work_item if q.period is None else work_history
    where = [seen(by), *filters(q, table), *_of_column(q, table), *_of_key(q, table)]
    if q.period is not None:
        month = Period.read(q.period).last_month
        where += [_w.id == _h.id, *(_late_at(month) if q.late else counts_at(month))]
    return page(_listing(table), where, q, connection, _views)


def _views(rows: list[dict[str, Any]]) -> list[StatisticItem]:
    return _VIEWS.validate_python([{name: row[name] for name in row if name in _SHOWN} for row in rows])


def _listing(table: Table) -> Listing:
    columns = [_w[name] if name in _ALWAYS_OF_ITEM else table.c[name] for name in StatisticItem.model_fields]
    keys = (_w.id,) if table is work_item else (_h.id, _h.told_month, _h.valid_month)
    return Listing([*columns, *(key for key in keys if key.name != "id")], keys=keys, rising=True)


def _late_at(month: int) -> list[ColumnElement[bool]]:
    """What was told after a month, of it or before: the last such of an object."""
    later = work_history.alias()
    better = sa.exists().where(
        later.c.id == _h.id,
        later.c.told_month > month,
        later.c.valid_month <= month,
        sa.tuple_(later.c.told_month, later.c.valid_month) > sa.tuple_(_h.told_month, _h.valid_month),
    )
    return [_h.told_month > month, _h.valid_month <= month, _h.valid_month < _h.told_month, ~better]


def _of_column(q: ListStatisticItems, table: Table) -> list[ColumnElement[bool]]:
    column = TABLES[q.kind].column(q.column)
    if column is None:
        raise StatisticColumnUnknown(q.column)
    where: list[ColumnElement[bool]] = []
    for values, of in ((column.states, table.c.state), (column.outcomes, table.c.outcome)):
        if "*" not in values:
            where.append(of.in_(sorted(values)))
    return where


def _of_key(q: ListStatisticItems, table: Table) -> Sequence[ColumnElement[bool]]:
    key = q.key
    if key is None:
        return []
    if q.by in _MONTHS_OF:
        shape, months = _MONTHS_OF[q.by]
        if not re.fullmatch(shape, key, re.ASCII):
            raise StatisticKeyUnknown(key)
        first, last = months(key)
        return [_w.month.between(first, last)]
    return [_of(q.by, table) == key]


def _of(by: StatisticBy, table: Table) -> ColumnElement[Any]:
    if by is StatisticBy.VIOLATION_TYPE and table is work_item:
        return sa.func.coalesce(_w.violation_types[1], "")
    if by is StatisticBy.LEAD_AGENCY:
        return sa.func.coalesce(table.c.lead_agency, "")
    name = {StatisticBy.COUNTY: "county_code", StatisticBy.TOWNSHIP: "township_code"}.get(by, by.value)
    column: ColumnElement[Any] = table.c[name]
    return column


def _month(key: str) -> tuple[int, int]:
    month = int(key.replace("-", ""))
    return month, month


def _quarter(key: str) -> tuple[int, int]:
    year, quarter = (int(part) for part in key.split("-Q"))
    return year * 100 + quarter * 3 - 2, year * 100 + quarter * 3


def _year(key: str) -> tuple[int, int]:
    return int(key) * 100 + 1, int(key) * 100 + 12


_MONTHS_OF = {
    StatisticBy.MONTH: (r"\d{4}-\d{2}", _month),
    StatisticBy.QUARTER: (r"\d{4}-Q[1-4]", _quarter),
    StatisticBy.YEAR: (r"\d{4}", _year),
}
