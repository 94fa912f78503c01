"""Land: base layers by version, overlays of clues with them, plots: commands, queries, views."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer, StringConstraints

from shared.contracts.base import Command, Contract, GetOne, Instant, Int, ListQuery, Query, Sha256, ShortText, View
from shared.contracts.clue_imports import ImportWarning
from shared.contracts.codes import LandLayerKind

Measured = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
PlotCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_\-]{4,40}$")]


class LoadLandLayer(Command, on="land_layer", verb="load"):
    """Load a stored file as a version of a base layer. The gateway stored it by digest before it sent this."""

    kind: LandLayerKind
    version_name: ShortText
    valid_from: date = Field(description="day of the survey: in force from then until the next version")
    file_sha256: Sha256
    file_name: ShortText
    size_bytes: Annotated[Int, Field(ge=1)]


class LandLayerRow(View):
    id: UUID
    kind: LandLayerKind
    version_name: str
    valid_from: date
    state: Literal["queued", "running", "finished", "refused"]
    file_name: str
    file_sha256: str
    crs: str | None = Field(description="of the file, as used")
    requested_at: Instant
    finished_at: Instant | None
    rows_total: int | None
    rows_done: int
    rows_created: int
    rows_repaired: int = Field(description="of those: whose rings had to be repaired")
    rows_rejected: int


class LandLayerView(LandLayerRow):
    encoding: str | None
    sample: dict[str, str] | None = Field(description="Chinese text as read, by column: shows the encoding")
    warnings: list[ImportWarning] = Field(description="what a person should check about the whole file")
    problem: dict[str, Any] | None = Field(description="why the whole file was refused: code, field, facts")


class LandRowView(View):
    """A row that is not in the layer as it came."""

    row_no: int
    outcome: Literal["repaired", "rejected"]
    field: str | None
    code: str
    facts: dict[str, Any]


class ListLandLayers(ListQuery, operation="land_layer.list"):
    """Versions of base layers, newest first."""

    kind: LandLayerKind | None = None


class GetLandLayer(GetOne, operation="land_layer.get"):
    pass


class ListLandRows(ListQuery, operation="land_layer.rows"):
    """Rows that were repaired or rejected, in file order."""

    id: UUID
    outcome: Literal["repaired", "rejected"] | None = None


class OverlayClue(Command, on="clue", verb="overlay"):
    """Lay the shape of the clue over the base layers of a day (套合)."""

    on_day: date | None = Field(None, description="by default: of the later image, the finding, the receipt")


class LayerUsed(Contract):
    id: UUID
    kind: LandLayerKind
    version_name: str
    valid_from: date
    crs: str | None
    file_sha256: str


class LayerArea(Contract):
    """What lies in one class of one layer. hit: some piece is no sliver; slivers are in the sum all the same."""

    kind: LandLayerKind
    land_class: str | None
    area_m2: Measured
    area_mu: Measured
    hit: bool


class ClassArea(Contract):
    """A land class in the shape, inside and outside of permanent basic farmland (null: no such layer)."""

    land_class: str
    title: str | None
    main_class: Literal["agricultural", "construction", "unused"] | None
    area_m2: Measured
    pbf_m2: Measured | None
    other_m2: Measured | None


class ClaimDifference(Contract):
    """What was claimed beside what was measured. flagged: more than 0.01 mu apart."""

    field: Literal["area_m2", "farmland_area_m2", "pbf_area_m2"]
    claimed_m2: Measured
    measured_m2: Measured
    difference_mu: Measured
    flagged: bool


class PlotHit(Contract):
    plot_code: str
    area_m2: Measured


class OverlayFlags(Contract):
    """null: the layers that would say so are not there. tillage_destroyed: only an appraisal says."""

    pbf: bool | None
    area_threshold_met: bool | None
    near_threshold: bool | None
    red_line: bool | None
    outside_boundary: bool | None
    tillage_destroyed: None = None


class OverlayFact(Contract):
    """Official areas of a shape: measured, never edited. m2 on the ellipsoid GRS80, 2 decimals."""

    area_m2: Measured
    layers: list[LayerUsed]
    areas: list[LayerArea]
    classes: list[ClassArea]
    farmland_m2: Measured | None
    pbf_m2: Measured | None
    other_cultivated_m2: Measured | None
    agricultural_m2: Measured | None
    construction_m2: Measured | None
    unused_m2: Measured | None
    unknown_m2: Measured | None = Field(description="in no class, or in one that the table does not have")
    differences: list[ClaimDifference]
    plots: list[PlotHit]
    flags: OverlayFlags
    notes: list[str] = Field(default_factory=list)


class OverlayView(View):
    id: UUID
    clue_id: UUID
    state: Literal["queued", "running", "finished", "refused"]
    on_day: date
    requested_at: Instant
    finished_at: Instant | None
    result: OverlayFact | None
    problem: dict[str, Any] | None


class GetOverlay(GetOne, operation="clue.get-overlay"):
    """The newest overlay of a clue."""


class GetPlot(Query, operation="plot.get"):
    """A plot (一地一码) by its code."""

    code: PlotCode


class PlotVersion(View):
    layer_id: UUID
    version_name: str
    valid_from: date
    land_class: str | None
    area_m2: Measured
    bounds: list[float] = Field(description="west, south, east, north; degrees, EPSG:4490")


class PlotClue(View):
    clue_id: UUID
    clue_no: str
    area_m2: Measured = Field(description="of the plot inside the clue's shape")


class PlotView(View):
    code: str
    versions: list[PlotVersion] = Field(description="newest survey first")
    clues: list[PlotClue] = Field(description="that the caller may see, whose newest overlay hits the plot")
