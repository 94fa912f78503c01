"""Positions as people and maps give them, brought to CGCS2000 (domain.md 7.5): nothing else is ever stored.

GCJ-02 (maps of Chinese firms) bends WGS84 by some hundred metres, BD-09 (Baidu) bends GCJ-02 once more. Both are given
by their forward formula only; the way back is Newton's, exact to under 0.01 mm. They hold inside China; outside the
formulas change nothing. WGS84 and CGCS2000 are centimetres apart and taken as the same.
"""

from collections.abc import Callable
from math import atan2, cos, hypot, pi, radians, sin, sqrt

from shared.contracts.codes import PositionCrs

Position = tuple[float, float]
"""Longitude, latitude in degrees."""

# The ellipsoid that the makers of GCJ-02 used (Krassovsky 1940).
_AXIS_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BAIDU = pi * 3000 / 180
_CLOSE = 1e-12  # degrees: 0.0001 mm
_STEP = 1e-6
_MOST_STEPS = 20


def to_cgcs2000(crs: PositionCrs, longitude: float, latitude: float) -> Position:
    """A position in degrees of one of the systems, as CGCS2000 (EPSG:4490)."""
    return _TO_CGCS2000[crs](longitude, latitude)


def gcj02_from_wgs84(longitude: float, latitude: float) -> Position:
    if not _in_china(longitude, latitude):
        return longitude, latitude
    x, y = longitude - 105.0, latitude - 35.0
    short = (20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + short
    north += (20 * sin(pi * y) + 40 * sin(pi * y / 3)) * 2 / 3
    north += (160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + short
    east += (20 * sin(pi * x) + 40 * sin(pi * x / 3)) * 2 / 3
    east += (150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    bend = 1 - _ECCENTRICITY_2 * sin(radians(latitude)) ** 2
    meridian = _AXIS_M * (1 - _ECCENTRICITY_2) / bend**1.5
    parallel = _AXIS_M / sqrt(bend) * cos(radians(latitude))
    return longitude + east * 180 / (parallel * pi), latitude + north * 180 / (meridian * pi)


def bd09_from_gcj02(longitude: float, latitude: float) -> Position:
    radius = hypot(longitude, latitude) + 0.00002 * sin(latitude * _BAIDU)
    angle = atan2(latitude, longitude) + 0.000003 * cos(longitude * _BAIDU)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def bd09_from_wgs84(longitude: float, latitude: float) -> Position:
    return bd09_from_gcj02(*gcj02_from_wgs84(longitude, latitude))


def wgs84_from_gcj02(longitude: float, latitude: float) -> Position:
    return _inverse(gcj02_from_wgs84, (longitude, latitude), (longitude, latitude))


def wgs84_from_bd09(longitude: float, latitude: float) -> Position:
    return wgs84_from_gcj02(*_inverse(bd09_from_gcj02, (longitude, latitude), (longitude - 0.0065, latitude - 0.006)))


def _inverse(forward: Callable[[float, float], Position], target: Position, start: Position) -> Position:
    """Where `forward` gives the target, by Newton's method with a numeric derivative."""
    x, y = start
    for _ in range(_MOST_STEPS):
        at_x, at_y = forward(x, y)
        off_x, off_y = target[0] - at_x, target[1] - at_y
        if hypot(off_x, off_y) < _CLOSE:
            break
        east, north = forward(x + _STEP, y), forward(x, y + _STEP)
        a, c = (east[0] - at_x) / _STEP, (east[1] - at_y) / _STEP
        b, d = (north[0] - at_x) / _STEP, (north[1] - at_y) / _STEP
        determinant = a * d - b * c
        x += (d * off_x - b * off_y) / determinant
        y += (a * off_y - c * off_x) / determinant
    return x, y


def _in_china(longitude: float, latitude: float) -> bool:
    """The box that the makers of the formula used."""
    return 72.004 <= longitude <= 137.8347 and 0.8293 <= latitude <= 55.8271


def _unchanged(longitude: float, latitude: float) -> Position:
    return longitude, latitude


_TO_CGCS2000: dict[PositionCrs, Callable[[float, float], Position]] = {
    PositionCrs.CGCS2000: _unchanged,
    PositionCrs.WGS84: _unchanged,
    PositionCrs.GCJ02: wgs84_from_gcj02,
    PositionCrs.BD09: wgs84_from_bd09,
}
