"""A plot (宗地、图斑): its land and its clues, survey by survey."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract, Query, View
from shared.contracts.land import Measured, PlotCode
from shared.contracts.overlays import LayerUsed


class GetPlot(Query, operation="plot.get"):
    """A plot (一地一码) by its code."""

    code: PlotCode


class PlotClass(Contract):
    """A land class in the plot, and how much of it is permanent basic farmland (null: no such layer)."""

    land_class: str
    title: str | None
    area_m2: Measured
    area_mu: Measured
    pbf_m2: Measured | None


class PlotLand(Contract):
    """What the layers say of a plot (domain.md 7.3), measured as an overlay is. null: no such layer."""

    measured_on: date
    layers: list[LayerUsed]
    classes: list[PlotClass]
    is_pbf: bool | None
    pbf_m2: Measured | None
    pbf_mu: Measured | None
    is_pbf_reserve: bool | None
    is_high_standard: bool | None
    in_red_line: bool | None


class PlotVersion(View):
    layer_id: UUID
    version_name: str
    valid_from: date
    land_class: str | None = Field(description="as the file of plots says")
    area_m2: Measured
    area_mu: Measured
    land: PlotLand | None = Field(description="of the newest version, once it was measured")
    bounds: list[float] = Field(description="west, south, east, north; degrees, EPSG:4490")


class PlotClue(View):
    clue_id: UUID
    clue_no: str
    area_m2: Measured = Field(description="of the plot inside the clue's shape")
    area_mu: Measured


class PlotView(View):
    code: str
    versions: list[PlotVersion] = Field(description="newest survey first")
    clues: list[PlotClue] = Field(description="that the caller may see, whose newest overlay hits the plot")
