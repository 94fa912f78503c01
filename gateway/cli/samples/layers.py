"""Sample base layers of the demonstration county: a grid of land classes, and the ground of the sand yard exactly.

Under the sand yard of domain.md 8.1 lie, from west to east, permanent basic farmland of class 0102 (4200.00 m2), other
0102 (2800.00) and facility land 1202 (1400.00). All else is invented. Written in EPSG:4490, where cuts along meridians
stay straight.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from gateway.cli.samples.plots import to_degrees
from gateway.cli.samples.rows import SAND_YARD_COUNTY, SAND_YARD_NO, make_rows
from shared.contracts.codes import LandLayerKind
from shared.divisions.boundaries import Boundaries

PBF_M2, OTHER_M2 = 4200.0, 2800.0
_GRS80 = Geod(ellps="GRS80")
_CELL = 0.02
_AROUND = 0.004
_CLASSES = ("0102", "0102", "0103", "0301", "0702")

Rows = list[tuple[BaseGeometry, dict[str, str]]]


def write_layers(
    folder: Path, rows: int = 60, broken: int = 3, seed: int = 20260401, cell: float = _CELL
) -> dict[LandLayerKind, Path]:
    """One GeoPackage a kind. rows, broken, seed: of the sample of patches that the layers are made for.

    cell: degrees of a square of the grid.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[LandLayerKind, Path] = {}
    for kind, features in sample_layers(rows, broken, seed, cell).items():
        found[kind] = folder / f"{kind.value}.gpkg"
        _write(found[kind], features)
    return found


def sample_layers(rows: int, broken: int, seed: int, cell: float = _CELL) -> dict[LandLayerKind, Rows]:
    made, _ = make_rows(rows, broken, SAND_YARD_COUNTY, seed)
    ring = next(row.ring for row in made if row.attributes["JCBH"] == SAND_YARD_NO)
    yard = shapely.Polygon(np.round(to_degrees(ring), 9))
    west, south, east, north = yard.bounds
    around = (west - _AROUND, south - _AROUND, east + _AROUND, north + _AROUND)
    first = _cut(yard, west, PBF_M2)
    second = _cut(yard, first, OTHER_M2)
    edges = (around[0], first, second, around[2])
    strips = [shapely.box(left, around[1], right, around[3]) for left, right in pairwise(edges)]
    cells = _cells(shapely.box(*around), cell)
    classes: Rows = [(strip, {"DLBM": code}) for strip, code in zip(strips, ("0102", "0102", "1202"), strict=True)]
    classes += [(cell, {"DLBM": _CLASSES[no % len(_CLASSES)]}) for no, cell in enumerate(cells)]
    protected: Rows = [(strips[0], {"DLBM": "0102"})]
    protected += [(cell, {"DLBM": "0102"}) for no, cell in enumerate(cells) if no % len(_CLASSES) == 0]
    plots: Rows = [(shape, {"PLOT_CODE": f"6405211042020{no:06d}"}) for no, shape in enumerate([*strips, *cells], 1)]
    centre = shapely.Point(cells[0].centroid)
    return {
        LandLayerKind.CULTIVATED_LAND: classes,
        LandLayerKind.PERMANENT_BASIC_FARMLAND: protected,
        LandLayerKind.ECOLOGICAL_RED_LINE: [(centre.buffer(0.01), {"NAME": "生态保护红线"})],
        LandLayerKind.URBAN_BOUNDARY: [(cells[-1], {"NAME": "城镇开发边界"})],
        LandLayerKind.PARCEL: plots,
    }


def _cut(yard: BaseGeometry, start: float, wanted_m2: float) -> float:
    """The meridian east of which the yard has that much land from `start` on."""
    _, south, east, north = yard.bounds
    low, high = start, east
    for _ in range(60):
        middle = (low + high) / 2
        part = yard.intersection(shapely.box(start, south - _AROUND, middle, north + _AROUND))
        if abs(_GRS80.geometry_area_perimeter(part)[0]) < wanted_m2:
            low = middle
        else:
            high = middle
    return low


def _cells(without: BaseGeometry, side: float) -> list[BaseGeometry]:
    """The county in squares, without a box."""
    county = Boundaries.load().county(SAND_YARD_COUNTY)
    west, south, east, north = county.bounds
    easts, norths = np.arange(west, east, side), np.arange(south, north, side)
    squares = [shapely.box(x, y, x + side, y + side) for y in norths for x in easts]
    clipped = shapely.difference(shapely.intersection(np.array(squares), county), without)
    return [cell for cell in clipped.tolist() if cell.geom_type in ("Polygon", "MultiPolygon") and cell.area > 1e-7]


def _write(path: Path, rows: Rows) -> None:
    path.unlink(missing_ok=True)
    names = list(rows[0][1])
    columns: list[Any] = [np.array([row[name] for _, row in rows], dtype=object) for name in names]
    shapes = shapely.to_wkb(np.array([shapely.multipolygons(shapely.get_parts(shape)) for shape, _ in rows]))
    pyogrio.raw.write(path, shapes, columns, names, crs="EPSG:4490", geometry_type="MultiPolygon", driver="GPKG")
