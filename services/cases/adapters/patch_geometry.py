"""Shapes of patches: brought to EPSG:4490, checked and measured, all rows at once."""

import hashlib
import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

from services.cases.adapters.patch_crs import (
    CGCS2000,
    WGS84,
    Placement,
    in_zone,
    place,
    placed,
    zone_of,
    zone_of_easting,
    zones_around,
)
from services.cases.adapters.patch_datum import unbent
from services.cases.adapters.patch_refusals import WrongZone
from services.cases.domain.patch import Shape, ShapeFault
from shared.area import MOST_M2, square_metres
from shared.contracts.codes import PositionCrs

Geometries = NDArray[np.object_]
"""shapely geometries, None where a row has none."""

_GRS80 = Geod(ellps="GRS80")  # the ellipsoid of CGCS2000
_NEAR = 0.05  # degrees round a county
_DECIMALS = 9  # degrees: 0.1 mm
_CENTRE_DECIMALS = 7
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_LEAST_M2 = Decimal("0.01")
_LEAST_SQUARE_DEGREES = 1e-12  # about 0.01 m² here
_REASON = re.compile(r"(.*?)\s*\[(\S+) (\S+)\]")


def find_placement(
    geometries: Geometries, declared: int, bent: PositionCrs | None = None, stated: PositionCrs | None = None
) -> Placement:
    """How to take the coordinates of a file, by the median of its rows: a stray row does not decide.

    bent: as the file names it; stated: as who sent it does. Raises ProjectionUnknown, CrsContradicted.
    """
    middle = _median(geometries)
    found = Placement(declared, swapped=False) if middle is None else place(declared, *middle)
    return placed(found, bent, stated)


def _median(geometries: Geometries) -> tuple[float, float] | None:
    """Of the middles of the rows, as they stand in the file; None where no row has a geometry."""
    bounds = shapely.bounds(geometries)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return None
    first, second = np.median((bounds[:, :2] + bounds[:, 2:]) / 2, axis=0).tolist()
    return first, second


def refuse_wrong_zone(geometries: Geometries, placement: Placement, county: BaseGeometry) -> None:
    """Raises WrongZone for a file that lies elsewhere as declared, and in the county in another zone."""
    zone, middle = zone_of(placement.epsg), _median(geometries)
    if zone is None or middle is None:
        return
    east, north = reversed(middle) if placement.swapped else middle
    longitude, latitude = _in_degrees(placement.epsg, east, north)
    if _is_near(county, longitude, latitude):
        return
    numbered = zone_of_easting(east) is not None
    for other in zones_around(county.centroid.x):
        moved = east + 1_000_000 * (other - zone) if numbered else east
        epsg = in_zone(placement.epsg, other)
        if _is_near(county, *_in_degrees(epsg, moved, north)):
            facts = {"longitude": round(longitude, 4), "latitude": round(latitude, 4), "zone": zone}
            raise WrongZone(declared=f"EPSG:{placement.epsg}", fits=f"EPSG:{epsg}", **facts)


def _in_degrees(epsg: int, east: float, north: float) -> tuple[float, float]:
    longitude, latitude = Transformer.from_crs(epsg, CGCS2000, always_xy=True).transform(east, north)
    return float(longitude), float(latitude)


def _is_near(county: BaseGeometry, longitude: float, latitude: float) -> bool:
    west, south, east, north = county.bounds
    return west - _NEAR <= longitude <= east + _NEAR and south - _NEAR <= latitude <= north + _NEAR


def other_zones(geometries: Geometries, placement: Placement) -> dict[int, int]:
    """Rows whose easting names another zone than the file's, with that zone. Indices in their order."""
    zone = zone_of(placement.epsg)
    bounds = shapely.bounds(geometries)
    easts = bounds[:, 1] if placement.swapped else bounds[:, 0]
    if zone is None or not len(easts):
        return {}
    found = {no: zone_of_easting(east) for no, east in enumerate(easts.tolist()) if np.isfinite(east)}
    return {no: other for no, other in found.items() if other is not None and other != zone}


def of_other_zone(fault: ShapeFault, other: int, placement: Placement) -> ShapeFault:
    """Why a row lies outside the county: its easting is of another zone. Other faults stay."""
    if not fault.code.endswith(".outside-county"):
        return fault
    return ShapeFault("patch.other-zone", {"zone": other, "file_zone": zone_of(placement.epsg), **fault.facts})


def to_cgcs2000(geometries: Geometries, placement: Placement) -> Geometries:
    """2D geometries in degrees, longitude first (EPSG:4490), coordinates rounded to 0.1 mm."""
    known = placement.epsg in (CGCS2000, WGS84)  # decimetres apart at most: taken as the same (domain.md 7.5)
    transformer = None if known else Transformer.from_crs(placement.epsg, CGCS2000, always_xy=True)

    def convert(points: NDArray[np.float64]) -> NDArray[np.float64]:
        if placement.swapped:
            points = points[:, ::-1]
        if transformer is not None:
            points = np.column_stack(transformer.transform(points[:, 0], points[:, 1]))
        if placement.bent is not None:
            points = unbent(placement.bent, points)
        return np.round(points, _DECIMALS)

    return np.asarray(shapely.transform(shapely.force_2d(geometries), convert), dtype=object)


def checked(
    geometries: Geometries, placement: Placement, county: BaseGeometry, most_vertices: int
) -> list[Shape | ShapeFault]:
    """Rows as they stand in a file, brought to EPSG:4490, checked and measured. Raises WrongZone."""
    refuse_wrong_zone(geometries, placement, county)
    found = measure(to_cgcs2000(geometries, placement), county, most_vertices)
    for row, zone in other_zones(geometries, placement).items():
        fault = found[row]
        if isinstance(fault, ShapeFault):
            found[row] = of_other_zone(fault, zone, placement)
    return found


def measure(geometries: Geometries, county: BaseGeometry, most_vertices: int) -> list[Shape | ShapeFault]:
    """Check and measure rows in EPSG:4490, in their order. county: its prepared polygon."""
    found: list[Shape | ShapeFault | None] = _faults(geometries, most_vertices)
    sound = np.flatnonzero([fault is None for fault in found])
    shapes = shapely.normalize(geometries[sound])
    areas = ellipsoidal_areas(shapes)
    centres = shapely.centroid(shapes)
    shares = _shares(shapes, centres, county)
    hollow = ~shapely.contains(shapes, centres)
    centres[hollow] = shapely.point_on_surface(shapes[hollow])
    middles = np.round(shapely.get_coordinates(centres), _CENTRE_DECIMALS).tolist()
    encoded = shapely.to_wkb(shapes, byte_order=1)
    for index, row in enumerate(sound.tolist()):
        longitude, latitude = middles[index]
        area, share = square_metres(float(areas[index])), float(shares[index])
        if area < _LEAST_M2:
            found[row] = ShapeFault("patch.no-area", {"area_m2": str(area)})
        elif area > MOST_M2:
            found[row] = ShapeFault("patch.too-large", {"area_m2": str(area), "most_m2": str(MOST_M2)})
        elif share <= 0.5:
            facts = {"longitude": longitude, "latitude": latitude, "share_inside": round(max(share, 0.0), 4)}
            found[row] = ShapeFault("patch.outside-county", facts)
        else:
            wkb = bytes(encoded[index])
            found[row] = Shape(area, longitude, latitude, wkb, hashlib.sha256(wkb).hexdigest(), share)
    return [shape for shape in found if shape is not None]


def faults_of(geometries: Geometries, most_vertices: int) -> dict[int, ShapeFault]:
    """Rows that are no sound polygon by themselves, and why."""
    faults = enumerate(_faults(geometries, most_vertices))
    return {row: fault for row, fault in faults if isinstance(fault, ShapeFault)}


def _faults(geometries: Geometries, most_vertices: int) -> list[Shape | ShapeFault | None]:
    """What is wrong with each row's geometry by itself; None for a sound polygon."""
    found: list[Shape | ShapeFault | None] = [None] * len(geometries)
    empty = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    kinds = shapely.get_type_id(geometries)
    vertices = shapely.get_num_coordinates(geometries)
    polygons = ~empty & np.isin(kinds, _POLYGONS)
    small = polygons & (vertices <= most_vertices)
    valid = np.zeros(len(geometries), dtype=bool)
    valid[small] = shapely.is_valid(geometries[small])
    for row in np.flatnonzero(~valid).tolist():
        if empty[row]:
            found[row] = ShapeFault("patch.geometry-missing")
        elif not polygons[row]:
            found[row] = ShapeFault("patch.not-polygon", {"kind": shapely.GeometryType(kinds[row]).name.lower()})
        elif not small[row]:
            found[row] = ShapeFault("patch.too-many-vertices", {"most": most_vertices, "found": int(vertices[row])})
        else:
            found[row] = _invalid(geometries[row])
    for row in np.flatnonzero(valid & ~_on_earth(geometries)).tolist():
        found[row] = _off_earth(geometries[row])
    return found


def _on_earth(geometries: Geometries) -> NDArray[np.bool_]:
    """Whether every ordinate is a longitude, a latitude: a row with the two swapped has no area on the ellipsoid."""
    bounds = shapely.bounds(geometries)
    return np.asarray((np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1))


def _off_earth(polygon: BaseGeometry) -> ShapeFault:
    west, south, east, north = shapely.bounds(polygon).tolist()
    longitude, latitude = (round((low + high) / 2, _CENTRE_DECIMALS) for low, high in ((west, east), (south, north)))
    return ShapeFault("patch.outside-county", {"longitude": longitude, "latitude": latitude, "share_inside": 0.0})


def _invalid(polygon: BaseGeometry) -> ShapeFault:
    text = shapely.is_valid_reason(polygon)
    match = _REASON.fullmatch(text)
    reason = (match[1] if match else text).lower()
    if not np.isfinite(shapely.get_coordinates(polygon)).all():
        return ShapeFault("patch.geometry-invalid", {"reason": "coordinates are not finite"})
    if shapely.area(shapely.convex_hull(polygon)) < _LEAST_SQUARE_DEGREES:
        return ShapeFault("patch.no-area", {"area_m2": "0.00"})
    facts: dict[str, Any] = {"reason": reason}
    if match:
        facts |= {
            "longitude": round(float(match[2]), _CENTRE_DECIMALS),
            "latitude": round(float(match[3]), _CENTRE_DECIMALS),
        }
    return ShapeFault("patch.self-crossing" if "self-intersection" in reason else "patch.geometry-invalid", facts)


def ellipsoidal_areas(polygons: Geometries) -> NDArray[np.float64]:
    """Ellipsoidal m² of each: outer rings less holes."""
    parts, owners = shapely.get_parts(polygons, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    starts = np.searchsorted(ring_of, np.arange(len(rings) + 1)).tolist()
    outer = np.diff(part_of, prepend=-1) != 0
    longitudes, latitudes = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    areas = np.zeros(len(polygons))
    for ring, (start, end) in enumerate(pairwise(starts)):
        area, _ = _GRS80.polygon_area_perimeter(longitudes[start:end], latitudes[start:end])
        areas[owners[part_of[ring]]] += abs(area) if outer[ring] else -abs(area)
    return areas


def _shares(polygons: Geometries, centres: Geometries, county: BaseGeometry) -> NDArray[np.float64]:
    """The part of each polygon inside the county; 0 where its centre is outside."""
    shares = np.ones(len(polygons))
    near = np.flatnonzero(~shapely.contains(county, polygons))
    if len(near):
        whole = shapely.area(polygons[near])
        part = shapely.area(shapely.intersection(polygons[near], county))
        inside = shapely.intersects(county, centres[near])
        shares[near] = np.where(inside & (whole > 0), part / np.where(whole > 0, whole, 1), 0.0)
    return shares
