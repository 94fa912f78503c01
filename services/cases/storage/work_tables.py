"""Tables of working lists, search and statistics: everything of cases once more, in the form in which it is looked for.

They follow from the objects' own tables and are written in the same transaction. What is searched stands apart from
what is listed: a step changes state and dates, not words, and so leaves the large index alone.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)
_area = sa.Numeric(18, 2)
_OPEN = sa.text("open")

BLOCK = 8192
"""Rows of work_text that share a block: search goes through the blocks, the newest first."""


def _areas() -> list[sa.Column[object]]:
    names = ("area_m2", "farmland_area_m2", "pbf_area_m2", "done_area_m2")
    return [sa.Column(name, _area, nullable=False) for name in names]


work_item = sa.Table(
    "work_item",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False, comment="WorkKind"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("aliases", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("state_since", _instant, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False, comment="opinion, method, closing ground, level; empty: not yet"),
    sa.Column("part", sa.Text, nullable=False, comment="whole, parent, child"),
    sa.Column("open", sa.Boolean, nullable=False, comment="somebody holds it"),
    sa.Column("holder", sa.Text, nullable=False, comment="Holder"),
    sa.Column("holder_unit", sa.Text, comment="coordinator:640521, township:640521104, natural_resources:640521"),
    sa.Column("officers", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("county_code", sa.Text, nullable=False, comment="6 digits"),
    sa.Column("township_code", sa.Text, nullable=False, comment="9 digits; those of the county where it is no finer"),
    sa.Column("given_township", sa.Text, comment="9 digits: to which a clue is assigned"),
    sa.Column("given_agency", sa.Text, comment="to which a clue is assigned, or a letter of assistance is addressed"),
    sa.Column("asking_agency", sa.Text, comment="of a letter of assistance: who asks"),
    sa.Column("lead_agency", sa.Text, comment="of the case that it is or stands beside"),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("party_name", sa.Text, nullable=False),
    sa.Column("violation_types", pg.ARRAY(sa.Text), nullable=False),
    *_areas(),
    sa.Column("opened_at", _instant, nullable=False),
    sa.Column("told_at", _instant, nullable=False, comment="its last event, on the business clock"),
    sa.Column("valid_at", _instant, nullable=False, comment="since when it is as it is: shared/validity.py"),
    sa.Column("beside_at", _instant, comment="when what it has from its case last changed; null: never"),
    sa.Column("month", sa.Integer, nullable=False, comment="yyyymm of opened_at in Asia/Shanghai"),
    sa.Column("due_on", sa.Date, comment="earliest running clock"),
    sa.Column(
        "due_key",
        sa.Integer,
        sa.Computed("coalesce(due_on - DATE '2000-01-01', 100000)", persisted=True),
        nullable=False,
        comment="due_on as days since 2000, last of all without one: what lists are ordered by",
    ),
    sa.Column("ladder_step", sa.SmallInteger, comment="0 to 5: the highest of its running clocks; null: none raised"),
    sa.Column("case_id", _uuid),
    sa.Index("work_newest", "county_code", sa.text("opened_at DESC"), sa.text("id DESC")),
    sa.Index("work_kind_newest", "county_code", "kind", "state", sa.text("opened_at DESC"), sa.text("id DESC")),
    sa.Index("work_township_newest", "township_code", sa.text("opened_at DESC"), sa.text("id DESC")),
    sa.Index("work_due", "county_code", "due_key", "id", postgresql_where=_OPEN),
    sa.Index("work_township_due", "township_code", "due_key", "id", postgresql_where=_OPEN),
    sa.Index("work_unit_due", "holder_unit", "due_key", "id", postgresql_where=_OPEN),
    sa.Index("work_stuck", "county_code", "state_since", "id", postgresql_where=_OPEN),
    sa.Index("work_township_stuck", "township_code", "state_since", "id", postgresql_where=_OPEN),
    # The oldest of every group, and which groups there are, by jumping from one to the next.
    sa.Index("work_group", "county_code", "kind", "state", "holder_unit", "state_since", postgresql_where=_OPEN),
    sa.Index(
        "work_ladder",
        "county_code",
        "ladder_step",
        "due_key",
        "id",
        postgresql_where=sa.text("open AND ladder_step IS NOT NULL"),
    ),
    # Mine, in the order of its days. Most work names two officers; who comes third is found by the array.
    sa.Index("work_first_officer", "holder_unit", sa.text("(officers[1])"), "due_key", "id", postgresql_where=_OPEN),
    sa.Index("work_second_officer", "holder_unit", sa.text("(officers[2])"), "due_key", "id", postgresql_where=_OPEN),
    sa.Index(
        "work_other_officers",
        "officers",
        postgresql_using="gin",
        postgresql_where=sa.text("open AND cardinality(officers) > 2"),
    ),
    sa.Index("work_given", "given_township", "due_key", "id", postgresql_where=sa.text("given_township IS NOT NULL")),
    sa.Index(
        "work_given_agency",
        "county_code",
        "given_agency",
        "due_key",
        "id",
        postgresql_where=sa.text("given_agency IS NOT NULL"),
    ),
    sa.Index(
        "work_asking_agency",
        "county_code",
        "asking_agency",
        "due_key",
        "id",
        postgresql_where=sa.text("asking_agency IS NOT NULL"),
    ),
    sa.Index("work_case", "case_id", postgresql_where=sa.text("case_id IS NOT NULL")),
)

work_text = sa.Table(
    "work_text",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("serial", sa.BigInteger, sa.Identity(), nullable=False, unique=True, comment="in the order of entry"),
    sa.Column(
        "block",
        sa.Integer,
        sa.Computed(f"CAST(serial / {BLOCK} AS integer)", persisted=True),
        nullable=False,
    ),
    sa.Column("body", sa.Text, nullable=False, comment="what is searched, folded: domain/grams.py"),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("grams", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("longitude", sa.Double),
    sa.Column("latitude", sa.Double),
    sa.Column("west", sa.Double, comment="degrees, of the shape or the position"),
    sa.Column("south", sa.Double),
    sa.Column("east", sa.Double),
    sa.Column("north", sa.Double),
    # A pending list is read whole by every search: short.
    sa.Index(
        "work_text_grams",
        "block",
        "grams",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": 256},
    ),
    sa.Index(
        "work_text_bounds",
        "block",
        sa.text("box(point(east, north), point(west, south))"),
        postgresql_using="gist",
        postgresql_where=sa.text("west IS NOT NULL"),
    ),
)


def _counted() -> list[sa.Column[object]]:
    return [
        sa.Column("county_code", sa.Text, nullable=False),
        sa.Column("township_code", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("lead_agency", sa.Text, nullable=False, comment="empty: none"),
        sa.Column("violation_type", sa.Text, nullable=False, comment="the first of an object; empty: none"),
    ]


def _dimensions() -> list[sa.Column[object]]:
    return [
        *_counted(),
        sa.Column("month", sa.Integer, nullable=False),
        sa.Column("holder_unit", sa.Text, nullable=False, comment="empty: nobody"),
        sa.Column(
            "told_month",
            sa.Integer,
            nullable=False,
            server_default="0",
            comment="0: as things are now; else what changed in it, yyyymm, in sums also yyyy",
        ),
        sa.Column(
            "valid_month", sa.Integer, nullable=False, server_default="0", comment="of which it was told; 0: not kept"
        ),
    ]


def _measures() -> list[sa.Column[object]]:
    return [sa.Column("items", sa.BigInteger, nullable=False), *_areas()]


# What every object counted as, from when to when: one row for each month in which that changed. A row that was told in
# a month that is over is never changed but for its end.
work_history = sa.Table(
    "work_history",
    METADATA,
    sa.Column("id", _uuid, nullable=False),
    sa.Column("told_month", sa.Integer, nullable=False, comment="yyyymm in Asia/Shanghai: in which it was told"),
    sa.Column("valid_month", sa.Integer, nullable=False, comment="since which it holds; earlier: it was told late"),
    sa.Column("until_month", sa.Integer, comment="told_month of the next row; null: it still counts so"),
    sa.Column("until_valid_month", sa.Integer),
    sa.Column("told_at", _instant, nullable=False),
    sa.Column("valid_at", _instant, nullable=False),
    *_counted(),
    *_areas(),
    sa.PrimaryKeyConstraint("id", "told_month", "valid_month"),
    sa.Index("work_history_of", "county_code", "kind", "state", "township_code", "id"),
    sa.Index(
        "work_history_late",
        "county_code",
        "kind",
        "told_month",
        postgresql_where=sa.text("valid_month < told_month"),
    ),
)

statistic_delta = sa.Table(
    "statistic_delta",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    *_dimensions(),
    *_measures(),
)

statistic_sum = sa.Table(
    "statistic_sum",
    METADATA,
    sa.Column("cube", sa.SmallInteger, nullable=False, comment="which of them are kept apart: storage/statistics.py"),
    *_dimensions(),
    *_measures(),
    sa.PrimaryKeyConstraint(
        "county_code",
        "cube",
        "kind",
        "told_month",
        "month",
        "township_code",
        "violation_type",
        "state",
        "outcome",
        "part",
        "lead_agency",
        "holder_unit",
        "valid_month",
    ),
    # One type of all that there was at the end of a period.
    sa.Index(
        "statistic_sum_type",
        "county_code",
        "cube",
        "kind",
        "violation_type",
        "told_month",
        postgresql_where=sa.text("told_month > 0"),
    ),
    sa.Index(
        "statistic_sum_late",
        "county_code",
        "cube",
        "kind",
        "told_month",
        postgresql_where=sa.text("valid_month > 0 AND valid_month < told_month"),
    ),
    # Every fold changes rows in place.
    postgresql_with={"fillfactor": 70},
)

TABLES = (work_item, work_text, work_history, statistic_delta, statistic_sum)
