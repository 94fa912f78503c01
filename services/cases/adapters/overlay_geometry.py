"""Shapes laid over features of base layers: all pairs at once with shapely, areas on the ellipsoid of CGCS2000."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from services.cases.adapters.patch_geometry import Geometries, ellipsoidal_areas
from services.cases.adapters.quick_areas import quick_areas
from shared.contracts.codes import LandLayerKind

_PBF = LandLayerKind.PERMANENT_BASIC_FARMLAND
_SURVEY = LandLayerKind.CULTIVATED_LAND
_PARCEL = LandLayerKind.PARCEL


@dataclass(frozen=True)
class Features:
    """Of one layer, in EPSG:4490, valid polygons. names: land class, of parcels the plot code."""

    kind: LandLayerKind
    shapes: Geometries
    names: Sequence[str | None]


@dataclass(frozen=True)
class _Hits:
    """Pieces of one layer: owner is the index of the shape, feature that of the feature."""

    owner: NDArray[np.intp]
    feature: NDArray[np.intp]
    pieces: Geometries


def laid_over(shapes: Geometries, layers: Iterable[Features]) -> list[dict[str, Any]]:
    """What overlay.Measured is made of, for every shape in its order.

    shapes: valid polygons in EPSG:4490. Of each layer, all pieces of a class are added up, however small.
    """
    found = [
        {"no": no, "m2": m2, "pbf_m2": 0.0, "pieces": [], "plots": {}}
        for no, m2 in enumerate(ellipsoidal_areas(shapes).tolist())
    ]
    layers = sorted(layers, key=lambda layer: layer.kind is not _PBF)
    protected: Geometries = np.full(len(shapes), None, dtype=object)
    for layer in layers:
        hits = _hits(shapes, layer.shapes)
        areas = quick_areas(hits.pieces)
        if layer.kind is _PBF:
            protected = _unions(hits, len(shapes))
            for no in np.flatnonzero(~shapely.is_missing(protected)).tolist():
                found[no]["pbf_m2"] = float(ellipsoidal_areas(protected[no : no + 1])[0])
        inside = _inside(hits, areas, protected) if layer.kind is _SURVEY else np.zeros(len(areas))
        if layer.kind is _PARCEL:
            for owner, feature, area in zip(hits.owner.tolist(), hits.feature.tolist(), areas.tolist(), strict=True):
                code = str(layer.names[feature])
                found[owner]["plots"][code] = found[owner]["plots"].get(code, 0.0) + area
        _add_up(found, layer, hits, areas, inside)
    return found


def _hits(shapes: Geometries, features: Geometries) -> _Hits:
    owner, feature = shapely.STRtree(features).query(shapes, predicate="intersects")
    pieces = np.asarray(shapely.intersection(shapes[owner], features[feature]), dtype=object)
    mixed = shapely.get_type_id(pieces) == shapely.GeometryType.GEOMETRYCOLLECTION
    pieces[mixed] = [_polygons_of(piece) for piece in pieces[mixed]]
    solid = np.flatnonzero((shapely.get_dimensions(pieces) == 2) & ~shapely.is_empty(pieces))
    return _Hits(owner[solid], feature[solid], pieces[solid])


def _polygons_of(piece: Any) -> Any:
    """The polygons of a collection; lines and points where two only touch have no area."""
    parts = shapely.get_parts(piece)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _unions(hits: _Hits, count: int) -> Geometries:
    """All pieces of each shape as one; None where there is none."""
    unions: Geometries = np.full(count, None, dtype=object)
    order = np.argsort(hits.owner, kind="stable")
    owners, starts = np.unique(hits.owner[order], return_index=True)
    for owner, group in zip(owners.tolist(), np.split(order, starts[1:]), strict=True):
        unions[owner] = hits.pieces[group[0]] if len(group) == 1 else shapely.union_all(hits.pieces[group])
    return unions


def _inside(hits: _Hits, areas: NDArray[np.float64], protected: Geometries) -> NDArray[np.float64]:
    """Of each piece, the m2 in the protected part of its shape."""
    inside = np.zeros(len(areas))
    near = np.flatnonzero(~shapely.is_missing(protected[hits.owner]))
    if len(near):
        cover, pieces = protected[hits.owner[near]], hits.pieces[near]
        whole = np.asarray(shapely.covers(cover, pieces))
        inside[near[whole]] = areas[near[whole]]
        cut = near[~whole]
        parts = np.asarray(shapely.intersection(hits.pieces[cut], protected[hits.owner[cut]]), dtype=object)
        solid = shapely.get_dimensions(parts) >= 2
        parts[~solid] = shapely.Polygon()
        mixed = shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION
        parts[mixed] = [_polygons_of(part) for part in parts[mixed]]
        inside[cut] = quick_areas(parts)
    return inside


def _add_up(
    found: list[dict[str, Any]],
    layer: Features,
    hits: _Hits,
    areas: NDArray[np.float64],
    inside: NDArray[np.float64],
) -> None:
    sums: dict[tuple[int, str | None], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    rows = zip(hits.owner.tolist(), hits.feature.tolist(), areas.tolist(), inside.tolist(), strict=True)
    for owner, feature, area, protected in rows:
        one = sums[owner, None if layer.kind is _PARCEL else layer.names[feature]]
        one[0] += area
        one[1] = max(one[1], area)
        one[2] += protected
    for (owner, name), (area, largest, protected) in sums.items():
        found[owner]["pieces"].append([layer.kind.value, name, area, largest, protected])
