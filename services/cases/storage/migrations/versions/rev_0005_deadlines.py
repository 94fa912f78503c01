"""The table of clocks, filled from the objects that have them; clocks in objects without the fields that are empty.

Clocks of the first release have no plan of alarms: `python -m services.cases.recount` gives those that run one.
"""

from collections.abc import Iterator
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from shared.ids import derived_id

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BATCH = 1000
_SIGNED = ("J02", "J02U")
# The fields that were always written and are empty are no longer written.
_EMPTY_GONE = """
UPDATE "{table}" SET deadlines = (
    SELECT jsonb_agg(jsonb_strip_nulls(clock) ORDER BY no)
    FROM jsonb_array_elements(deadlines) WITH ORDINALITY AS clocks(clock, no))
WHERE deadlines <> '[]'
"""
_OBJECTS = {
    "clue": ("clue_no", "township_code, NULL AS lead_agency, NULL AS tasks"),
    "case": ("case_no", "NULL AS township_code, lead_agency, NULL AS tasks"),
    "rectification": ("item_no", "NULL AS township_code, NULL AS lead_agency, NULL AS tasks"),
    "joint_action": ("action_no", "NULL AS township_code, lead_agency, tasks"),
}


def upgrade() -> None:
    uuid, instant = pg.UUID(as_uuid=True), sa.TIMESTAMP(timezone=True)
    op.create_table(
        "deadline",
        sa.Column("id", uuid, primary_key=True, comment="derived from the object and the clock's place in it"),
        sa.Column("object_type", sa.Text, nullable=False, comment="clue, case, rectification, joint_action"),
        sa.Column("object_id", uuid, nullable=False),
        sa.Column("no", sa.Integer, nullable=False, comment="the clock's place in its object, from 1"),
        sa.Column("object_no", sa.Text, nullable=False),
        sa.Column("division_code", sa.Text, nullable=False),
        sa.Column("township_code", sa.Text, comment="the township whose clock it is"),
        sa.Column("agencies", pg.ARRAY(sa.Text), nullable=False, comment="the agencies whose clock it is"),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("rule_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("mark", sa.Text),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("overlay", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False, comment="running, paused, met"),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("due_at", instant, comment="of clocks in hours"),
        sa.Column("alarm_on", sa.Date),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("met_at", instant),
        sa.Column("alarms", pg.JSONB, nullable=False, comment="[{step, at}], in order"),
        sa.Column("version", sa.Integer, nullable=False, comment="alarms told so far"),
        sa.Column("raised_step", sa.Text, comment="the last one told, for the end raised_due_on"),
        sa.Column("raised_due_on", sa.Date),
        sa.Column("raised_until", instant, comment="planned instant of the last one told"),
        sa.Column("next_step", sa.Text),
        sa.Column("next_at", instant, comment="null: nothing is to be raised"),
    )
    for table in _OBJECTS:
        op.execute(_EMPTY_GONE.format(table=table))
        _fill(op.get_bind(), table)
    open_ones = sa.text("met_at IS NULL")
    op.create_table(
        "counted_calendar",
        sa.Column("key", sa.Text, primary_key=True, comment="CN-2027, NX-2026"),
        sa.Column("row_id", uuid, nullable=False),
    )
    op.create_index("deadline_next", "deadline", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL"))
    op.create_index("deadline_object", "deadline", ["object_id", "no"], unique=True)
    op.create_index(
        "deadline_open_division",
        "deadline",
        ["division_code", "due_on"],
        postgresql_ops={"division_code": "text_pattern_ops"},
        postgresql_where=open_ones,
    )
    op.create_index(
        "deadline_provisional", "deadline", ["object_id"], postgresql_where=sa.text("met_at IS NULL AND provisional")
    )


def _fill(connection: sa.Connection, table: str) -> None:
    number, more = _OBJECTS[table]
    last = "00000000-0000-0000-0000-000000000000"
    while objects := connection.execute(
        sa.text(
            f'SELECT id, {number} AS no, division_code, deadlines, {more} FROM "{table}" '
            "WHERE id > CAST(:last AS uuid) ORDER BY id LIMIT :most"
        ),
        {"last": last, "most": _BATCH},
    ).all():
        last = str(objects[-1].id)
        rows = [row for one in objects for row in _rows(table, one)]
        connection.execute(
            sa.text(
                "INSERT INTO deadline SELECT * FROM jsonb_populate_recordset(NULL::deadline, CAST(:rows AS jsonb))"
            ),
            {"rows": orjson.dumps(rows, default=str).decode()},
        )


def _rows(table: str, one: Any) -> Iterator[dict[str, Any]]:
    in_township = one.division_code[6:9].strip("0")
    township_code = one.township_code or (one.division_code[:9] + "000" if in_township else None)
    for number, clock in enumerate(one.deadlines, 1):
        agencies = [one.lead_agency] if one.lead_agency else []
        yield {
            "id": derived_id(one.id, "clock", number),
            "object_type": table,
            "object_id": one.id,
            "no": number,
            "object_no": one.no,
            "division_code": one.division_code,
            "township_code": township_code,
            "agencies": _waiting(one.tasks or [], clock["rule_id"] in _SIGNED) or agencies,
            "holder": "",
            "direction": "until",
            "overlay": False,
            "state": "met" if "met_at" in clock else "running",
            "alarms": [],
            "version": 0,
            **{name: clock.get(name) for name in ("rule_id", "title", "started_at", "due_on", "due_at")},
            **{name: clock.get(name) for name in ("provisional", "met_at")},
        }


def _waiting(tasks: list[dict[str, Any]], for_signing: bool) -> list[str]:
    """The agencies that have not signed, or not reported."""
    signs = ("signed_at", "accepted_at", "reported_at")
    live = [task for task in tasks if not task.get("replaced_by")]
    return [
        task["letter"]["agency"]
        for task in live
        if not (any(task.get(name) for name in signs) if for_signing else task.get("state") == "reported")
    ]


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
