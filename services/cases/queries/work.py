"""Working lists: what there is to do, for whom, by when; and where it is stuck."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects import postgresql as pg

from services.cases.queries.parts import lies_in, mu
from services.cases.queries.work_titles import unit_title
from services.cases.storage.statistics import sums
from services.cases.storage.work_scope import Sight, are_apart, seen, sights, units_of
from services.cases.storage.work_tables import statistic_delta, statistic_sum, work_item
from shared.clock import SHANGHAI, local_day
from shared.contracts.base import Page
from shared.contracts.codes import WorkList
from shared.contracts.work import GetStuck, ListWork, StuckBoard, StuckRow, WorkRow
from shared.divisions.register import Divisions
from shared.paging import Listing, beyond, cursor_of
from shared.principal import Actor

MOST_COUNTED = 10_000
_divisions = cache(Divisions.load)
_w = work_item.c
_ROWS = TypeAdapter(list[WorkRow])
_EPOCH = date(2000, 1, 1)
COMPUTED = ("area_mu", "days_in_state", "overdue_days", "holder_name")
COLUMNS: tuple[ColumnElement[Any], ...] = (
    *(_w[name] for name in WorkRow.model_fields if name not in COMPUTED),
    mu(_w.area_m2).label("area_mu"),
)
_NEWEST = Listing(COLUMNS, keys=(_w.opened_at, _w.id))
_SOONEST = Listing(COLUMNS, keys=(_w.due_key, _w.id), rising=True)
_LONGEST = Listing(COLUMNS, keys=(_w.state_since, _w.id), rising=True)


@dataclass(frozen=True)
class _Kind:
    """What a working list holds, and in which order."""

    listing: Listing
    where: Callable[[Actor, date], list[ColumnElement[bool]]]
    # Ways that an index follows one by one and an OR would not; a row may come by several.
    ways: Callable[[Actor], list[list[ColumnElement[bool]]]] = lambda _: [[]]


def _held_by_office(by: Actor) -> list[ColumnElement[bool]]:
    return [_w.open, _w.holder_unit.in_(units_of(by))]


def _naming(by: Actor) -> list[list[ColumnElement[bool]]]:
    more = [sa.func.cardinality(_w.officers) > sa.literal_column("2"), _w.officers.contains([by.name])]
    places = [[_w.officers[1] == by.name], [_w.officers[2] == by.name], more]
    return [[_w.holder_unit == unit, *place] for unit in units_of(by) for place in places]


_LISTS: dict[WorkList, _Kind] = {
    WorkList.ALL: _Kind(_NEWEST, lambda *_: []),
    WorkList.MINE: _Kind(_SOONEST, lambda *_: [_w.open], lambda by: _naming(by)),
    WorkList.UNIT: _Kind(_SOONEST, lambda by, _: _held_by_office(by)),
    WorkList.DUE_TODAY: _Kind(_SOONEST, lambda _, today: [_w.open, _w.due_key == (today - _EPOCH).days]),
    WorkList.OVERDUE: _Kind(_SOONEST, lambda _, today: [_w.open, _w.due_key < (today - _EPOCH).days]),
    WorkList.STUCK: _Kind(_LONGEST, lambda *_: [_w.open]),
}


def list_work(q: ListWork, by: Actor, connection: Connection, now: datetime) -> Page[WorkRow]:
    """One page. Raises CursorInvalid."""
    kind = _LISTS[q.which]
    where = [*kind.where(by, local_day(now)), *_filters(q)]
    found = sights(by)
    rows = _page_of(kind.listing, [[*s.of_items, *way] for s in found for way in kind.ways(by)], where, q, connection)
    shown = rows[: q.limit]
    more = len(rows) > q.limit
    return Page(
        items=_ROWS.validate_python([told(row, now) for row in shown]),
        next_cursor=_cursor(kind.listing, shown[-1]) if more else None,
        total=_total(found, kind.ways(by), where, connection) if q.with_total else None,
    )


def told(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A row as WorkRow has it: with how long it has waited, and how far it is over its day."""
    today, due_on = local_day(now), row["due_on"]
    late = (today - due_on).days if due_on is not None and row["open"] else 0
    shown = {name: row[name] for name in WorkRow.model_fields if name in row}
    named = {"holder_name": unit_title(row["holder_unit"], _divisions())}
    return {**shown, **named, "days_in_state": _days(row["state_since"], now), "overdue_days": max(0, late)}


def get_stuck(q: GetStuck, by: Actor, connection: Connection, now: datetime) -> StuckBoard:
    """Groups from the sums, the longest wait of each from an index: the cost is that of the groups, not of the work."""
    found = sights(by)
    where = [_w.kind == q.kind.value] if q.kind else []
    if q.division:
        where.append(lies_in(_w.division_code, q.division))
    if not _kept_apart(found) or len(q.division or "") > len("640521104"):
        return _board(_grouped([seen(by), *where], connection), now)
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for sight in found:
        for row in _groups(sight, q, where, connection):
            key = (row["kind"], row["state"], row["holder_unit"])
            known = rows.get(key)
            if known is not None:
                first = min(known, row, key=lambda one: one["longest_since"])
                row = {**first, "items": known["items"] + row["items"]}
            rows[key] = row
    return _board(list(rows.values()), now)


def _filters(q: ListWork) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    for column, value in ((_w.kind, q.kind), (_w.state, q.state), (_w.holder, q.holder), (_w.ladder_step, q.step)):
        if value is not None:
            where.append(column == value)
    if q.holder_unit is not None:
        where += [_w.open, _w.holder_unit == q.holder_unit]
    if q.step is not None:
        where.append(_w.open)
    if q.officer is not None:
        where.append(_w.officers.contains([q.officer]))
    if q.division is not None:
        where += within(q.division)
    if q.violation_type is not None:
        where.append(_w.violation_types.contains([q.violation_type.value]))
    if q.since is not None:
        where.append(_w.opened_at >= datetime.combine(q.since, time(), SHANGHAI))
    if q.until is not None:
        where.append(_w.opened_at < datetime.combine(q.until + timedelta(days=1), time(), SHANGHAI))
    return where


def within(division: str) -> list[ColumnElement[bool]]:
    """Of a division, by the columns that indexes begin with where there is one."""
    code = division.ljust(12, "0")
    if code[6:] == "0" * 6:
        return [_w.county_code == code[:6]] if code[4:6] != "00" else [lies_in(_w.division_code, division)]
    return [_w.township_code == code[:9], lies_in(_w.division_code, division)]


def _page_of(
    listing: Listing,
    ways: Sequence[Sequence[ColumnElement[bool]]],
    where: Sequence[ColumnElement[bool]],
    q: ListWork,
    connection: Connection,
) -> list[dict[str, Any]]:
    """The rows of the page, and the first of the next: of each way by itself in order, then merged.

    One condition with OR would make the server sort everything that is seen.
    """
    after = [] if q.cursor is None else [beyond(listing, q.cursor)]
    order = [key.asc() if listing.rising else key.desc() for key in listing.keys]
    pages = [
        sa.select(*listing.columns, *(key for key in listing.keys if key.name not in WorkRow.model_fields))
        .where(*way, *where, *after)
        .order_by(*order)
        .limit(q.limit + 1)
        for way in ways
    ]
    rows: dict[Any, dict[str, Any]] = {}
    for page in pages:
        for row in connection.execute(page).mappings():
            rows[row["id"]] = dict(row)
    names = [key.name for key in listing.keys]
    merged = sorted(rows.values(), key=lambda row: [row[name] for name in names], reverse=not listing.rising)
    return merged[: q.limit + 1]


def _cursor(listing: Listing, row: dict[str, Any]) -> str:
    return cursor_of(listing.rising, *(row[key.name] for key in listing.keys))


def _total(
    found: Sequence[Sight],
    ways: Sequence[Sequence[ColumnElement[bool]]],
    where: Sequence[ColumnElement[bool]],
    connection: Connection,
) -> int:
    """How many rows of the list there are, counted no further than MOST_COUNTED."""
    any_of = sa.or_(sa.false(), *(sa.and_(*sight.of_items) for sight in found))
    any_way = sa.or_(sa.false(), *(sa.and_(sa.true(), *way) for way in ways))
    first = (
        sa.select(sa.literal(1)).select_from(work_item).where(any_of, any_way, *where).limit(MOST_COUNTED).subquery()
    )
    return int(connection.execute(sa.select(sa.func.count()).select_from(first)).scalar_one())


def _kept_apart(found: Sequence[Sight]) -> bool:
    return are_apart(found) and all(sight.given or sight.of_sums(statistic_sum) is not None for sight in found)


def _groups(
    sight: Sight, q: GetStuck, where: Sequence[ColumnElement[bool]], connection: Connection
) -> list[dict[str, Any]]:
    kept, waiting = sight.of_sums(statistic_sum), sight.of_sums(statistic_delta)
    if kept is None or waiting is None:
        return _grouped([*sight.of_items, *where], connection)
    for table, conditions in ((statistic_sum, kept), (statistic_delta, waiting)):
        conditions.append(table.c.holder_unit != "")
        if q.kind:
            conditions.append(table.c.kind == q.kind.value)
        if q.division:
            whole = q.division.ljust(12, "0")
            conditions.append(table.c.county_code == whole[:6])
            if whole[6:9] != "000":
                conditions.append(table.c.township_code == whole[:9])
    held = sums(("county_code", "kind", "state", "lead_agency", "township_code", "holder_unit"), kept, waiting).c
    groups = (
        sa.select(held.kind, held.state, held.holder_unit, sa.func.sum(held["items"]).label("items"))
        .group_by(held.kind, held.state, held.holder_unit)
        .having(sa.func.sum(held["items"]) > 0)
        .subquery("groups")
    )
    same = (_w.kind == groups.c.kind, _w.state == groups.c.state, _w.holder_unit == groups.c.holder_unit)
    first = (
        sa.select(_w.id, _w.number, _w.state_since)
        .where(_w.open, *same, *sight.of_items, *where)
        .order_by(_w.state_since, _w.id)
        .limit(1)
        .lateral("first")
    )
    rows = connection.execute(
        sa.select(
            groups,
            first.c.state_since.label("longest_since"),
            first.c.id.label("longest_id"),
            first.c.number.label("longest_number"),
        ).join(first, sa.true())
    )
    return [dict(row) for row in rows.mappings()]


def _grouped(where: Sequence[ColumnElement[bool]], connection: Connection) -> list[dict[str, Any]]:
    """Counted row by row: for sights that no sum keeps apart."""
    key = (_w.kind, _w.state, _w.holder_unit)
    rows = connection.execute(
        sa.select(
            *key,
            sa.func.count().over(partition_by=key).label("items"),
            _w.state_since.label("longest_since"),
            _w.id.label("longest_id"),
            _w.number.label("longest_number"),
        )
        .ext(pg.distinct_on(*key))
        .where(_w.open, *where)
        .order_by(*key, _w.state_since, _w.id)
    )
    return [dict(row) for row in rows.mappings()]


def _board(rows: Sequence[dict[str, Any]], now: datetime) -> StuckBoard:
    said = [
        StuckRow(
            **row,
            holder_name=unit_title(row["holder_unit"], _divisions()),
            longest_days=_days(row["longest_since"], now),
        )
        for row in rows
    ]
    return StuckBoard(items=sorted(said, key=lambda row: (row.longest_since, row.kind, row.state, row.holder_unit)))


def _days(since: datetime, now: datetime) -> int:
    return max(0, (now - since).days)
