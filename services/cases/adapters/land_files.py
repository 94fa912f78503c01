"""Reading a file of a base layer: the same four kinds of file as patches, rings repaired where that is possible."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from services.cases.adapters.patch_files import PatchHeader, file_header, rows_of
from services.cases.adapters.patch_geometry import Geometries, ellipsoidal_areas, find_placement, to_cgcs2000
from services.cases.adapters.patch_limits import PatchLimits
from services.cases.adapters.patch_refusals import ColumnsMissing, OutsideCounty
from services.cases.adapters.patch_sources import read_source
from services.cases.domain.land import REQUIRED, LandFeature, LandRules
from services.cases.domain.patch import RowRejected, Shape, ShapeFault, Warned
from shared.area import square_metres
from shared.contracts.codes import LandLayerKind
from shared.divisions.boundaries import Boundaries

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
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
    path: Path, name: str, kind: LandLayerKind, county_code: str, boundaries: Boundaries, limits: PatchLimits
) -> LandFile:
    """Read and judge a file. Raises a FileRefused, DivisionUnknown for a county without a polygon."""
    county = boundaries.county(county_code)
    source = read_source(path, name, limits)
    needed = REQUIRED.get(kind, ())
    if needed and not any(column in source.columns for column in needed):
        raise ColumnsMissing(missing=list(needed), present=[column[:40] for column in source.columns][:60])
    placement = find_placement(source.geometries, source.declared)
    sound = _sound(to_cgcs2000(source.geometries, placement), county, limits.vertices)
    faults = [one.shape for one in sound if isinstance(one.shape, ShapeFault)]
    if len(faults) == len(sound) and any(fault.code == "land.outside-county" for fault in faults):
        raise OutsideCounty(**next(fault.facts for fault in faults if fault.code == "land.outside-county"))
    rules = LandRules(kind, frozenset(source.columns))
    outcomes = (
        rules.judge(row_no, raw, one.shape, one.bounds, one.repaired)
        for row_no, raw, one in zip(source.row_nos, rows_of(source), sound, strict=True)
    )
    return LandFile(file_header(source, placement, needed), outcomes)


def _sound(geometries: Geometries, county: BaseGeometry, most_vertices: int) -> list[_Sound]:
    repaired, notes = _repaired(geometries, most_vertices)
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
        return _Sound(ShapeFault("land.outside-county", middle), bounds, None)
    if area < _LEAST_M2 or wkb is None:
        return _Sound(ShapeFault("land.no-area", {}), bounds, None)
    digest = hashlib.sha256(wkb).hexdigest()
    return _Sound(Shape(square_metres(area), 0.0, 0.0, wkb, digest), bounds, note)


def _repaired(geometries: Geometries, most_vertices: int) -> tuple[Geometries, list[Warned | ShapeFault | None]]:
    """Every geometry as a valid polygon, and what had to be done to it or why it cannot be."""
    fixed = geometries.copy()
    notes: list[Warned | ShapeFault | None] = [None] * len(geometries)
    empty = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    kinds = shapely.get_type_id(geometries)
    vertices = shapely.get_num_coordinates(geometries)
    finite = np.asarray(np.isfinite(shapely.bounds(geometries)).all(axis=1), dtype=bool)
    valid = shapely.is_valid(geometries) & finite
    for row in np.flatnonzero(~valid | empty | ~np.isin(kinds, _POLYGONS) | (vertices > most_vertices)).tolist():
        if empty[row]:
            notes[row] = ShapeFault("patch.geometry-missing")
        elif kinds[row] not in _POLYGONS:
            notes[row] = ShapeFault("patch.not-polygon", {"kind": shapely.GeometryType(kinds[row]).name.lower()})
        elif vertices[row] > most_vertices:
            notes[row] = ShapeFault("patch.too-many-vertices", {"most": most_vertices, "found": int(vertices[row])})
        elif not finite[row]:
            notes[row] = ShapeFault("patch.geometry-invalid", {"reason": "coordinates are not finite"})
        else:
            fixed[row], notes[row] = _repair(geometries[row])
    return fixed, notes


def _repair(polygon: BaseGeometry) -> tuple[BaseGeometry, Warned | ShapeFault]:
    reason = shapely.is_valid_reason(polygon).split("[")[0].strip().lower()
    parts = shapely.get_parts(shapely.make_valid(polygon))
    solid = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    if shapely.is_empty(solid):
        return polygon, ShapeFault("patch.geometry-invalid", {"reason": reason})
    return solid, Warned("land.geometry-repaired", {"reason": reason})
