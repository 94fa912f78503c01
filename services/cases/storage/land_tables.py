"""Tables of land: versions of base layers with their features, shapes of clues, overlays, what plots lie on.

Layers, features and whole shapes are source data: files made them, of which the log keeps the digest. Overlays follow
from the log (services/cases/rebuild.py); what plots lie on is measured again whenever a layer comes.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.cases.storage.import_tables import METADATA, file_job

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)
_OPEN = sa.text("state IN ('queued', 'running')")

land_layer = sa.Table(
    "land_layer",
    METADATA,
    *file_job("created", "repaired", "rejected", "outside"),
    sa.Column("kind", sa.Text, nullable=False, comment="LandLayerKind"),
    sa.Column("version_name", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False, comment="day of the survey"),
    sa.Column("layer_name", sa.Text, comment="of the layer in the file, as asked for"),
    sa.Column("repair", sa.Boolean, nullable=False, server_default="false"),
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
    sa.Column("outcome", sa.Text, nullable=False, comment="repaired, rejected, outside"),
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


def _job() -> list[sa.Column[Any]]:
    """What a job that has no file has."""
    return [
        sa.Column("id", _uuid, primary_key=True),
        sa.Column("state", sa.Text, nullable=False, comment="queued, running, finished"),
        sa.Column("division_code", sa.Text, nullable=False),
        sa.Column("requested_by", pg.JSONB, nullable=False, comment="the actor"),
        sa.Column("requested_at", _instant, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("lease_token", _uuid, comment="of the worker that has it"),
        sa.Column("lease_until", _instant),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    ]


def _asked() -> list[sa.Column[Any]]:
    """Of which clue, with whose layers."""
    return [
        sa.Column("clue_id", _uuid, nullable=False),
        sa.Column("clue_no", sa.Text, nullable=False),
        sa.Column("on_day", sa.Date, nullable=False, comment="whose layers"),
        sa.Column("day_basis", sa.Text, nullable=False, comment="OverlayDay"),
        sa.Column("purpose", sa.Text, nullable=False, server_default="act", comment="OverlayPurpose"),
    ]


overlay_job = sa.Table(
    "overlay_job",
    METADATA,
    *_job(),
    *_asked(),
    sa.Column("cause", pg.JSONB(none_as_null=True), comment="OverlayCause: the layer that asked for it"),
    sa.Index("overlay_job_open", "requested_at", postgresql_where=_OPEN),
    sa.Index("overlay_job_clue", "clue_id"),
)

overlay = sa.Table(
    "overlay",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="of its job, which goes when it is here"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False, comment="of the clue"),
    *_asked(),
    sa.Column("requested_at", _instant, nullable=False),
    sa.Column("finished_at", _instant, nullable=False),
    sa.Column("result", pg.JSONB(none_as_null=True), comment="OverlayFact"),
    sa.Column("plot_codes", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("problem", pg.JSONB(none_as_null=True), comment="code, field, facts"),
    sa.Column("again", pg.JSONB(none_as_null=True), comment="OverlayAgain"),
    sa.Column(
        "changed",
        sa.Boolean,
        sa.Computed("coalesce(jsonb_array_length(again -> 'changes'), 0) > 0", persisted=True),
        nullable=False,
        comment="a layer made it otherwise than it was",
    ),
    sa.Index("overlay_changed", sa.text("id DESC"), postgresql_where=sa.text("changed")),
    sa.Index("overlay_clue", "clue_id", sa.text("id DESC")),
    sa.Index("overlay_plots", "plot_codes", postgresql_using="gin"),
)

plot_job = sa.Table(
    "plot_job",
    METADATA,
    *_job(),
    sa.Column("layer_id", _uuid, sa.ForeignKey("land_layer.id"), nullable=False, comment="of the plots"),
    sa.Column("last_row_no", sa.Integer, nullable=False, server_default="0", comment="up to which they are measured"),
    sa.Column("measured_on", sa.Date, comment="whose layers"),
    sa.Column("layers", pg.JSONB(none_as_null=True), comment="list of LayerUsed"),
    sa.Index("plot_job_open", "requested_at", postgresql_where=_OPEN),
)

plot_land = sa.Table(
    "plot_land",
    METADATA,
    sa.Column("layer_id", _uuid, sa.ForeignKey("land_layer.id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("job_id", _uuid, sa.ForeignKey("plot_job.id"), nullable=False),
    sa.Column("land", pg.JSONB, nullable=False, comment="PlotLand without day and layers"),
)
