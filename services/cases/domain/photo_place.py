"""How far a photograph was taken from the place it is about, and how alike two standpoints are."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# CGCS2000 ellipsoid.
_A, _F = 6_378_137.0, 1 / 298.257222101
_E2 = _F * (2 - _F)

Point = tuple[float, float]  # longitude, latitude in degrees


@dataclass(frozen=True)
class Metres:
    """Degrees to metres around a latitude: within some kilometres of it better than 0.1 percent."""

    east: float
    north: float

    @classmethod
    def at(cls, latitude: float) -> "Metres":
        sine = math.sin(math.radians(latitude))
        w = math.sqrt(1 - _E2 * sine * sine)
        meridian = _A * (1 - _E2) / w**3
        parallel = _A / w * math.cos(math.radians(latitude))
        return cls(math.radians(1) * parallel, math.radians(1) * meridian)

    def between(self, here: Point, there: Point) -> Point:
        """The way from here to there: metres east and north."""
        return _turned(there[0] - here[0]) * self.east, (there[1] - here[1]) * self.north


def metres_apart(one: Point, other: Point) -> float:
    return math.hypot(*Metres.at((one[1] + other[1]) / 2).between(one, other))


def metres_from(point: Point, geometry: dict[str, Any]) -> float:
    """From a point to a GeoJSON Polygon or MultiPolygon (degrees); 0 inside of it.

    Raises ValueError for another geometry.
    """
    scale = Metres.at(point[1])
    polygons = list(_polygons(geometry))
    flat = [[[scale.between(point, (x, y)) for x, y, *_ in ring] for ring in rings] for rings in polygons]
    if any(_holds(rings) for rings in flat):
        return 0.0
    return min(_to_segment(a, b) for rings in flat for ring in rings for a, b in pairwise(ring))


def degrees_apart(one: float, other: float) -> float:
    """Between two bearings, 0 to 180."""
    return abs((one - other + 180) % 360 - 180)


def spread_apart(bearings: Iterable[float], gap_deg: float) -> int:
    """The greatest number of bearings that lie pairwise at least a gap apart."""
    around = sorted(bearing % 360 for bearing in bearings)
    return max((_taken(around[at:] + around[:at], gap_deg) for at in range(len(around))), default=0)


def _taken(around: list[float], gap_deg: float) -> int:
    taken = [around[0]]
    for bearing in around[1:]:
        if degrees_apart(bearing, taken[-1]) >= gap_deg and degrees_apart(bearing, taken[0]) >= gap_deg:
            taken.append(bearing)
    return len(taken)


def _turned(degrees: float) -> float:
    """A difference of longitudes, the short way round."""
    return (degrees + 180) % 360 - 180


def _polygons(geometry: dict[str, Any]) -> Iterator[list[list[Any]]]:
    if geometry["type"] == "Polygon":
        yield geometry["coordinates"]
    elif geometry["type"] == "MultiPolygon":
        yield from geometry["coordinates"]
    else:
        raise ValueError(f"not an area: {geometry['type']}")


def _holds(rings: list[list[Point]]) -> bool:
    """Whether the origin lies inside: an odd number of crossings of all rings, holes too."""
    inside = False
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > 0) != (y2 > 0) and x1 + (0 - y1) * (x2 - x1) / (y2 - y1) > 0:
                inside = not inside
    return inside


def _to_segment(a: Point, b: Point) -> float:
    """From the origin."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else max(0.0, min(1.0, -(a[0] * dx + a[1] * dy) / length))
    return math.hypot(a[0] + share * dx, a[1] + share * dy)
