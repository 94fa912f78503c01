"""Bent coordinates (GCJ-02, BD-09) of whole files, brought to CGCS2000 (domain.md 7.5); of one: domain/datum.py.

Both are given by their forward formula only. They bend so little that to take the bend off again and again comes to
rest: each round leaves less than a hundredth of the error before it.
"""

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from shared.contracts.codes import PositionCrs

Points = NDArray[np.float64]
"""Longitude, latitude in degrees, one row a point."""

TITLES = {PositionCrs.GCJ02: "GCJ-02", PositionCrs.BD09: "BD-09"}
# BD-09 in degrees only: its metres (BD09MC) are another system.
_NAMES = {
    PositionCrs.GCJ02: re.compile(r"\bGCJ[-_ ]?0?2\b|火星坐标", re.IGNORECASE | re.ASCII),
    PositionCrs.BD09: re.compile(r"\bBD[-_ ]?0?9(?:LL)?\b", re.IGNORECASE | re.ASCII),
}
# The ellipsoid that the makers of GCJ-02 used (Krassovsky 1940).
_AXIS_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
_BAIDU = np.pi * 3000 / 180
_ROUNDS = 10
_CHINA = ((72.004, 137.8347), (0.8293, 55.8271))


def bent_by_name(definition: str) -> PositionCrs | None:
    """The bent system that a file names, in a .prj, in WKT or as a crs of GeoJSON; None where it names another."""
    # Of WKT only what stands before the datum names the system itself.
    head = definition.strip()[:200]
    return next((crs for crs, name in _NAMES.items() if name.search(head.replace("_", "-"))), None)


def unbent(crs: PositionCrs, points: Points) -> Points:
    """As CGCS2000, to under 0.01 mm."""
    if crs is PositionCrs.BD09:
        points = _inverse(_bd09_from_gcj02, points)
    return _inverse(_gcj02_from_wgs84, points) if crs in TITLES else points


def _inverse(forward: Callable[[Points], Points], target: Points) -> Points:
    found = target
    for _ in range(_ROUNDS):
        found = found + (target - forward(found))
    return found


def _gcj02_from_wgs84(points: Points) -> Points:
    longitude, latitude = points[:, 0], points[:, 1]
    x, y, pi = longitude - 105.0, latitude - 35.0, np.pi
    short = (20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + short
    north += (20 * np.sin(pi * y) + 40 * np.sin(pi * y / 3)) * 2 / 3
    north += (160 * np.sin(pi * y / 12) + 320 * np.sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + short
    east += (20 * np.sin(pi * x) + 40 * np.sin(pi * x / 3)) * 2 / 3
    east += (150 * np.sin(pi * x / 12) + 300 * np.sin(pi * x / 30)) * 2 / 3
    bend = 1 - _ECCENTRICITY_2 * np.sin(np.radians(latitude)) ** 2
    meridian = _AXIS_M * (1 - _ECCENTRICITY_2) / bend**1.5
    parallel = _AXIS_M / np.sqrt(bend) * np.cos(np.radians(latitude))
    moved = points + np.column_stack((east * 180 / (parallel * pi), north * 180 / (meridian * pi)))
    (west, last_east), (south, last_north) = _CHINA
    inside = (longitude >= west) & (longitude <= last_east) & (latitude >= south) & (latitude <= last_north)
    return np.where(inside[:, None], moved, points)


def _bd09_from_gcj02(points: Points) -> Points:
    longitude, latitude = points[:, 0], points[:, 1]
    radius = np.hypot(longitude, latitude) + 0.00002 * np.sin(latitude * _BAIDU)
    angle = np.arctan2(latitude, longitude) + 0.000003 * np.cos(longitude * _BAIDU)
    return np.column_stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006))
