"""Statistics that cost the same at a million cases: sums over the working lists, kept by what changed.

A trigger on work_item writes what every statement changed of the sums into statistic_delta, insert-only, in the same
transaction: commands wait for nobody, and whatever changes a row, a repair too, changes the sums. fold() moves the
deltas into statistic_sum, once for each cube; a reader adds the deltas that are not folded yet, in one statement and
thus in one snapshot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause

from services.cases.storage.work_tables import statistic_delta, statistic_sum, work_item

MEASURES = ("items", "area_m2", "farmland_area_m2", "pbf_area_m2", "done_area_m2")
# Kept apart in every cube.
ALWAYS = ("county_code", "kind", "state", "outcome", "part")
_DIMENSIONS = (*ALWAYS, "lead_agency", "township_code", "violation_type", "month", "holder_unit")


@dataclass(frozen=True)
class Cube:
    """keeps: the dimensions that it keeps apart; the others are empty in it."""

    number: int
    keeps: frozenset[str]


def _cubes() -> tuple[Cube, ...]:
    free = ("township_code", "violation_type", "month", "lead_agency")
    sides = [
        Cube(number, frozenset(ALWAYS) | {name for bit, name in enumerate(free) if number >> bit & 1})
        for number in range(1 << len(free))
    ]
    held = frozenset({"county_code", "kind", "state", "lead_agency", "township_code", "holder_unit"})
    return (*sides, Cube(len(sides), held))


CUBES = _cubes()
"""Every choice of township, type, month and agency; and who holds what, for the board of what is stuck."""

_EMPTY = {"month": "0"}
_TYPES = "coalesce({row}.violation_types[1], '')"


def _sum_of(row: str, sign: str) -> str:
    """A row of work_item as a change of the sums."""
    dimensions = {
        **{name: f"{row}.{name}" for name in _DIMENSIONS},
        "violation_type": _TYPES.format(row=row),
        "holder_unit": f"coalesce({row}.holder_unit, '')",
        "lead_agency": f"coalesce({row}.lead_agency, '')",
    }
    measures = {"items": "1", **{name: f"{row}.{name}" for name in MEASURES[1:]}}
    parts = [dimensions[name] for name in _DIMENSIONS] + [f"{sign}{measures[name]}" for name in MEASURES]
    return ", ".join(parts)


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
_TRIGGERS = {
    "insert": ("REFERENCING NEW TABLE AS come", _COME),
    "update": ("REFERENCING OLD TABLE AS gone NEW TABLE AS come", f"{_GONE} UNION ALL {_COME}"),
    "delete": ("REFERENCING OLD TABLE AS gone", _GONE),
}


def create_triggers(connection: Connection) -> None:
    """Of a migration, once both tables are there."""
    for event, (tables, body) in _TRIGGERS.items():
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION tianwei_count_work_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {_delta(body)} RETURN NULL; END $$"
        )
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER work_item_{event} AFTER {event.upper()} ON work_item {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION tianwei_count_work_{event}()"
        )


_FOLDING = 7_200_442
_TRY = sa.text(f"SELECT pg_try_advisory_xact_lock({_FOLDING})")
_HOLD = sa.text(f"SELECT pg_advisory_xact_lock({_FOLDING})")


def _folded(source: str) -> str:
    """Rows for statistic_sum out of rows with all dimensions, once for each cube."""
    sides = []
    for cube in CUBES:
        kept = [name if name in cube.keeps else f"{_EMPTY.get(name, chr(39) * 2)}" for name in _DIMENSIONS]
        sums = ", ".join(f"sum({name}) AS {name}" for name in MEASURES)
        grouped = ", ".join(name for name in _DIMENSIONS if name in cube.keeps)
        named = ", ".join(f"{value} AS {name}" for value, name in zip(kept, _DIMENSIONS, strict=True))
        sides.append(f"SELECT {cube.number} AS cube, {named}, {sums} FROM {source} GROUP BY {grouped}")
    return " UNION ALL ".join(sides)


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
_AGAIN = sa.text(f"""
WITH counted AS (SELECT {_sum_of("w", "")} FROM work_item w), named({", ".join((*_DIMENSIONS, *MEASURES))}) AS (
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
    """Where the sums are not what a full count of the working lists gives; empty when all is well.

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
        WITH counted({named}) AS MATERIALIZED (SELECT {_sum_of("w", "")} FROM work_item w),
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
    connection.execute(sa.text("LOCK TABLE work_item IN EXCLUSIVE MODE"))
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
    cube = cube_of(frozenset(keeps))
    names = [name for name in _DIMENSIONS if name in cube.keeps]
    kept = sa.select(*(statistic_sum.c[name] for name in (*names, *MEASURES))).where(
        statistic_sum.c.cube == cube.number, *where
    )
    waiting = sa.select(*(statistic_delta.c[name] for name in (*names, *MEASURES))).where(*beyond)
    return sa.union_all(kept, waiting).subquery("sums")


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
