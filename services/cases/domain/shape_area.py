"""The area of a shape on the ellipsoid of CGCS2000, without a geometry library: to tell a claim that is far from it.

Every point is mapped onto the authalic sphere and from there to a plane around the shape (Lambert azimuthal, Snyder
1987, ch. 24), as adapters/quick_areas.py does for many at once; that keeps areas, and short edges straight.
"""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

from shared.area import square_metres

_AXIS_M = 6378137.0
_FLATTENING = 1 / 298.257222101
_E2 = _FLATTENING * (2 - _FLATTENING)
_E = math.sqrt(_E2)

Point = Sequence[float]


def _q(sine: float) -> float:
    inner = _E * sine
    return (1 - _E2) * (sine / (1 - inner * inner) + math.atanh(inner) / _E)


_Q_POLE = _q(1.0)
_RADIUS_M = _AXIS_M * math.sqrt(_Q_POLE / 2)


def area_of(polygons: Iterable[Sequence[Sequence[Point]]]) -> Decimal:
    """m2 of polygons in degrees of EPSG:4490, each an outer ring and its holes."""
    shape = [list(polygon) for polygon in polygons]
    points = [point for rings in shape for ring in rings for point in ring]
    centre = (sum(point[0] for point in points) / len(points), sum(point[1] for point in points) / len(points))
    total = 0.0
    for rings in shape:
        sizes = [_ring(ring, centre) for ring in rings]
        total += sizes[0] - sum(sizes[1:])
    return square_metres(total)


def _ring(ring: Sequence[Point], centre: Point) -> float:
    plane = [_mapped(point, centre) for point in ring]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(plane))) / 2


def _mapped(point: Point, centre: Point) -> tuple[float, float]:
    beta, middle = _authalic(point[1]), _authalic(centre[1])
    turn = math.radians(point[0] - centre[0])
    cosine = math.cos(beta) * math.cos(turn)
    scale = math.sqrt(2 / (1 + math.sin(middle) * math.sin(beta) + math.cos(middle) * cosine))
    x = scale * math.cos(beta) * math.sin(turn)
    y = scale * (math.cos(middle) * math.sin(beta) - math.sin(middle) * cosine)
    return _RADIUS_M * x, _RADIUS_M * y


def _authalic(latitude: float) -> float:
    return math.asin(_q(math.sin(math.radians(latitude))) / _Q_POLE)
