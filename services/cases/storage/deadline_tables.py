"""The table of clocks: one row for every clock of every object, with the step of the ladder that comes next."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)

deadline = sa.Table(
    "deadline",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="derived from the object and the clock's place in it"),
    sa.Column("object_type", sa.Text, nullable=False, comment="clue, case, rectification, joint_action"),
    sa.Column("object_id", _uuid, nullable=False),
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
    sa.Column("started_at", _instant, nullable=False),
    sa.Column("due_on", sa.Date),
    sa.Column("due_at", _instant, comment="of clocks in hours"),
    sa.Column("alarm_on", sa.Date),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("met_at", _instant),
    sa.Column("alarms", pg.JSONB, nullable=False, comment="[{step, at}], in order"),
    sa.Column("version", sa.Integer, nullable=False, comment="alarms told so far"),
    sa.Column("raised_step", sa.Text, comment="the last one told, for the end raised_due_on"),
    sa.Column("raised_due_on", sa.Date),
    sa.Column("raised_until", _instant, comment="planned instant of the last one told"),
    sa.Column("next_step", sa.Text),
    sa.Column("next_at", _instant, comment="null: nothing is to be raised"),
    # All that the sweep reads: what is due, however many clocks run.
    sa.Index("deadline_next", "next_at", postgresql_where=sa.text("next_at IS NOT NULL")),
    sa.Index("deadline_object", "object_id", "no", unique=True),
    sa.Index(
        "deadline_open_division",
        "division_code",
        "due_on",
        postgresql_ops={"division_code": "text_pattern_ops"},
        postgresql_where=sa.text("met_at IS NULL"),
    ),
    sa.Index("deadline_provisional", "object_id", postgresql_where=sa.text("met_at IS NULL AND provisional")),
)

# The row of every calendar by which the running clocks have been counted.
counted_calendar = sa.Table(
    "counted_calendar",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True, comment="CN-2027, NX-2026"),
    sa.Column("row_id", _uuid, nullable=False),
)
