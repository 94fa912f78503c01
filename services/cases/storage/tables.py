"""Tables of cases. What is searched, sorted or shown in lists is a column; lists and documents are JSONB."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)
_area = sa.Numeric(18, 2)


def _head(no: str, states: str) -> list[sa.Column[Any]]:
    """What every object has: id, version, state, number, place, documents, clocks."""
    return [
        sa.Column("id", _uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False, comment=states),
        sa.Column(no, sa.Text, nullable=False, unique=True),
        sa.Column("division_code", sa.Text, nullable=False),
        sa.Column("documents", pg.JSONB, nullable=False),
        sa.Column("deadlines", pg.JSONB, nullable=False),
    ]


clue = sa.Table(
    "clue",
    METADATA,
    *_head("clue_no", "ClueState"),
    sa.Column("due_on", sa.Date, comment="earliest running clock"),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("division_name", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("longitude", sa.Double),
    sa.Column("latitude", sa.Double),
    sa.Column("area_m2", _area),
    sa.Column("farmland_area_m2", _area),
    sa.Column("pbf_area_m2", _area),
    sa.Column("suspected_type", sa.Text),
    sa.Column("received_at", _instant, nullable=False),
    sa.Column("found_at", _instant),
    sa.Column("township_code", sa.Text, comment="whom it is assigned to"),
    sa.Column("officers", pg.JSONB, nullable=False),
    sa.Column("opinion", sa.Text),
    sa.Column("facts", sa.Text),
    sa.Column("patch_no", sa.Text),
    sa.Column("patch", pg.JSONB(none_as_null=True)),
    sa.Column("geometry", pg.JSONB(none_as_null=True), comment="GeoJSON geometry, EPSG:4490"),
    sa.Column("import_id", _uuid),
    sa.Column("case_id", _uuid),
    sa.Column("agency", sa.Text, comment="whom it is assigned to, when not a township"),
    sa.Column("review_state", sa.Text, comment="ReviewState; goes on beside a case"),
    sa.Column("review_required", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("submitted_by", sa.Text, comment="account of who submitted the opinion"),
    sa.Column("proof", pg.JSONB(none_as_null=True)),
    sa.Column("missing_proofs", pg.JSONB, nullable=False, server_default="[]"),
    sa.Column("build_age", sa.Text, comment="new, stock"),
    sa.Column("sent_back", pg.JSONB, nullable=False, server_default="[]"),
    sa.Column("aliases", pg.JSONB, nullable=False, server_default="[]"),
    sa.Column("alias_numbers", pg.ARRAY(sa.Text), nullable=False, server_default="{}", comment="of aliases"),
    sa.Column("report", pg.JSONB(none_as_null=True), comment="how a person's report came in; never who it was"),
    sa.Column("reject_reason", sa.Text),
    sa.Column("linked_to_id", _uuid),
    sa.Column("linked_to_no", sa.Text),
    sa.Column("rebound", pg.JSONB(none_as_null=True)),
    sa.Column("rebound_item_id", _uuid),
    sa.Column("parent_id", _uuid),
    sa.Column("parent_no", sa.Text, comment="null: an original patch"),
    sa.Column("child_no", sa.Integer),
    sa.Column("is_split", sa.Boolean, nullable=False, server_default=sa.false(), comment="true: not a verified patch"),
    sa.Column("split", pg.JSONB(none_as_null=True)),
    sa.Column("transfer", pg.JSONB(none_as_null=True)),
    sa.Column("archive_no", sa.Text),
    sa.Column("west", sa.Double, comment="of the shape, else of the position: degrees, EPSG:4490"),
    sa.Column("south", sa.Double),
    sa.Column("east", sa.Double),
    sa.Column("north", sa.Double),
    sa.Index("clue_newest", sa.text("received_at DESC"), sa.text("id DESC")),
    sa.Index("clue_state_newest", "state", sa.text("received_at DESC"), sa.text("id DESC")),
    sa.Index("clue_division", "division_code", postgresql_ops={"division_code": "text_pattern_ops"}),
    sa.Index("clue_township", "township_code", postgresql_ops={"township_code": "text_pattern_ops"}),
    sa.Index("clue_patch_no", "patch_no", unique=True, postgresql_where=sa.text("patch_no IS NOT NULL")),
    sa.Index("clue_case", "case_id", postgresql_where=sa.text("case_id IS NOT NULL")),
    # Without its pending list, through which every search would have to look after an import.
    sa.Index("clue_alias_numbers", "alias_numbers", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    sa.Index("clue_extent", sa.text("box(point(east, north), point(west, south))"), postgresql_using="gist"),
    sa.Index("clue_parent", "parent_no", postgresql_where=sa.text("parent_no IS NOT NULL")),
    sa.Index("clue_agency", "agency", postgresql_where=sa.text("agency IS NOT NULL")),
)

case = sa.Table(
    "case",
    METADATA,
    *_head("case_no", "CaseState"),
    sa.Column("due_on", sa.Date),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("violation_types", pg.JSONB, nullable=False),
    sa.Column("party_name", sa.Text, nullable=False),
    sa.Column("party_kind", sa.Text, nullable=False),
    sa.Column("lead_agency", sa.Text, nullable=False),
    sa.Column("officers", pg.JSONB, nullable=False),
    sa.Column("clue_id", _uuid, nullable=False, unique=True),
    sa.Column("clue_no", sa.Text, nullable=False, unique=True),
    sa.Column("patch_no", sa.Text),
    sa.Column("division_name", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("longitude", sa.Double),
    sa.Column("latitude", sa.Double),
    sa.Column("area_m2", _area, nullable=False),
    sa.Column("farmland_area_m2", _area, nullable=False),
    sa.Column("pbf_area_m2", _area, nullable=False),
    sa.Column("filed_at", _instant, nullable=False),
    sa.Column("notice_served_at", _instant),
    sa.Column("decision_no", sa.Text),
    sa.Column("decided_at", _instant),
    sa.Column("served_at", _instant),
    sa.Column("closed_at", _instant),
    sa.Column("closing_ground", sa.Text),
    sa.Column("old_no", sa.Text, comment="of a case that was taken over: the number it had"),
    sa.Column(
        "procedure", pg.JSONB, nullable=False, server_default="{}", comment="Procedure: what is beside the state"
    ),
    sa.Index("case_newest", sa.text("filed_at DESC"), sa.text("id DESC")),
    sa.Index("case_state_newest", "state", sa.text("filed_at DESC"), sa.text("id DESC")),
    sa.Index("case_division", "division_code", postgresql_ops={"division_code": "text_pattern_ops"}),
    sa.Index("case_party", "party_name", sa.text("filed_at DESC")),
    sa.Index("case_patch_no", "patch_no", postgresql_where=sa.text("patch_no IS NOT NULL")),
    sa.Index(
        "case_old_no",
        "old_no",
        sa.text("substr(division_code, 1, 6)"),
        unique=True,
        postgresql_where=sa.text("old_no IS NOT NULL"),
    ),
)

rectification = sa.Table(
    "rectification",
    METADATA,
    *_head("item_no", "RectificationState"),
    sa.Column("due_on", sa.Date),
    sa.Column("case_id", _uuid, nullable=False),
    sa.Column("case_no", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("division_name", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("area_m2", _area, nullable=False),
    sa.Column("farmland_area_m2", _area, nullable=False),
    sa.Column("rectified_area_m2", _area, nullable=False),
    sa.Column("accepted_area_m2", _area, nullable=False),
    sa.Column("ordered_at", _instant, nullable=False),
    sa.Column("term_on", sa.Date, comment="null while there is no plan"),
    sa.Column("responsible_person", sa.Text, nullable=False),
    sa.Column("requirement", sa.Text, nullable=False),
    sa.Column("struck_off_at", _instant),
    sa.Column("facts", pg.JSONB, nullable=False, server_default="{}", comment="RectificationFacts"),
    sa.Index("rectification_newest", sa.text("ordered_at DESC"), sa.text("id DESC")),
    sa.Index("rectification_case", "case_id"),
    sa.Index("rectification_division", "division_code", postgresql_ops={"division_code": "text_pattern_ops"}),
)

joint_action = sa.Table(
    "joint_action",
    METADATA,
    *_head("action_no", "JointActionState"),
    sa.Column("case_id", _uuid, nullable=False),
    sa.Column("case_no", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("acting_at", _instant, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("lead_agency", sa.Text, nullable=False),
    sa.Column("brief", pg.JSONB, nullable=False),
    sa.Column("tasks", pg.JSONB, nullable=False),
    sa.Column("convened_at", _instant, nullable=False),
    sa.Column("closed_at", _instant),
    sa.Index("joint_action_newest", sa.text("convened_at DESC"), sa.text("id DESC")),
    sa.Index("joint_action_case", "case_id"),
    sa.Index("joint_action_division", "division_code", postgresql_ops={"division_code": "text_pattern_ops"}),
)

number_counter = sa.Table(
    "number_counter",
    METADATA,
    sa.Column("kind", sa.Text, primary_key=True, comment="CL, CA, RI, JA"),
    sa.Column("county", sa.Text, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False, comment="highest number given out in a block"),
)
