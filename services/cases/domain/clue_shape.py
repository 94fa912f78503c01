"""A shape that a person draws for a child patch: looked through without a geometry library."""

import math
from itertools import pairwise
from typing import Any

from services.cases.domain.outline import MOST_VERTICES
from shared.divisions.bounds import Box
from shared.errors import InvalidInput

_DEPTH = {"Polygon": 1, "MultiPolygon": 2}
_LEAST_POINTS = 4


class ShapeMalformed(InvalidInput):
    """No GeoJSON surface that can be kept. reason: a word of ours."""

    def __init__(self, field: str, reason: str, **facts: Any) -> None:
        super().__init__("cases.shape-malformed", field, reason=reason, **facts)


def checked_shape(geometry: dict[str, Any] | None, county: Box, field: str) -> tuple[float, float] | None:
    """The middle of the box around a shape, in degrees; None for no shape. Raises ShapeMalformed."""
    if geometry is None:
        return None
    depth = _DEPTH.get(geometry.get("type", ""))
    if depth is None or geometry.keys() != {"type", "coordinates"}:
        raise ShapeMalformed(field, "not-a-surface")
    polygons = [geometry["coordinates"]] if depth == 1 else geometry["coordinates"]
    if not (_is_filled_list(polygons) and all(_is_filled_list(polygon) for polygon in polygons)):
        raise ShapeMalformed(field, "not-a-surface")
    rings = [ring for polygon in polygons for ring in polygon]
    for ring in rings:
        _check_ring(ring, field)
    points = [point for ring in rings for point in ring]
    if len(points) > MOST_VERTICES:
        raise ShapeMalformed(field, "too-many-points", most=MOST_VERTICES, found=len(points))
    x, y = [point[0] for point in points], [point[1] for point in points]
    if not (county.west <= min(x) and max(x) <= county.east and county.south <= min(y) and max(y) <= county.north):
        raise ShapeMalformed(field, "outside-county")
    return (min(x) + max(x)) / 2, (min(y) + max(y)) / 2


def _check_ring(ring: Any, field: str) -> None:
    if not (isinstance(ring, list) and all(_is_point(point) for point in ring)):
        raise ShapeMalformed(field, "not-a-surface")
    if len(ring) < _LEAST_POINTS or ring[0] != ring[-1]:
        raise ShapeMalformed(field, "ring-open")
    if abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))) < 1e-14:
        raise ShapeMalformed(field, "no-area")


def _is_filled_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _is_point(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, int | float) and not isinstance(part, bool) and math.isfinite(part) for part in value)
    )
