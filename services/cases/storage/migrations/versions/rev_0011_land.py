"""Base layers with their features, whole shapes of clues, overlays, what plots lie on."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('queued', 'running')")


def upgrade() -> None:
    uuid, instant = pg.UUID(as_uuid=True), sa.TIMESTAMP(timezone=True)

    def job() -> list[sa.Column[Any]]:
        return [
            sa.Column("id", uuid, primary_key=True),
            sa.Column("state", sa.Text, nullable=False, comment="queued, running, finished, refused"),
            sa.Column("division_code", sa.Text, nullable=False),
            sa.Column("requested_by", pg.JSONB, nullable=False, comment="the actor"),
            sa.Column("requested_at", instant, nullable=False),
            sa.Column("correlation_id", sa.Text, nullable=False),
            sa.Column("lease_token", uuid, comment="of the worker that has it"),
            sa.Column("lease_until", instant),
            sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        ]

    def asked() -> list[sa.Column[Any]]:
        return [
            sa.Column("clue_id", uuid, nullable=False),
            sa.Column("clue_no", sa.Text, nullable=False),
            sa.Column("on_day", sa.Date, nullable=False, comment="whose layers"),
            sa.Column("day_basis", sa.Text, nullable=False, comment="OverlayDay"),
        ]

    op.create_table(
        "land_layer",
        *job(),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("finished_at", instant),
        sa.Column("problem", pg.JSONB, comment="code, field, facts"),
        sa.Column("kind", sa.Text, nullable=False, comment="LandLayerKind"),
        sa.Column("version_name", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False, comment="day of the survey"),
        sa.Column("layer_name", sa.Text, comment="of the layer in the file, as asked for"),
        sa.Column("repair", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("rows_total", sa.Integer, comment="null until the file has been read"),
        sa.Column("rows_done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rows_created", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rows_repaired", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rows_rejected", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rows_outside", sa.Integer, nullable=False, server_default="0"),
        sa.Column("crs", sa.Text),
        sa.Column("encoding", sa.Text),
        sa.Column("sample", pg.JSONB, comment="Chinese text as read: column -> text"),
        sa.Column("warnings", pg.JSONB, nullable=False, server_default="[]"),
    )
    op.create_index("land_layer_open", "land_layer", ["requested_at"], postgresql_where=_OPEN)
    op.create_index(
        "land_layer_version",
        "land_layer",
        ["division_code", "kind", "version_name"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_table(
        "land_layer_row",
        sa.Column("layer_id", uuid, sa.ForeignKey("land_layer.id"), primary_key=True),
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("outcome", sa.Text, nullable=False, comment="repaired, rejected, outside"),
        sa.Column("field", sa.Text),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("facts", pg.JSONB, nullable=False),
        sa.Column("raw", pg.JSONB, comment="attributes of a rejected row"),
    )
    op.create_table(
        "land_feature",
        sa.Column("layer_id", uuid, sa.ForeignKey("land_layer.id"), primary_key=True),
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("land_class", sa.Text),
        sa.Column("plot_code", sa.Text),
        sa.Column("area_m2", sa.Numeric(18, 2), nullable=False),
        *(sa.Column(side, sa.Double, nullable=False) for side in ("west", "south", "east", "north")),
        sa.Column("wkb", sa.LargeBinary, nullable=False, comment="EPSG:4490, little endian"),
    )
    op.create_index(
        "land_feature_plot", "land_feature", ["plot_code"], postgresql_where=sa.text("plot_code IS NOT NULL")
    )
    op.create_index(
        "land_feature_box",
        "land_feature",
        [sa.text("box(point(west, south), point(east, north))")],
        postgresql_using="gist",
    )
    op.create_table(
        "clue_shape",
        sa.Column("digest", sa.Text, primary_key=True, comment="SHA-256 of wkb"),
        sa.Column("wkb", sa.LargeBinary, nullable=False),
    )
    op.create_table("overlay_job", *job(), *asked())
    op.create_index("overlay_job_open", "overlay_job", ["requested_at"], postgresql_where=_OPEN)
    op.create_index("overlay_job_clue", "overlay_job", ["clue_id"])
    op.create_table(
        "overlay",
        sa.Column("id", uuid, primary_key=True, comment="of its job, which goes when it is here"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("division_code", sa.Text, nullable=False, comment="of the clue"),
        *asked(),
        sa.Column("requested_at", instant, nullable=False),
        sa.Column("finished_at", instant, nullable=False),
        sa.Column("result", pg.JSONB, comment="OverlayFact"),
        sa.Column("plot_codes", pg.ARRAY(sa.Text), nullable=False),
        sa.Column("problem", pg.JSONB, comment="code, field, facts"),
    )
    op.create_index("overlay_clue", "overlay", ["clue_id", sa.text("id DESC")])
    op.create_index("overlay_plots", "overlay", ["plot_codes"], postgresql_using="gin")
    op.create_table(
        "plot_job",
        *job(),
        sa.Column("layer_id", uuid, sa.ForeignKey("land_layer.id"), nullable=False, comment="of the plots"),
        sa.Column("last_row_no", sa.Integer, nullable=False, server_default="0"),
        sa.Column("measured_on", sa.Date, comment="whose layers"),
        sa.Column("layers", pg.JSONB, comment="list of LayerUsed"),
    )
    op.create_index("plot_job_open", "plot_job", ["requested_at"], postgresql_where=_OPEN)
    op.create_table(
        "plot_land",
        sa.Column("layer_id", uuid, sa.ForeignKey("land_layer.id"), primary_key=True),
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("job_id", uuid, sa.ForeignKey("plot_job.id"), nullable=False),
        sa.Column("land", pg.JSONB, nullable=False, comment="PlotLand without day and layers"),
    )


def downgrade() -> None:
    raise NotImplementedError("decisions rest on what is in these tables; restore a backup instead")
