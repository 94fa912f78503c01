"""Base layers by version, overlays of clues with them, plots by their code."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.forwarding import PREFIX, Api, CommandRoute, QueryRoute, json_answer
from gateway.routers.clue_imports import file_form, file_job
from gateway.schemas.land import (
    ToldLandRow,
    ToldLayer,
    ToldOverlay,
    ToldOverlayOfAct,
    told_land_rows,
    told_layer,
    told_overlay,
    told_overlays,
)
from shared.contracts.base import Page
from shared.contracts.codes import LandLayerKind
from shared.contracts.land import GetLandLayer, LandLayerRow, ListLandLayers, ListLandRows, LoadLandLayer
from shared.contracts.overlays import (
    GetCaseOverlay,
    GetOverlay,
    GetRectificationOverlay,
    ListOverlayChanges,
    ListOverlays,
    OverlayChanged,
    OverlayClue,
    OverlayView,
)
from shared.contracts.plots import GetPlot, PlotView

_TAG = "land"
PATH = f"{PREFIX}/land-layers"
_FIELDS = {
    "kind": {"type": "string", "enum": [kind.value for kind in LandLayerKind]},
    "version_name": {"type": "string", "maxLength": 200},
    "valid_from": {"type": "string", "format": "date", "description": "day of the survey"},
}
_OPTIONS = {
    "layer_name": {"type": "string", "maxLength": 200, "description": "which one, where the file has several layers"},
    "repair": {"type": "boolean", "description": "mend rings that cross themselves instead of refusing the file"},
}


def add_to(api: Api) -> None:
    api.add(
        "/land-layers",
        load_layer,
        method="POST",
        tag=_TAG,
        name="land-layer-load",
        about="Take a file as a version of a base layer; the answer is a job to watch.",
        view=ToldLayer,
        status=202,
        openapi_extra=file_form("zipped Shapefile or file geodatabase, GeoPackage, GeoJSON", _FIELDS, _OPTIONS),
    )
    api.query(QueryRoute("cases", ListLandLayers, "/land-layers", Page[LandLayerRow]), _TAG)
    api.query(QueryRoute("cases", GetLandLayer, "/land-layers/{id}", ToldLayer, told=told_layer), _TAG)
    rows = QueryRoute("cases", ListLandRows, "/land-layers/{id}/rows", Page[ToldLandRow], told=told_land_rows)
    api.query(rows, _TAG)
    api.command(CommandRoute("cases", OverlayClue, "/clues/{id}/overlay", OverlayView, guarded=False), _TAG)
    for query, path in (
        (GetOverlay, "/clues/{id}/overlay"),
        (GetCaseOverlay, "/cases/{id}/overlay"),
        (GetRectificationOverlay, "/rectifications/{id}/overlay"),
    ):
        api.query(QueryRoute("cases", query, path, ToldOverlay, told=told_overlay), _TAG)
    listed = QueryRoute("cases", ListOverlays, "/clues/{id}/overlays", Page[ToldOverlayOfAct], told=told_overlays)
    api.query(listed, _TAG)
    api.query(QueryRoute("cases", ListOverlayChanges, "/overlay-changes", Page[OverlayChanged]), _TAG)
    api.query(QueryRoute("cases", GetPlot, "/plots/{code}", PlotView), _TAG)


async def load_layer(request: Request) -> Response:
    """As clue_imports.start_import, with what the form says of the layer."""
    layer = await file_job(request, LoadLandLayer, (*_FIELDS, "layer_name"), ("repair",))
    return json_answer(told_layer(layer), 202, {"Location": f"{PATH}/{layer['id']}"})
