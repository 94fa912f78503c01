"""Reading a file of a base layer: kinds of file as of patches and geodatabases, rows judged one by one."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from services.cases.adapters.patch_files import PatchHeader, file_header, rows_of
from services.cases.adapters.patch_geometry import (
    Geometries,
    ellipsoidal_areas,
    faults_of,
    find_placement,
    of_other_zone,
    other_zones,
    refuse_wrong_zone,
    to_cgcs2000,
)
from services.cases.adapters.patch_limits import PatchLimits
from services.cases.adapters.patch_refusals import ColumnsMissing, OutsideCounty
from services.cases.adapters.patch_sources import read_source
from services.cases.domain.land_rows import OUTSIDE, REQUIRED, LandFeature, LandRules
from services.cases.domain.patch import RowRejected, Shape, ShapeFault, Warned
from shared.area import square_metres
from shared.contracts.codes import LandLayerKind
from shared.divisions.boundaries import Boundaries

_MENDED = ("patch.self-crossing", "patch.geometry-invalid")
_LEAST_M2 = 0.01


@dataclass(frozen=True, slots=True)
class LandFile:
    """outcomes: one per row, in file order; to be run through once."""

    header: PatchHeader
    outcomes: Iterator[LandFeature | RowRejected]


@dataclass(frozen=True, slots=True)
class _Sound:
    """A row's geometry when it could be taken."""

    shape: Shape | ShapeFault
    bounds: tuple[float, float, float, float]
    repaired: Warned | None


def read_land(
    path: Path,
    name: str,
    kind: LandLayerKind,
    county_code: str,
    boundaries: Boundaries,
    limits: PatchLimits,
    *,
    repair: bool,
) -> LandFile:
    """Read and judge a file. repair: whether rings that cross themselves are mended, and told, instead of refused.

    Raises a FileRefused, DivisionUnknown for a county without a polygon.
    """
    county = boundaries.county(county_code)
    source = read_source(path, name, limits)
    needed = REQUIRED.get(kind, ())
    if needed and not any(column in source.columns for column in needed):
        raise ColumnsMissing(missing=list(needed), present=[column[:40] for column in source.columns][:60])
    placement = find_placement(source.geometries, source.declared, source.bent)
    refuse_wrong_zone(source.geometries, placement, county)
    sound = _sound(to_cgcs2000(source.geometries, placement), county, limits.vertices, repair)
    faults = [one.shape for one in sound if isinstance(one.shape, ShapeFault)]
    if len(faults) == len(sound) and any(fault.code == OUTSIDE for fault in faults):
        raise OutsideCounty(**next(fault.facts for fault in faults if fault.code == OUTSIDE))
    for row, zone in other_zones(source.geometries, placement).items():
        if isinstance(fault := sound[row].shape, ShapeFault):
            sound[row] = replace(sound[row], shape=of_other_zone(fault, zone, placement))
    rules = LandRules(kind, frozenset(source.columns))
    outcomes = (
        rules.judge(row_no, raw, one.shape, one.bounds, one.repaired)
        for row_no, raw, one in zip(source.row_nos, rows_of(source), sound, strict=True)
    )
    return LandFile(file_header(source, placement, needed), outcomes)


def _sound(geometries: Geometries, county: BaseGeometry, most_vertices: int, repair: bool) -> list[_Sound]:
    repaired, notes = _repaired(geometries, most_vertices, repair)
    solid = np.asarray([not isinstance(note, ShapeFault) for note in notes], dtype=bool)
    areas = np.zeros(len(repaired))
    areas[solid] = ellipsoidal_areas(repaired[solid])
    inside = solid.copy()
    inside[solid] = shapely.intersects(county, repaired[solid])
    bounds = shapely.bounds(repaired).tolist()
    encoded = shapely.to_wkb(repaired, byte_order=1)
    return [
        _judged(note, float(area), bool(within), tuple(box), wkb)
        for note, area, within, box, wkb in zip(notes, areas, inside, bounds, encoded, strict=True)
    ]


def _judged(
    note: Warned | ShapeFault | None, area: float, within: bool, box: Sequence[float], wkb: bytes | None
) -> _Sound:
    west, south, east, north = box
    bounds = (west, south, east, north)
    if isinstance(note, ShapeFault):
        return _Sound(note, bounds, None)
    if not within:
        middle = {"longitude": round((west + east) / 2, 7), "latitude": round((south + north) / 2, 7)}
        return _Sound(ShapeFault(OUTSIDE, middle), bounds, None)
    if area < _LEAST_M2 or wkb is None:
        return _Sound(ShapeFault("land.no-area", {}), bounds, None)
    digest = hashlib.sha256(wkb).hexdigest()
    return _Sound(Shape(square_metres(area), 0.0, 0.0, wkb, digest), bounds, note)


def _repaired(
    geometries: Geometries, most_vertices: int, repair: bool
) -> tuple[Geometries, list[Warned | ShapeFault | None]]:
    """Every geometry as a valid polygon, and what had to be done to it or why it cannot be."""
    fixed = geometries.copy()
    notes: list[Warned | ShapeFault | None] = [None] * len(geometries)
    for row, fault in faults_of(geometries, most_vertices).items():
        notes[row] = fault
        if repair and fault.code in _MENDED:
            fixed[row], notes[row] = _mended(geometries[row], fault)
    return fixed, notes


def _mended(polygon: BaseGeometry, fault: ShapeFault) -> tuple[BaseGeometry, Warned | ShapeFault]:
    if not np.isfinite(shapely.get_coordinates(polygon)).all():
        return polygon, fault
    parts = shapely.get_parts(shapely.make_valid(polygon))
    solid = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return (polygon, fault) if shapely.is_empty(solid) else (solid, Warned("land.geometry-repaired", fault.facts))
