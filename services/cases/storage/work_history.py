"""What every object counted as at the end of every month: the figures of a period that has ended rest on it.

Triggers on work_item keep it, whoever writes, in the same statement. A change belongs to the month in which it was
told (work_item.told_at, on the business clock), so nothing that comes after a month touches its figures; beside that it
keeps the month since which it holds, as the papers say. A later step of an object is never valid before an earlier one.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

COUNTED = ("county_code", "township_code", "kind", "state", "outcome", "part", "lead_agency", "violation_type")
AREAS = ("area_m2", "farmland_area_m2", "pbf_area_m2", "done_area_m2")

_KEPT = ", ".join((*COUNTED, *AREAS))


def _of_item(row: str) -> list[str]:
    """What a row of work_item counts as."""
    special = {
        "lead_agency": f"coalesce({row}.lead_agency, '')",
        "violation_type": f"coalesce({row}.violation_types[1], '')",
    }
    return [special.get(name, f"{row}.{name}") for name in (*COUNTED, *AREAS)]


def month_of(instant: str) -> str:
    """SQL: yyyymm of an instant in Asia/Shanghai."""
    local = f"({instant} AT TIME ZONE 'Asia/Shanghai')"
    return f"CAST(extract(year FROM {local}) * 100 + extract(month FROM {local}) AS integer)"


def _named(row: str) -> str:
    return ", ".join(f"{value} AS {name}" for value, name in zip(_of_item(row), (*COUNTED, *AREAS), strict=True))


_INSERT = f"""
INSERT INTO work_history (id, told_month, valid_month, told_at, valid_at, {_KEPT})
SELECT n.id, {month_of("n.told_at")}, {month_of("least(n.valid_at, n.told_at)")}, n.told_at, n.valid_at, {_named("n")}
FROM come n;
"""
# What a case tells of those beside it is no event of theirs: it holds since it was told.
_OWN = "n.version <> g.version"
_TOLD = f"CASE WHEN {_OWN} THEN n.told_at ELSE greatest(n.told_at, n.beside_at) END"
_VALID = f"CASE WHEN {_OWN} THEN least(n.valid_at, n.told_at) ELSE greatest(n.told_at, n.beside_at) END"
_UPDATE = f"""
WITH changed AS (
    SELECT n.id, {_TOLD} AS told_at, {_VALID} AS valid_at, {_named("n")}
    FROM come n JOIN gone g ON g.id = n.id
    WHERE ({", ".join(_of_item("n"))}) IS DISTINCT FROM ({", ".join(_of_item("g"))})
), placed AS (
    SELECT c.*, greatest({month_of("c.told_at")}, h.told_month) AS to_month,
           least(greatest({month_of("c.valid_at")}, h.valid_month), greatest({month_of("c.told_at")}, h.told_month))
               AS since_month
    FROM changed c LEFT JOIN work_history h ON h.id = c.id AND h.until_month IS NULL
), ended AS (
    UPDATE work_history h SET until_month = p.to_month, until_valid_month = p.since_month
    FROM placed p
    WHERE h.id = p.id AND h.until_month IS NULL
      AND (h.told_month, h.valid_month) IS DISTINCT FROM (p.to_month, p.since_month)
)
INSERT INTO work_history (id, told_month, valid_month, told_at, valid_at, {_KEPT})
SELECT id, to_month, since_month, told_at, valid_at, {_KEPT} FROM placed
ON CONFLICT (id, told_month, valid_month) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in ("told_at", "valid_at", *COUNTED, *AREAS))};
"""
_DELETE = "DELETE FROM work_history h USING gone g WHERE h.id = g.id;"
_TRIGGERS = {
    "insert": ("REFERENCING NEW TABLE AS come", _INSERT),
    "update": ("REFERENCING OLD TABLE AS gone NEW TABLE AS come", _UPDATE),
    "delete": ("REFERENCING OLD TABLE AS gone", _DELETE),
}


def create_history_triggers(connection: Connection) -> None:
    """Of a migration, once both tables are there."""
    for event, (tables, body) in _TRIGGERS.items():
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION tianwei_note_work_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {body} RETURN NULL; END $$"
        )
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TRIGGER work_item_history_{event} AFTER {event.upper()} ON work_item {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION tianwei_note_work_{event}()"
        )


_STRAYS = sa.text(f"""
SELECT w.id FROM work_item w LEFT JOIN work_history h ON h.id = w.id AND h.until_month IS NULL
WHERE ({", ".join(_of_item("w"))}) IS DISTINCT FROM ({", ".join(f"h.{name}" for name in (*COUNTED, *AREAS))})
ORDER BY w.id
""")


def strays(connection: Connection) -> list[str]:
    """Objects whose last row of history is not what they are; none when all is well."""
    return [str(id_) for id_ in connection.execute(_STRAYS).scalars()]
