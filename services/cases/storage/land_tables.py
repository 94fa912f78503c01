"""Tables of land: versions of base layers with their features, shapes of clues, overlays."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.cases.storage.import_tables import METADATA, file_job

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)
_OPEN = sa.text("state IN ('queued', 'running')")

land_layer = sa.Table(
    "land_layer",
    METADATA,
    *file_job("created", "repaired", "rejected"),
    sa.Column("kind", sa.Text, nullable=False, comment="LandLayerKind"),
    sa.Column("version_name", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False, comment="day of the survey"),
    sa.Index("land_layer_open", "requested_at", postgresql_where=_OPEN),
    sa.Index(
        "land_layer_version",
        "division_code",
        "kind",
        "version_name",
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    ),
)

land_layer_row = sa.Table(
    "land_layer_row",
    METADATA,
    sa.Column("layer_id", _uuid, sa.ForeignKey("land_layer.id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("outcome", sa.Text, nullable=False, comment="repaired, rejected"),
    sa.Column("field", sa.Text),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("facts", pg.JSONB, nullable=False),
    sa.Column("raw", pg.JSONB(none_as_null=True), comment="attributes of a rejected row"),
)

land_feature = sa.Table(
    "land_feature",
    METADATA,
    sa.Column("layer_id", _uuid, sa.ForeignKey("land_layer.id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("land_class", sa.Text),
    sa.Column("plot_code", sa.Text),
    sa.Column("area_m2", sa.Numeric(18, 2), nullable=False),
    sa.Column("west", sa.Double, nullable=False),
    sa.Column("south", sa.Double, nullable=False),
    sa.Column("east", sa.Double, nullable=False),
    sa.Column("north", sa.Double, nullable=False),
    sa.Column("wkb", sa.LargeBinary, nullable=False, comment="EPSG:4490, little endian"),
    sa.Index("land_feature_plot", "plot_code", postgresql_where=sa.text("plot_code IS NOT NULL")),
    sa.Index("land_feature_box", sa.text("box(point(west, south), point(east, north))"), postgresql_using="gist"),
)

clue_shape = sa.Table(
    "clue_shape",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True, comment="SHA-256 of wkb: PatchFacts.geometry_digest"),
    sa.Column("wkb", sa.LargeBinary, nullable=False, comment="the whole shape; the clue has an outline of it"),
)

overlay = sa.Table(
    "overlay",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("state", sa.Text, nullable=False, comment="queued, running, finished, refused"),
    sa.Column("division_code", sa.Text, nullable=False, comment="of the clue"),
    sa.Column("clue_id", _uuid, nullable=False),
    sa.Column("clue_no", sa.Text, nullable=False),
    sa.Column("on_day", sa.Date, nullable=False),
    sa.Column("requested_by", pg.JSONB, nullable=False, comment="the actor"),
    sa.Column("requested_at", _instant, nullable=False),
    sa.Column("correlation_id", sa.Text, nullable=False),
    sa.Column("finished_at", _instant),
    sa.Column("result", pg.JSONB(none_as_null=True), comment="OverlayFact"),
    sa.Column("plot_codes", pg.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("problem", pg.JSONB(none_as_null=True), comment="code, field, facts"),
    sa.Column("lease_token", _uuid, comment="of the worker that has it"),
    sa.Column("lease_until", _instant),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Index("overlay_open", "requested_at", postgresql_where=_OPEN),
    sa.Index("overlay_clue", "clue_id", sa.text("id DESC")),
    sa.Index("overlay_plots", "plot_codes", postgresql_using="gin"),
)
