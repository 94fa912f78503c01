"""The shape of a patch as GeoJSON, small enough for an event (64 KiB).

A shape of more than MOST_VERTICES points is drawn with fewer: holes and parts go, smallest first, while there are too
many of them, then the points that change the drawing least (Visvalingam and Whyatt, 1993). Area, centre and digest are
those of the full shape, which stays in the imported file. Needs no geometry library: the worker stays small.
"""

import struct
from array import array
from dataclasses import replace
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Any

from services.cases.domain.patch import Patch, Warned

# About 38 KiB at 27 bytes a point; the longest note (4,000 characters) takes 16.
MOST_VERTICES = 1400
# 1 mm.
_DECIMALS = 8
_ROUNDED = 1e-8  # what decoded may take off a point
_POLYGON, _MULTIPOLYGON = 3, 6
_LEAST_POINTS = 4

Point = tuple[float, float]
Ring = list[Point]  # closed: its last point is its first
Polygon = list[Ring]  # the outer ring, then the holes


def outlined(patch: Patch, most: int = MOST_VERTICES) -> tuple[Patch, dict[str, Any]]:
    """The patch with its GeoJSON geometry (EPSG:4490 degrees, 1 mm); warned when points had to go."""
    polygons = decoded(patch.geometry_wkb)
    points = _count(polygons)
    if points > most:
        polygons = _thinned(polygons, most)
        facts = {"vertices": points, "kept": _count(polygons)}
        patch = replace(patch, warnings=(*patch.warnings, Warned("patch.outline-simplified", facts)))
    if len(polygons) == 1:
        return patch, {"type": "Polygon", "coordinates": polygons[0]}
    return patch, {"type": "MultiPolygon", "coordinates": polygons}


def bounds_of(wkb: bytes) -> tuple[float, float, float, float]:
    """West, south, east, north of little-endian 2D WKB."""
    points = [point for polygon in decoded(wkb) for point in polygon[0]]
    (west, east), (south, north) = ((min(side), max(side)) for side in zip(*points, strict=True))
    return west - _ROUNDED, south - _ROUNDED, east + _ROUNDED, north + _ROUNDED


def encoded(geometry: dict[str, Any]) -> bytes:
    """Little-endian 2D WKB of a GeoJSON Polygon or MultiPolygon. Raises ValueError for others."""
    if geometry["type"] == "Polygon":
        return _encoded_polygon(geometry["coordinates"])
    if geometry["type"] != "MultiPolygon":
        raise ValueError(f"geometry of type {geometry['type']}")
    polygons = [_encoded_polygon(polygon) for polygon in geometry["coordinates"]]
    return struct.pack("<bII", 1, _MULTIPOLYGON, len(polygons)) + b"".join(polygons)


def _encoded_polygon(rings: list[list[list[float]]]) -> bytes:
    parts = [struct.pack("<bII", 1, _POLYGON, len(rings))]
    for ring in rings:
        parts.append(struct.pack("<I", len(ring)))
        parts.append(array("d", [number for point in ring for number in point[:2]]).tobytes())
    return b"".join(parts)


def decoded(wkb: bytes) -> list[Polygon]:
    """Little-endian 2D WKB of a Polygon or MultiPolygon, as the parser writes it. Raises ValueError for others."""
    kind, count = struct.unpack_from("<xII", wkb)
    if kind == _POLYGON:
        return [_polygon(wkb, 0)[0]]
    if kind != _MULTIPOLYGON:
        raise ValueError(f"WKB of kind {kind}")
    polygons, at = [], 9
    for _ in range(count):
        polygon, at = _polygon(wkb, at)
        polygons.append(polygon)
    return polygons


def _polygon(wkb: bytes, at: int) -> tuple[Polygon, int]:
    """A polygon that starts at an offset, and the offset behind it."""
    _, count = struct.unpack_from("<xII", wkb, at)
    at += 9
    rings: Polygon = []
    for _ in range(count):
        (points,) = struct.unpack_from("<I", wkb, at)
        end = at + 4 + 16 * points
        numbers = array("d", wkb[at + 4 : end])
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        rings.append([(round(x, _DECIMALS), round(y, _DECIMALS)) for x, y in pairs])
        at = end
    return rings, at


def _count(polygons: list[Polygon]) -> int:
    return sum(len(ring) for polygon in polygons for ring in polygon)


def _thinned(polygons: list[Polygon], most: int) -> list[Polygon]:
    polygons = _fewer_rings(polygons, most // _LEAST_POINTS)
    rings = [ring for polygon in polygons for ring in polygon]
    kept = iter(_fewer_points(rings, most))
    return [[next(kept) for _ in polygon] for polygon in polygons]


def _fewer_rings(polygons: list[Polygon], most: int) -> list[Polygon]:
    """The largest rings; a hole stays only with its polygon."""
    ranked = sorted(
        ((-_area(ring), part, place) for part, polygon in enumerate(polygons) for place, ring in enumerate(polygon))
    )
    kept = {(part, place) for _, part, place in ranked[:most]}
    return [
        [ring for place, ring in enumerate(polygon) if (part, place) in kept]
        for part, polygon in enumerate(polygons)
        if (part, 0) in kept
    ]


def _fewer_points(rings: list[Ring], most: int) -> list[Ring]:
    """Take points away, the one that spans the smallest triangle first, until `most` are left; three a ring stay."""
    before = [[(at - 1) % (len(ring) - 1) for at in range(len(ring) - 1)] for ring in rings]
    after = [[(at + 1) % (len(ring) - 1) for at in range(len(ring) - 1)] for ring in rings]
    left = [len(ring) - 1 for ring in rings]
    excess = sum(len(ring) for ring in rings) - most

    def span(ring: int, at: int) -> float:
        points = rings[ring]
        return _triangle(points[before[ring][at]], points[at], points[after[ring][at]])

    spans = [[span(ring, at) for at in range(left[ring])] for ring in range(len(rings))]
    heap = [(area, ring, at) for ring, areas in enumerate(spans) for at, area in enumerate(areas)]
    heapify(heap)
    gone: set[tuple[int, int]] = set()
    while excess > 0 and heap:
        area, ring, at = heappop(heap)
        if (ring, at) in gone or area != spans[ring][at] or left[ring] < _LEAST_POINTS:
            continue
        gone.add((ring, at))
        left[ring] -= 1
        excess -= 1
        previous, following = before[ring][at], after[ring][at]
        after[ring][previous], before[ring][following] = following, previous
        for neighbour in (previous, following):
            # Never smaller than what was just taken, or a slow bend would be eaten up point by point.
            spans[ring][neighbour] = max(area, span(ring, neighbour))
            heappush(heap, (spans[ring][neighbour], ring, neighbour))
    kept = [
        [point for at, point in enumerate(ring[:-1]) if (number, at) not in gone] for number, ring in enumerate(rings)
    ]
    return [[*ring, ring[0]] for ring in kept]


def _triangle(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))


def _area(ring: Ring) -> float:
    """Twice the area, in square degrees: only for ranking."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)))
