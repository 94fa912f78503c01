"""Shapes laid over features of base layers: all pairs at once with shapely, areas on the ellipsoid of CGCS2000.

What has very many points, a red line round a mountain, is cut along meridians and parallels into parts first: then a
shape meets only the parts near it. How many points all pairs of a shape have is known before any is cut; a shape that
would take too long is told so and the others go on.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from services.cases.adapters.geometry_parts import in_parts, polygons_of
from services.cases.adapters.patch_geometry import Geometries, ellipsoidal_areas
from services.cases.adapters.quick_areas import no_slivers, quick_areas
from services.cases.domain.overlay import Sliver
from shared.contracts.codes import LandLayerKind

_PBF = LandLayerKind.PERMANENT_BASIC_FARMLAND
_SURVEY = LandLayerKind.CULTIVATED_LAND
_PARCEL = LandLayerKind.PARCEL
_APPROVED = LandLayerKind.APPROVED_LAND
# Pieces of these are needed as one: how much of a class lies in them.
_COVERS = (_PBF, _APPROVED)
MOST_WORK = 10_000_000
"""Points of all pairs of one shape: some ten seconds."""
_SLIVER = Sliver(1.0, 1.0)

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Features:
    """Of one layer, in EPSG:4490, valid polygons. names: land class, of parcels the plot code."""

    kind: LandLayerKind
    shapes: Geometries
    names: Sequence[str | None]


@dataclass(frozen=True)
class _Parts:
    """Parts of geometries. owner: index of the whole."""

    shapes: Geometries
    owner: Places
    points: Places

    @classmethod
    def of(cls, wholes: Geometries) -> "_Parts":
        parts, owner = in_parts(wholes)
        return cls(parts, owner, np.asarray(shapely.get_num_coordinates(parts), dtype=np.intp))


@dataclass(frozen=True)
class _Pairs:
    """Parts of shapes and of features of a layer that meet."""

    layer: Features
    parts: _Parts
    one: Places
    other: Places


@dataclass(frozen=True)
class _Hits:
    """Pieces of one layer: owner is the index of the shape, feature that of the feature."""

    owner: Places
    feature: Places
    pieces: Geometries


def laid_over(
    shapes: Geometries,
    layers: Iterable[Features],
    slivers: Sequence[Sliver] | None = None,
    most_work: int = MOST_WORK,
) -> list[dict[str, Any]]:
    """What overlay.Measured is made of, for every shape in its order.

    shapes: valid polygons in EPSG:4490. slivers: of each what hits nothing. Of each layer, all pieces of a class are
    added up, however small.
    """
    told = slivers if slivers is not None else [_SLIVER] * len(shapes)
    least = np.array([(one.m2, one.width_m) for one in told], dtype=np.float64).reshape(-1, 2)
    parts = _Parts.of(shapes)
    pairs = [_pairs(parts, layer) for layer in sorted(layers, key=lambda layer: layer.kind not in _COVERS)]
    work = _work(parts, pairs, len(shapes))
    light = work <= most_work
    found: list[dict[str, Any]] = [
        {"no": no, "m2": m2, "pbf_m2": 0.0, "approved_m2": 0.0, "pieces": [], "plots": {}}
        if light[no]
        else {"no": no, "work": int(work[no]), "most_work": most_work}
        for no, m2 in enumerate(ellipsoidal_areas(shapes).tolist())
    ]
    covers: dict[LandLayerKind, Geometries] = {}
    for one in pairs:
        hits = _hits(parts, one, light)
        areas = quick_areas(hits.pieces)
        real = no_slivers(hits.pieces, areas, least[hits.owner])
        kind = one.layer.kind
        if kind in _COVERS:
            covers[kind] = _unions(hits, len(shapes))
            name = "pbf_m2" if kind is _PBF else "approved_m2"
            for no in np.flatnonzero(~shapely.is_missing(covers[kind])).tolist():
                found[no][name] = float(ellipsoidal_areas(covers[kind][no : no + 1])[0])
        inside = [
            _inside(hits, areas, covers[cover]) if kind is _SURVEY and cover in covers else np.zeros(len(areas))
            for cover in _COVERS
        ]
        if kind is _PARCEL:
            for no, owner in zip(np.flatnonzero(real).tolist(), hits.owner[real].tolist(), strict=True):
                code = str(one.layer.names[hits.feature[no]])
                found[owner]["plots"][code] = found[owner]["plots"].get(code, 0.0) + float(areas[no])
        _add_up(found, one.layer, hits, areas, real, inside)
    return found


def _pairs(parts: _Parts, layer: Features) -> _Pairs:
    features = _Parts.of(layer.shapes)
    one, other = shapely.STRtree(features.shapes).query(parts.shapes, predicate="intersects")
    return _Pairs(layer, features, one, other)


def _work(parts: _Parts, pairs: Sequence[_Pairs], count: int) -> Places:
    """Points of all pairs of each shape."""
    work = np.zeros(count, dtype=np.intp)
    for one in pairs:
        points = parts.points[one.one] + one.parts.points[one.other]
        work += np.bincount(parts.owner[one.one], points, count).astype(np.intp)
    return work


def _hits(parts: _Parts, pairs: _Pairs, light: NDArray[np.bool_]) -> _Hits:
    chosen = light[parts.owner[pairs.one]]
    one, other = pairs.one[chosen], pairs.other[chosen]
    pieces = np.asarray(shapely.intersection(parts.shapes[one], pairs.parts.shapes[other]), dtype=object)
    mixed = shapely.get_type_id(pieces) == shapely.GeometryType.GEOMETRYCOLLECTION
    pieces[mixed] = [polygons_of(piece) for piece in pieces[mixed]]
    solid = np.flatnonzero((shapely.get_dimensions(pieces) == 2) & ~shapely.is_empty(pieces))
    return _Hits(parts.owner[one[solid]], pairs.parts.owner[other[solid]], pieces[solid])


def _unions(hits: _Hits, count: int) -> Geometries:
    """All pieces of each shape as one; None where there is none."""
    unions: Geometries = np.full(count, None, dtype=object)
    order = np.argsort(hits.owner, kind="stable")
    owners, starts = np.unique(hits.owner[order], return_index=True)
    for owner, group in zip(owners.tolist(), np.split(order, starts[1:]), strict=True):
        unions[owner] = hits.pieces[group[0]] if len(group) == 1 else shapely.union_all(hits.pieces[group])
    return unions


def _inside(hits: _Hits, areas: Numbers, covers: Geometries) -> Numbers:
    """Of each piece, the m2 in what covers its shape. covers: of each shape; None: nothing."""
    inside = np.zeros(len(areas))
    near = np.flatnonzero(~shapely.is_missing(covers[hits.owner]))
    if not len(near):
        return inside
    shapely.prepare(covers)
    whole = np.asarray(shapely.covers(covers[hits.owner[near]], hits.pieces[near]))
    inside[near[whole]] = areas[near[whole]]
    cut = near[~whole]
    there = np.flatnonzero(~shapely.is_missing(covers))
    parts = _Parts.of(covers[there])
    piece, part = shapely.STRtree(parts.shapes).query(hits.pieces[cut], predicate="intersects")
    same = hits.owner[cut][piece] == there[parts.owner[part]]
    piece, part = piece[same], part[same]
    shared = np.asarray(shapely.intersection(hits.pieces[cut][piece], parts.shapes[part]), dtype=object)
    mixed = shapely.get_type_id(shared) == shapely.GeometryType.GEOMETRYCOLLECTION
    shared[mixed] = [polygons_of(one) for one in shared[mixed]]
    shared[shapely.get_dimensions(shared) < 2] = shapely.Polygon()
    inside[cut] = np.bincount(piece, quick_areas(shared), len(cut))
    return inside


def _add_up(
    found: list[dict[str, Any]],
    layer: Features,
    hits: _Hits,
    areas: Numbers,
    real: NDArray[np.bool_],
    inside: Sequence[Numbers],
) -> None:
    sums: dict[tuple[int, str | None], list[Any]] = defaultdict(lambda: [0.0, False, 0.0, 0.0])
    rows = zip(*(column.tolist() for column in (hits.owner, hits.feature, areas, real, *inside)), strict=True)
    for owner, feature, area, hit, protected, approved in rows:
        one = sums[owner, None if layer.kind is _PARCEL else layer.names[feature]]
        one[0] += area
        one[1] = one[1] or hit
        one[2] += protected
        one[3] += approved
    for (owner, name), values in sums.items():
        found[owner]["pieces"].append([layer.kind.value, name, *values])
