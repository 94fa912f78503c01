"""Statistics that cost the same at a million cases: sums over the working lists, kept by what changed.

A trigger on work_item writes what every statement changed of the sums into statistic_delta, insert-only, in the same
transaction: commands wait for nobody, and whatever changes a row, a repair too, changes the sums. fold() moves the
deltas into statistic_sum, once for each cube; a reader adds the deltas that are not folded yet, in one statement and
thus in one snapshot.

The figures of a period are sums too: of everything that was told by its end. Triggers on work_history write what a row
adds in the month in which it was told and takes away in the month in which the next one was, so the sum of all months
up to one is what stood at its end, and no later month changes it. Whole years are summed up once more, so that a reader
adds a row for each year before and one for each month of this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause, Table

from services.cases.storage.work_history import COUNTED, create_history_triggers
from services.cases.storage.work_tables import statistic_delta, statistic_sum, work_history, work_item

_d, _h = statistic_delta.c, work_history.c
MEASURES = ("items", "area_m2", "farmland_area_m2", "pbf_area_m2", "done_area_m2")
# Kept apart in every cube.
ALWAYS = ("county_code", "kind", "state", "outcome", "part")
_DIMENSIONS = (
    *(*ALWAYS, "lead_agency", "township_code", "violation_type"),
    *("month", "holder_unit", "told_month", "valid_month"),
)


@dataclass(frozen=True)
class Cube:
    """keeps: the dimensions that it keeps apart; the others are empty in it. Of periods where it keeps told_month."""

    number: int
    keeps: frozenset[str]

    @property
    def is_of_periods(self) -> bool:
        return "told_month" in self.keeps


def _cubes() -> tuple[Cube, ...]:
    now = _sides(("township_code", "violation_type", "month", "lead_agency"))
    held = frozenset({"county_code", "kind", "state", "lead_agency", "township_code", "holder_unit"})
    then = [side | {"told_month", "valid_month"} for side in _sides(("township_code", "violation_type", "lead_agency"))]
    return tuple(Cube(number, keeps) for number, keeps in enumerate([*now, held, *then]))


def _sides(free: Sequence[str]) -> list[frozenset[str]]:
    return [
        frozenset(ALWAYS) | {name for bit, name in enumerate(free) if number >> bit & 1}
        for number in range(1 << len(free))
    ]


CUBES = _cubes()
"""Every choice of township, type, month and agency; who holds what, for the board of what is stuck; and of periods."""

_EMPTY = {"month": "0", "told_month": "0", "valid_month": "0"}
_TYPES = "coalesce({row}.violation_types[1], '')"


def _sum_of(row: str, sign: str) -> str:
    """A row of work_item as a change of the sums."""
    dimensions = {
        **{name: f"{row}.{name}" for name in _DIMENSIONS},
        "violation_type": _TYPES.format(row=row),
        "holder_unit": f"coalesce({row}.holder_unit, '')",
        "lead_agency": f"coalesce({row}.lead_agency, '')",
        **_EMPTY,
        "month": f"{row}.month",
    }
    measures = {"items": "1", **{name: f"{row}.{name}" for name in MEASURES[1:]}}
    parts = [dimensions[name] for name in _DIMENSIONS] + [f"{sign}{measures[name]}" for name in MEASURES]
    return ", ".join(parts)


def _change_of(row: str, sign: str, told: str, valid: str) -> str:
    """A row of work_history as a change of the sums of a month."""
    dimensions = {
        **{name: f"{row}.{name}" for name in COUNTED},
        "month": "0",
        "holder_unit": "''",
        "told_month": f"{row}.{told}",
        "valid_month": f"{row}.{valid}",
    }
    measures = ["1", *(f"{row}.{name}" for name in MEASURES[1:])]
    return ", ".join([*(dimensions[name] for name in _DIMENSIONS), *(f"{sign}{one}" for one in measures)])


def _changes(rows: str, source: str, sign: str, other: str) -> str:
    """What rows of work_history add where they begin and take away where they end; with the signs turned, undone."""
    return (
        f"SELECT {_change_of(rows, sign, 'told_month', 'valid_month')} FROM {source} {rows} UNION ALL "
        f"SELECT {_change_of(rows, other, 'until_month', 'until_valid_month')} FROM {source} {rows} "
        f"WHERE {rows}.until_month IS NOT NULL"
    )


def _delta(body: str) -> str:
    names = ", ".join(_DIMENSIONS)
    sums = ", ".join(f"sum({name})" for name in MEASURES)
    changed = " OR ".join(f"sum({name}) <> 0" for name in MEASURES)
    columns = ", ".join((*_DIMENSIONS, *MEASURES))
    return (
        f"INSERT INTO statistic_delta ({columns}) SELECT {names}, {sums} FROM ({body}) AS c({columns}) "
        f"GROUP BY {names} HAVING {changed};"
    )


_GONE, _COME = f"SELECT {_sum_of('g', '-')} FROM gone g", f"SELECT {_sum_of('n', '')} FROM come n"
_UNDONE, _DONE = _changes("g", "gone", "-", ""), _changes("n", "come", "", "-")


def _triggers(gone: str, come: str) -> dict[str, tuple[str, str]]:
    return {
        "insert": ("REFERENCING NEW TABLE AS come", come),
        "update": ("REFERENCING OLD TABLE AS gone NEW TABLE AS come", f"{gone} UNION ALL {come}"),
        "delete": ("REFERENCING OLD TABLE AS gone", gone),
    }


_TRIGGERS = {"work_item": ("work", _triggers(_GONE, _COME)), "work_history": ("history", _triggers(_UNDONE, _DONE))}


def create_triggers(connection: Connection) -> None:
    """Of a migration, once the tables are there; those of the history too."""
    create_history_triggers(connection)
    for table, (name, triggers) in _TRIGGERS.items():
        for event, (tables, body) in triggers.items():
            connection.exec_driver_sql(
                f"CREATE OR REPLACE FUNCTION tianwei_count_{name}_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN {_delta(body)} RETURN NULL; END $$"
            )
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TRIGGER {table}_{event} AFTER {event.upper()} ON {table} {tables} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION tianwei_count_{name}_{event}()"
            )


_FOLDING = 7_200_442
_TRY = sa.text(f"SELECT pg_try_advisory_xact_lock({_FOLDING})")
_HOLD = sa.text(f"SELECT pg_advisory_xact_lock({_FOLDING})")


def _folded(source: str) -> str:
    """Rows for statistic_sum out of rows with all dimensions, once for each cube."""
    sides = []
    for cube in CUBES:
        if not cube.is_of_periods:
            sides.append(_side(cube, source, "told_month = 0"))
            continue
        sides.append(_side(cube, source, "told_month > 0"))
        # Of which month something was told is kept by months alone.
        sides.append(_side(cube, source, "told_month > 0", {"told_month": "told_month / 100", "valid_month": "0"}))
    return " UNION ALL ".join(sides)


def _side(cube: Cube, source: str, where: str, instead: Mapping[str, str] | None = None) -> str:
    kept = {name: name if name in cube.keeps else _EMPTY.get(name, "''") for name in _DIMENSIONS}
    kept |= instead or {}
    sums = ", ".join(f"sum({name}) AS {name}" for name in MEASURES)
    grouped = ", ".join(value for name, value in kept.items() if name in cube.keeps and value != "0")
    named = ", ".join(f"{value} AS {name}" for name, value in kept.items())
    return f"SELECT {cube.number} AS cube, {named}, {sums} FROM {source} WHERE {where} GROUP BY {grouped}"


_KEY = ", ".join(column.name for column in statistic_sum.primary_key)
_COLUMNS = ", ".join(("cube", *_DIMENSIONS, *MEASURES))
_ADDED = ", ".join(f"{name} = statistic_sum.{name} + excluded.{name}" for name in MEASURES)
_FOLD = sa.text(f"""
WITH gone AS (
    DELETE FROM statistic_delta WHERE id IN (SELECT id FROM statistic_delta ORDER BY id LIMIT :most) RETURNING *
), changed AS ({_folded("gone")}), done AS (
    INSERT INTO statistic_sum ({_COLUMNS}) SELECT {_COLUMNS} FROM changed
    ORDER BY {_KEY}
    ON CONFLICT ({_KEY}) DO UPDATE SET {_ADDED}
)
SELECT count(*) FROM gone
""")
_DROP_EMPTY = sa.text(f"DELETE FROM statistic_sum WHERE {' AND '.join(f'{name} = 0' for name in MEASURES)}")
_COUNTED = f"SELECT {_sum_of('w', '')} FROM work_item w UNION ALL {_changes('h', 'work_history', '', '-')}"
_AGAIN = sa.text(f"""
WITH counted AS ({_COUNTED}), named({", ".join((*_DIMENSIONS, *MEASURES))}) AS (
    SELECT * FROM counted)
INSERT INTO statistic_sum ({_COLUMNS}) {_folded("named")}
""")


def fold(connection: Connection, most: int = 20_000) -> int:
    """Move deltas into the sums; how many. 0 also while another folds. In a transaction of its own."""
    if not connection.execute(_TRY).scalar_one():
        return 0
    return int(connection.execute(_FOLD, {"most": most}).scalar_one())


def drop_empty(connection: Connection) -> int:
    """Remove sums that have come to nothing."""
    if not connection.execute(_TRY).scalar_one():
        return 0
    return int(connection.execute(_DROP_EMPTY).rowcount)


def differences(connection: Connection) -> list[dict[str, Any]]:
    """Where the sums are not what a full count of the working lists and their history gives; empty when all is well.

    In one statement. Each row: cube, dimensions, and what counted minus kept comes to.
    """
    sums = ", ".join(f"sum({name}) AS {name}" for name in MEASURES)
    less = ", ".join(f"-{name}" for name in MEASURES)
    plain = ", ".join(MEASURES)
    dimensions = ", ".join(("cube", *_DIMENSIONS))
    named = ", ".join((*_DIMENSIONS, *MEASURES))
    wrong = " OR ".join(f"sum({name}) <> 0" for name in MEASURES)
    found = connection.execute(
        sa.text(f"""
        WITH counted({named}) AS MATERIALIZED ({_COUNTED}),
             waiting AS MATERIALIZED (SELECT * FROM statistic_delta)
        SELECT {dimensions}, {sums} FROM (
            SELECT {dimensions}, {plain} FROM ({_folded("counted")}) c
            UNION ALL SELECT {dimensions}, {less} FROM ({_folded("waiting")}) d
            UNION ALL SELECT {dimensions}, {less} FROM statistic_sum) AS a
        GROUP BY {dimensions} HAVING {wrong} ORDER BY {dimensions}
        """)
    )
    return [dict(row) for row in found.mappings()]


def count_again(connection: Connection) -> None:
    """Make the sums anew from the working lists. Nobody changes those meanwhile."""
    connection.execute(sa.text("LOCK TABLE work_item, work_history IN EXCLUSIVE MODE"))
    connection.execute(_HOLD)
    connection.execute(sa.text("DELETE FROM statistic_delta"))
    connection.execute(sa.text("DELETE FROM statistic_sum"))
    connection.execute(_AGAIN)


def sums(
    keeps: Iterable[str], where: Sequence[ColumnElement[bool]], beyond: Sequence[ColumnElement[bool]]
) -> FromClause:
    """The sums that keep these dimensions apart, with what is not folded yet, as rows to select from.

    where: conditions on statistic_sum's columns, `beyond` the same on statistic_delta's.
    """
    return _summed(cube_of(frozenset(keeps)), [statistic_sum.c.told_month == 0, *where], [_d.told_month == 0, *beyond])


def sums_at(
    month: int, keeps: Iterable[str], where: Sequence[ColumnElement[bool]], beyond: Sequence[ColumnElement[bool]]
) -> FromClause:
    """As sums(), of what had been told by the end of a month (yyyymm)."""
    told = statistic_sum.c.told_month
    year = month // 100
    # A literal: an index holds only these.
    by_then = [told > sa.literal_column("0"), sa.or_(told < year, told.between(year * 100 + 1, month))]
    return _summed(_cube_at(keeps), [*by_then, *where], [_d.told_month.between(1, month), *beyond])


def late_sums(
    month: int, keeps: Iterable[str], where: Sequence[ColumnElement[bool]], beyond: Sequence[ColumnElement[bool]]
) -> FromClause:
    """As sums(), of what was told after the end of a month and had happened by then."""

    def late(table: Table) -> list[ColumnElement[bool]]:
        valid, told = table.c.valid_month, table.c.told_month
        # Literals: an index holds only these.
        return [valid > sa.literal_column("0"), valid < told, told > month, valid <= month]

    return _summed(_cube_at(keeps), [*late(statistic_sum), *where], [*late(statistic_delta), *beyond])


def _cube_at(keeps: Iterable[str]) -> Cube:
    return cube_of(frozenset(keeps) | {"told_month"})


def _summed(cube: Cube, where: Sequence[ColumnElement[bool]], beyond: Sequence[ColumnElement[bool]]) -> FromClause:
    names = [name for name in _DIMENSIONS if name in cube.keeps]
    kept = sa.select(*(statistic_sum.c[name] for name in (*names, *MEASURES))).where(
        statistic_sum.c.cube == cube.number, *where
    )
    waiting = sa.select(*(statistic_delta.c[name] for name in (*names, *MEASURES))).where(*beyond)
    return sa.union_all(kept, waiting).subquery("sums")


def counted_at(month: int, where: Sequence[ColumnElement[bool]], *, late: bool = False) -> FromClause:
    """As counted(), of the end of a month. where: conditions on work_history's and work_item's columns."""
    if not late:
        return _history([*counts_at(month), *where], 1)
    came = [_h.told_month > month, _h.valid_month <= month, _h.valid_month < _h.told_month]
    went = [_h.until_month > month, _h.until_valid_month <= month, _h.until_valid_month < _h.until_month]
    sides = (sa.select(_history([*these, *where], sign)) for these, sign in ((came, 1), (went, -1)))
    return sa.union_all(*sides).subquery("late")


def counts_at(month: int) -> list[ColumnElement[bool]]:
    """Rows of work_history that stood at the end of a month."""
    return [_h.told_month <= month, sa.func.coalesce(_h.until_month, 999_999) > month]


def _history(where: Sequence[ColumnElement[bool]], sign: int) -> FromClause:
    measures = [sa.literal(1, sa.BigInteger), *(_h[name] for name in MEASURES[1:])]
    columns = [(one * sign).label(name) for one, name in zip(measures, MEASURES, strict=True)]
    joined = work_history.join(work_item, work_item.c.id == _h.id)
    return sa.select(*(_h[name] for name in COUNTED), *columns).select_from(joined).where(*where).subquery()


def counted(where: Sequence[ColumnElement[bool]]) -> FromClause:
    """The same rows, counted object by object: for the few that no sum keeps apart."""
    w = work_item.c
    columns: list[ColumnElement[Any]] = [
        w.county_code,
        w.kind,
        w.state,
        w.outcome,
        w.part,
        sa.func.coalesce(w.lead_agency, "").label("lead_agency"),
        w.township_code,
        sa.func.coalesce(w.violation_types[1], "").label("violation_type"),
        w.month,
        sa.func.coalesce(w.holder_unit, "").label("holder_unit"),
        sa.literal(1, sa.BigInteger).label("items"),
        *(w[name] for name in MEASURES[1:]),
    ]
    return sa.select(*columns).where(*where).subquery("counted")


def cube_of(keeps: frozenset[str]) -> Cube:
    """The smallest cube that keeps them apart."""
    able = (cube for cube in CUBES if keeps <= cube.keeps)
    return min(able, key=lambda cube: (len(cube.keeps), cube.number))
