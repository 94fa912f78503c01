"""Clocks in their table: written with their object, read and marked by the sweep."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.alarms import ClockAlarms
from services.cases.domain.progress import Progress
from services.cases.storage.deadline_tables import deadline
from shared.clock import SHANGHAI
from shared.contracts.codes import Agency
from shared.contracts.parts import PlannedAlarm
from shared.ids import derived_id

_plan = TypeAdapter(list[PlannedAlarm])

_RAISED = ("version", "raised_step", "raised_due_on", "raised_until", "next_step", "next_at")
_TOLD = [column.name for column in deadline.columns if column.name not in _RAISED]
_CHANGING = [name for name in _TOLD if name not in ("id", "object_type", "object_id", "no")]

# The first step of a plan that lies after what was raised; nothing of a clock that does not run.
_NEXT = """
    (SELECT a.value->>'{field}' FROM jsonb_array_elements({row}.alarms) a
     WHERE {row}.state = 'running' AND (a.value->>'at')::timestamptz > coalesce({until}, '-infinity')
     ORDER BY (a.value->>'at')::timestamptz LIMIT 1)
"""


def _next(row: str, until: str) -> str:
    step = _NEXT.format(field="step", row=row, until=until)
    return f"{step}, CAST({_NEXT.format(field='at', row=row, until=until)} AS timestamptz)"


# Rows of clocks, as part of the statement that makes new objects or by itself.
# What was raised of a new row stands in the log alone: then the table is being computed again. Of a row that is there
# it is what the row says, read under its lock: the sweep may just have raised something.
WRITE = f"""
INSERT INTO deadline ({", ".join(_TOLD)}, {", ".join(_RAISED)})
SELECT {", ".join(f"r.{name}" for name in _TOLD)},
    coalesce(t.version, 0), t.step, t.due_on, t.until, {_next("r", "t.until")}
FROM jsonb_populate_recordset(NULL::deadline, CAST(:clocks AS jsonb)) r
LEFT JOIN LATERAL (
    SELECT e.aggregate_seq AS version, e.payload->>'step' AS step, (e.payload->>'due_on')::date AS due_on,
        (e.payload->>'planned_at')::timestamptz AS until
    FROM event_log e WHERE :again AND e.aggregate_id = r.id AND e.aggregate_type = '{ClockAlarms.TYPE}'
    ORDER BY e.aggregate_seq DESC LIMIT 1) t ON true
ON CONFLICT (id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)},
    (next_step, next_at) = (SELECT {_next("excluded", "deadline.raised_until")})
WHERE ({", ".join(f"deadline.{name}" for name in _CHANGING)})
    IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _CHANGING)})
"""
_WRITE = sa.text(WRITE)

# A sweep shares this lock; a repair of the table takes it whole.
_SWEEPING = 7_200_441
HOLD_SWEEP = f"SELECT pg_advisory_xact_lock({_SWEEPING})"
_SWEEP = sa.text(f"SELECT pg_try_advisory_xact_lock_shared({_SWEEPING})")

_DUE = sa.text("""
SELECT * FROM deadline WHERE next_at <= :now ORDER BY next_at, id LIMIT :most FOR UPDATE SKIP LOCKED
""").columns(*deadline.c)

_RECOUNT = """
SELECT DISTINCT object_id, object_type FROM deadline
WHERE met_at IS NULL AND (CAST(:after AS uuid) IS NULL OR object_id > :after) AND ({condition})
ORDER BY object_id LIMIT :most
"""
_PROVISIONAL = sa.text(_RECOUNT.format(condition="provisional"))
_TOUCHED = sa.text(
    _RECOUNT.format(
        condition="provisional OR due_on >= CAST(:since AS date) OR alarms = '[]' "
        "OR (alarms -> -1 ->> 'at')::timestamptz >= CAST(:since AS timestamptz)"
    )
)

_MARK = sa.text("""
UPDATE deadline d SET version = m.version, raised_step = m.raised_step, raised_due_on = m.raised_due_on,
    raised_until = m.raised_until, next_step = m.next_step, next_at = m.next_at
FROM jsonb_populate_recordset(NULL::deadline, CAST(:rows AS jsonb)) m WHERE d.id = m.id
""")


def write_changed(connection: Connection, one: Progress) -> None:
    """The clocks of an object that run or have changed since it was loaded, in the transaction that saves it."""
    if any(clock.met_at is None for clock in one.deadlines) or one.touched:
        connection.execute(_WRITE, {"clocks": clocks_of([one], whole=False), "again": False})


def clocks_of(objects: Iterable[Progress], *, whole: bool) -> str:
    """What WRITE takes as `clocks`. whole: every clock, not only those that run or have changed.

    Its `again`: whether the objects may have clocks of which something has been raised before.
    """
    rows = [row for one in objects for row in _rows(one, whole=whole)]
    return orjson.dumps(rows, default=str).decode()


def take_due(connection: Connection, now: datetime, most: int) -> list[ClockAlarms]:
    """Clocks with a step that is due, the longest waiting first, held until the unit ends; no other sweep gets them.

    None while the table is being put right.
    """
    if not connection.execute(_SWEEP).scalar_one():
        return []
    return [_clock(row) for row in connection.execute(_DUE, {"now": now, "most": most}).mappings()]


def mark(connection: Connection, clocks: Sequence[ClockAlarms]) -> None:
    """What has been raised of them, and what comes next. They are held by take_due."""
    rows = [
        {
            "id": clock.id,
            "version": clock.version,
            "raised_step": clock.raised_step,
            "raised_due_on": clock.raised_due_on,
            "raised_until": clock.raised_until,
            "next_step": clock.next and clock.next.step,
            "next_at": clock.next and clock.next.at,
        }
        for clock in clocks
    ]
    connection.execute(_MARK, {"rows": orjson.dumps(rows, default=str).decode()})


def to_recount(connection: Connection, after: UUID | None, year: int | None, most: int) -> list[tuple[str, UUID]]:
    """(kind, id) of objects with running clocks that a year's calendar may move, in the order of their ids.

    year: those that end or are alarmed in it or later, or have no plan of alarms yet; None: the provisional ones.
    """
    values = {"after": after, "most": most, "since": None if year is None else datetime(year, 1, 1, tzinfo=SHANGHAI)}
    found = connection.execute(_PROVISIONAL if year is None else _TOUCHED, values)
    return [(row.object_type, row.object_id) for row in found]


def _rows(one: Progress, *, whole: bool) -> list[dict[str, Any]]:
    found = []
    for place, clock in enumerate(one.deadlines):
        if not whole and clock.met_at is not None and place not in one.touched:
            continue
        charged = one.charged(clock)
        found.append(
            {
                "id": derived_id(one.id, "clock", place + 1),
                "object_type": one.TYPE,
                "object_id": one.id,
                "no": place + 1,
                "object_no": one.number,
                "division_code": one.jurisdiction,
                "township_code": charged.township_code,
                "agencies": [agency.value for agency in charged.agencies],
                "holder": charged.holder or clock.holder,
                "rule_id": clock.rule_id,
                "title": clock.title,
                "mark": clock.mark,
                "direction": clock.direction,
                "overlay": clock.overlay,
                "state": "met" if clock.met_at else "paused" if clock.is_paused else "running",
                "started_at": clock.started_at,
                "due_on": clock.due_on,
                "due_at": clock.due_at,
                "alarm_on": clock.alarm_on,
                "provisional": clock.provisional,
                "met_at": clock.met_at,
                "alarms": [{"step": alarm.step, "at": alarm.at} for alarm in clock.alarms],
            }
        )
    return found


def _clock(row: RowMapping) -> ClockAlarms:
    names = ("id", "object_type", "object_id", "object_no", "rule_id", "title", "started_at", "due_on", "due_at")
    more = ("overlay", "holder", "township_code", "raised_step", "raised_due_on", "raised_until")
    return ClockAlarms(
        **{name: row[name] for name in (*names, *more)},
        version=row["version"],
        jurisdiction=row["division_code"],
        agencies=[Agency(agency) for agency in row["agencies"]],
        alarms=_plan.validate_python(row["alarms"]),
    )
