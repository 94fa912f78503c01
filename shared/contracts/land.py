"""Base layers of land by kind and version (domain.md 6.8)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer, StringConstraints

from shared.contracts.base import Audited, Bool, Command, GetOne, Instant, Int, ListQuery, Sha256, ShortText, View
from shared.contracts.clue_imports import ImportWarning
from shared.contracts.codes import LandLayerKind

Measured = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


PlotCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_\-]{4,40}$")]


class LoadLandLayer(Command, on="land_layer", verb="load"):
    """Load a stored file as a version of a base layer. The gateway stored it by digest before it sent this.

    A version is in force whole or not at all: a row that cannot be taken refuses it, unless it lies outside the county.
    """

    kind: LandLayerKind
    version_name: ShortText
    valid_from: date = Field(description="day of the survey: in force from then until the next version")
    layer_name: ShortText | None = Field(None, description="of the layer in the file, where it has several")
    repair: Bool = Field(False, description="whether rings that cross themselves are mended, and told, not refused")
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
    layer_name: str | None = Field(description="of the layer in the file, as asked for")
    repair: bool
    crs: str | None = Field(description="of the file, as used")
    requested_at: Instant
    finished_at: Instant | None
    rows_total: int | None
    rows_done: int
    rows_created: int
    rows_repaired: int = Field(description="of those: whose rings had to be repaired")
    rows_rejected: int = Field(description="that cannot be taken; one of them refuses the version")
    rows_outside: int = Field(description="that lie outside the county and are left out")


class LandLayerView(LandLayerRow):
    encoding: str | None
    sample: dict[str, str] | None = Field(description="Chinese text as read, by column: shows the encoding")
    warnings: list[ImportWarning] = Field(description="what a person should check about the whole file")
    problem: dict[str, Any] | None = Field(description="why the whole file was refused: code, field, facts")


class LandRowView(View):
    """A row that is not in the layer as it came."""

    row_no: int
    outcome: Literal["repaired", "rejected", "outside"]
    field: str | None
    code: str
    facts: dict[str, Any]


class ListLandLayers(ListQuery, operation="land_layer.list", audited=Audited.NOT):
    """Versions of base layers, newest first."""

    kind: LandLayerKind | None = None


class GetLandLayer(GetOne, operation="land_layer.get", audited=Audited.NOT):
    pass


class ListLandRows(ListQuery, operation="land_layer.rows"):
    """Rows that were repaired, rejected or left out, in file order."""

    id: UUID
    outcome: Literal["repaired", "rejected", "outside"] | None = None
