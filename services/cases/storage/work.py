"""Keeps the rows of working lists and search beside the objects they are of, in the transaction that saves those."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.grams import body_of, folded, grams, number_gram
from services.cases.domain.progress import Progress
from services.cases.domain.work import OfCase, WorkItem, bounds
from services.cases.domain.work_sources import of, work_of
from services.cases.storage.tables import case
from services.cases.storage.work_tables import work_item, work_text
from shared.contracts.codes import Agency, WorkKind
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS

_NOT_OWN = ("due_key", "ladder_step", "beside_at")
_OWN = [column.name for column in work_item.columns if column.name not in _NOT_OWN]
_TEXT = [column.name for column in work_text.columns if column.name not in ("serial", "block")]

# OFFSET 0 keeps the planner from taking an index of all open clocks for one object's while it has no statistics.
_STEP = """
(SELECT max(CAST(substr(d.raised_step, 2) AS smallint))
 FROM (SELECT * FROM deadline WHERE object_id = {id} OFFSET 0) d
 WHERE d.met_at IS NULL AND d.raised_step LIKE 'E_' AND d.raised_due_on = d.due_on)
"""
_NEW = """
WITH item AS (SELECT * FROM jsonb_populate_recordset(NULL::work_item, CAST(:items AS jsonb))),
     word AS (SELECT * FROM jsonb_populate_recordset(NULL::work_text, CAST(:texts AS jsonb))),
"""
_INSERT = sa.text(
    _NEW
    + f"""
texts AS (INSERT INTO work_text ({", ".join(_TEXT)}) SELECT {", ".join(_TEXT)} FROM word)
INSERT INTO work_item ({", ".join(_OWN)}, ladder_step)
SELECT {", ".join(_OWN)}, {_STEP.format(id="item.id")} FROM item
"""
)
# What did not change since the object was loaded is not known to it.
_KEPT = ("state_since", "told_at", "valid_at")
_set_item = ", ".join(
    f"{name} = coalesce(n.{name}, w.{name})" if name in _KEPT else f"{name} = n.{name}" for name in _OWN if name != "id"
)
_set_text = ", ".join(f"{name} = n.{name}" for name in _TEXT if name != "id")
_UPDATE = sa.text(
    _NEW
    + f"""
texts AS (
    UPDATE work_text t SET {_set_text} FROM word n
    WHERE t.id = n.id AND (t.body, t.west, t.south, t.east, t.north) IS DISTINCT FROM
        (n.body, n.west, n.south, n.east, n.north))
UPDATE work_item w SET {_set_item}, ladder_step = {_STEP.format(id="n.id")}
FROM item n WHERE w.id = n.id
"""
)
# A clue is saved before the case that it becomes.
_LED = sa.text("""
UPDATE work_item w SET lead_agency = l.lead_agency, beside_at = l.told_at
FROM jsonb_to_recordset(CAST(:led AS jsonb)) l(id uuid, lead_agency text, told_at timestamptz)
WHERE w.id = l.id AND w.lead_agency IS DISTINCT FROM l.lead_agency
""")
_NOTE_ALARMS = sa.text(f"""
UPDATE work_item w SET ladder_step = s.step
FROM (SELECT o.id, {_STEP.format(id="o.id")} AS step FROM unnest(CAST(:objects AS uuid[])) AS o(id)) s
WHERE w.id = s.id AND w.ladder_step IS DISTINCT FROM s.step
""")
_c = case.c
_CASES = sa.select(_c.id, _c.clue_id, _c.lead_agency, _c.party_name, _c.violation_types, _c.longitude, _c.latitude)
_w = work_item.c
# What stands beside a case and knows it otherwise than it is now. Of a clue only the agency is the case's.
_STALE = sa.select(_w.id).where(
    sa.or_(_w.case_id == sa.bindparam("case"), _w.id == sa.bindparam("clue")),
    _w.kind != WorkKind.CASE.value,
    sa.or_(
        _w.lead_agency.is_distinct_from(sa.bindparam("lead")),
        sa.and_(
            _w.kind != WorkKind.CLUE.value,
            sa.or_(
                _w.party_name != sa.bindparam("party"),
                _w.violation_types != sa.bindparam("types", type_=_w.violation_types.type),
            ),
        ),
    ),
)


def add(connection: Connection, objects: Sequence[Progress]) -> None:
    """Rows of new objects, in one statement."""
    put(connection, _items(connection, objects))
    led = [
        {"id": one.clue_id, "lead_agency": one.lead_agency, "told_at": one.told_at}
        for one in objects
        if isinstance(one, Case)
    ]
    if led:
        connection.execute(_LED, {"led": _json(led)})


def put(connection: Connection, items: Sequence[WorkItem]) -> None:
    """New rows, in one statement."""
    if items:
        connection.execute(_INSERT, _rows(items))


def change(connection: Connection, one: Progress) -> None:
    """The row of an object that is there already."""
    items = _items(connection, [one])
    if items and connection.execute(_UPDATE, _rows(items)).rowcount == 0:
        connection.execute(_INSERT, _rows(items))
    if isinstance(one, Case):
        tell_beside(connection, one)


def tell_beside(connection: Connection, one: Case) -> None:
    """What stands beside a case learns who leads it and whom it is about, when that has changed."""
    now = of(one)
    values = {
        "case": one.id,
        "clue": one.clue_id,
        "lead": one.lead_agency.value,
        "party": now.party_name,
        "types": list(now.violation_types),
    }
    stale = connection.execute(_STALE, values).scalars().all()
    if not stale:
        return
    led = sa.update(work_item).where(_w.id.in_(stale))
    of_case = {"lead_agency": one.lead_agency.value, "beside_at": one.told_at}
    connection.execute(led.where(_w.kind == WorkKind.CLUE.value).values(of_case))
    beside = led.where(_w.kind != WorkKind.CLUE.value)
    told = beside.values(**of_case, party_name=now.party_name, violation_types=list(now.violation_types))
    rows = connection.execute(told.returning(_w.id, _w.kind, _w.number, _w.aliases, _w.title, _w.place)).all()
    texts = [
        _text_row(row.id, row.kind, (row.number, *row.aliases), row.title, row.place, now.party_name, "")
        for row in rows
    ]
    if texts:
        connection.execute(
            sa.text(
                "UPDATE work_text t SET body = n.body, party = n.party, grams = n.grams "
                "FROM jsonb_populate_recordset(NULL::work_text, CAST(:texts AS jsonb)) n WHERE t.id = n.id"
            ),
            {"texts": _json(texts)},
        )


def note_alarms(connection: Connection, objects: Iterable[UUID]) -> None:
    """How high the ladders of these objects have been climbed. After the clocks were marked, in the same unit."""
    found = sorted({str(id_) for id_ in objects})
    if found:
        connection.execute(_NOTE_ALARMS, {"objects": found})


def _items(connection: Connection, objects: Sequence[Progress]) -> list[WorkItem]:
    of_cases = beside_cases(connection, objects)
    nothing = OfCase()
    made = (work_of(one, of_cases.get(one.id, nothing)) for one in objects)
    return [item for item in made if item is not None]


def beside_cases(connection: Connection, objects: Sequence[Progress]) -> dict[UUID, OfCase]:
    """By the object's id, for what stands beside a case, or is the clue that it began with."""
    clues = [one.id for one in objects if isinstance(one, Clue) and one.case_id is not None]
    beside = {one.id: case_id for one in objects if (case_id := getattr(one, "case_id", None)) is not None}
    if not (clues or beside):
        return {}
    rows = connection.execute(_CASES.where(sa.or_(_c.clue_id.in_(clues), _c.id.in_(set(beside.values()))))).all()
    found = {
        row.id: OfCase(Agency(row.lead_agency), row.party_name, tuple(row.violation_types), row.longitude, row.latitude)
        for row in rows
    }
    of_clues = {row.clue_id: found[row.id] for row in rows}
    return {id_: found[case_id] for id_, case_id in beside.items() if case_id in found} | of_clues


def _rows(items: Sequence[WorkItem]) -> dict[str, str]:
    return {"items": _json([row_of(item) for item in items]), "texts": _json([_searched(item) for item in items])}


def row_of(item: WorkItem) -> dict[str, Any]:
    """Its columns."""
    holder_unit = item.holder_unit
    nothing = Decimal(0)
    return {
        "id": item.id,
        "kind": item.kind,
        "version": item.version,
        "number": item.number,
        "aliases": list(item.aliases),
        "title": item.title,
        "state": item.state,
        "state_since": item.state_since,
        "told_at": item.told_at,
        "valid_at": item.valid_at,
        "outcome": item.outcome,
        "part": item.part,
        "open": holder_unit is not None,
        "holder": item.holder,
        "holder_unit": holder_unit,
        "officers": list(item.officers),
        "division_code": item.division_code,
        "county_code": item.division_code[:COUNTY_DIGITS],
        "township_code": item.division_code[:TOWNSHIP_DIGITS],
        "given_township": item.given_township,
        "given_agency": item.given_agency,
        "asking_agency": item.asking_agency,
        "lead_agency": item.of_case.lead_agency,
        "place": item.place,
        "party_name": item.of_case.party_name,
        "violation_types": list(item.of_case.violation_types),
        "area_m2": item.area_m2 or nothing,
        "farmland_area_m2": item.farmland_area_m2 or nothing,
        "pbf_area_m2": item.pbf_area_m2 or nothing,
        "done_area_m2": item.done_area_m2,
        "opened_at": item.opened_at,
        "month": item.month,
        "due_on": item.due_on,
        "case_id": item.case_id,
    }


def _searched(item: WorkItem) -> dict[str, Any]:
    numbers = (item.number, *item.aliases)
    row = _text_row(item.id, item.kind, numbers, item.title, item.place, item.of_case.party_name, item.about)
    edges = bounds(item)
    west, south, east, north = edges or (None, None, None, None)
    at = {"longitude": item.of_case.longitude, "latitude": item.of_case.latitude}
    return {**row, **at, "west": west, "south": south, "east": east, "north": north}


def _text_row(
    id_: UUID, kind: str, numbers: Sequence[str], title: str, place: str, party: str, about: str
) -> dict[str, Any]:
    # A title that is the beginning of what it is about is searched once.
    spoken = about if about.startswith(title) else f"{title}\n{about}"
    body = body_of([*numbers, party, place, *spoken.split("\n")])
    found = grams(body) | {number_gram(number) for number in numbers}
    row = {"id": id_, "kind": kind, "body": body, "party": folded(party), "place": folded(place)}
    return {**row, "grams": sorted(found)}


def _json(rows: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()
