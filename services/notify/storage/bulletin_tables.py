"""Tables of bulletins: what every object of cases counted as and since when, and the figures frozen from that.

counted_object and standing follow from the log of cases alone. bulletin_group is frozen with its bulletin: a trigger
refuses every change.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg

from services.notify.storage.tables import METADATA

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)
_m2 = sa.Numeric(18, 2)
AREAS = ("area_m2", "farmland_area_m2", "pbf_area_m2", "done_area_m2")
COUNTED = ("state", "outcome", "part", *AREAS, "due_on")


def _counts() -> list[sa.Column[Any]]:
    return [
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("part", sa.Text, nullable=False, comment="whole, parent, child"),
        *(sa.Column(name, _m2, nullable=False) for name in AREAS),
        sa.Column("due_on", sa.Date, comment="of an item: the earliest last day of a running clock"),
    ]


counted_object = sa.Table(
    "counted_object",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False, comment="WorkKind"),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("case_id", _uuid),
    sa.Column("division_code", sa.Text, nullable=False),
    *_counts(),
    sa.Column("measured", sa.Boolean, nullable=False),
    sa.Column("clocks", pg.JSONB, nullable=False),
    sa.Column("told_at", _instant, nullable=False, comment="of its last row in standing"),
    sa.Column("valid_at", _instant, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False, comment="of its last row in standing"),
    sa.Index("counted_object_case", "case_id"),
)

# A row holds from the event at `position` to that at `until_position`. No row loses its meaning by what comes later:
# what stood at an instant, as far as a position had told, is the same for ever.
standing = sa.Table(
    "standing",
    METADATA,
    sa.Column("object_id", _uuid, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("until_position", sa.BigInteger),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("county_code", sa.Text, nullable=False, comment="6 digits"),
    sa.Column("township_code", sa.Text, nullable=False, comment="9 digits"),
    sa.Column("told_at", _instant, nullable=False),
    sa.Column("until_told_at", _instant),
    sa.Column("valid_at", _instant, nullable=False),
    sa.Column("until_valid_at", _instant),
    *_counts(),
    # What stood at a late instant is mostly what stands now: those few rows are found without the history.
    sa.Index("standing_until_told", "county_code", "kind", sa.text("coalesce(until_told_at, 'infinity')")),
    sa.Index("standing_until_valid", "county_code", "kind", sa.text("coalesce(until_valid_at, 'infinity')")),
    sa.Index("standing_until_position", "until_position"),
    sa.Index("standing_position", "position"),
)

climbed_step = sa.Table(
    "climbed_step",
    METADATA,
    sa.Column("object_id", _uuid, primary_key=True),
    sa.Column("rule_id", sa.Text, primary_key=True),
    sa.Column("step", sa.Text, primary_key=True, comment="E0 to E5"),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("raised_at", _instant, nullable=False),
    sa.Column("days_over", sa.Integer, nullable=False),
)

# One row where events were settled before anything was counted: a bulletin waits until they are counted again.
counting_gap = sa.Table(
    "counting_gap",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("until_position", sa.BigInteger, nullable=False),
)

bulletin = sa.Table(
    "bulletin",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False, comment="12-digit code of the county"),
    sa.Column("state", sa.Text, nullable=False, comment="BulletinState"),
    sa.Column("kind", sa.Text, nullable=False, comment="BulletinKind"),
    sa.Column("period", sa.Text, nullable=False, comment="2026-Q2, or its days"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date, nullable=False, comment="last day"),
    sa.Column("due_on", sa.Date, comment="of a regular one, when it was due first"),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("told_at", _instant, nullable=False, comment="when it became due or was drafted"),
    sa.Column("drafted", pg.JSONB(none_as_null=True), comment="BulletinSnapshot"),
    sa.Column("document_id", _uuid),
    sa.Index("bulletin_period", "jurisdiction", "period", "revision", unique=True),
    sa.Index("bulletin_newest", "told_at", "id"),
    sa.Index("bulletin_document", "document_id"),
)

bulletin_group = sa.Table(
    "bulletin_group",
    METADATA,
    sa.Column("bulletin_id", _uuid, primary_key=True),
    sa.Column("point", sa.Text, primary_key=True, comment="this, before, year_before"),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("township_code", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("overdue", sa.Boolean, nullable=False),
    sa.Column("items", sa.BigInteger, nullable=False),
    *(sa.Column(name, _m2, nullable=False) for name in AREAS),
    sa.Column("members_sha256", sa.Text, nullable=False),
    sa.Column("members", pg.ARRAY(_uuid), comment="ids of the objects, in order; of `this` alone"),
)

# The county's own rhythm, as the configuration register of cases tells it.
bulletin_setting = sa.Table(
    "bulletin_setting",
    METADATA,
    sa.Column("rule_id", _uuid, primary_key=True),
    sa.Column("county_code", sa.Text, nullable=False, comment="12 digits"),
    sa.Column("rows", pg.JSONB, nullable=False, comment="value, valid_from, valid_to of each"),
)

TABLES = (
    counted_object,
    standing,
    climbed_step,
    counting_gap,
    bulletin,
    bulletin_group,
    bulletin_setting,
)

_FROZEN = (
    "CREATE OR REPLACE FUNCTION tianwei_bulletin_is_frozen() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the figures of a bulletin are frozen'; END $$",
    "CREATE TRIGGER bulletin_group_is_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON bulletin_group "
    "FOR EACH STATEMENT EXECUTE FUNCTION tianwei_bulletin_is_frozen()",
)
_GAP = """
INSERT INTO counting_gap (id, until_position)
SELECT gen_random_uuid(), position FROM feed_cursor WHERE producer = 'cases' AND position > 0
"""


def create(connection: Connection) -> None:
    """Of the migration. What was settled before is marked as not counted."""
    for table in TABLES:
        table.create(connection, checkfirst=True)
    for statement in _FROZEN:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(_GAP)
