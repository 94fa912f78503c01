"""The area of one shape on the ellipsoid of CGCS2000, as overlays measure it: to tell a claim that is far from it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from shared.area import square_metres

Point = Sequence[float]


def area_of(polygons: Iterable[Sequence[Sequence[Point]]]) -> Decimal:
    """m2 of polygons in degrees of EPSG:4490, each an outer ring and its holes."""
    return square_metres(sum(_ring(rings[0]) - sum(map(_ring, rings[1:])) for rings in polygons))


def _ring(ring: Sequence[Point]) -> float:
    longitudes, latitudes = zip(*ring, strict=True)
    return abs(float(_ellipsoid().polygon_area_perimeter(longitudes, latitudes)[0]))


@cache
def _ellipsoid() -> Any:
    # Not at the top: it takes 25 MB, which a process that measures nothing does without.
    from pyproj import Geod

    return Geod(ellps="GRS80")
