"""What the layers say of a plot (domain.md 7.3), from what was measured of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.cases.domain.land import class_of
from services.cases.domain.measured import Measured
from shared.area import mu_from_m2, square_metres
from shared.contracts.codes import LandLayerKind
from shared.contracts.overlays import LayerUsed
from shared.contracts.plots import PlotClass
from shared.contracts.rule_values import LandClassValue

_K = LandLayerKind


def land_of(measured: Measured, layers: Sequence[LayerUsed], classes: Mapping[str, LandClassValue]) -> dict[str, Any]:
    """PlotLand without its day and layers, as JSON. What was too much to measure says nothing."""
    there = {layer.kind for layer in layers} if measured.work is None else set()
    hit = {pieces.kind for pieces in measured.pieces if pieces.hit}

    def lies_on(kind: LandLayerKind) -> bool | None:
        return kind in hit if kind in there else None

    pbf = square_metres(measured.pbf_m2) if _K.PERMANENT_BASIC_FARMLAND in there else None
    found = [
        PlotClass(
            land_class=pieces.land_class,
            title=(value := class_of(pieces.land_class, dict(classes))) and value.title,
            area_m2=(area := square_metres(pieces.m2)),
            area_mu=mu_from_m2(area),
            pbf_m2=None if pbf is None else square_metres(pieces.pbf_m2),
        )
        for pieces in sorted(measured.pieces, key=lambda pieces: -pieces.m2)
        if pieces.kind is _K.CULTIVATED_LAND and pieces.land_class is not None and pieces.hit
    ]
    return {
        "classes": [one.model_dump(mode="json") for one in found],
        "is_pbf": lies_on(_K.PERMANENT_BASIC_FARMLAND),
        "pbf_m2": None if pbf is None else float(pbf),
        "pbf_mu": None if pbf is None else float(mu_from_m2(pbf)),
        "is_pbf_reserve": lies_on(_K.PBF_RESERVE_AREA),
        "is_high_standard": lies_on(_K.HIGH_STANDARD_FARMLAND),
        "in_red_line": lies_on(_K.ECOLOGICAL_RED_LINE),
    }
