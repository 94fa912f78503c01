"""The ground of domain.md 8.1: base layers under the sand yard, and files of patches that lie on them.

From west to east lie permanent basic farmland of class 0102, other 0102 and facility land 1202. Two neighbours with the
areas of 8.3.9 and 8.3.10 stand for "the same file" with other figures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from gateway.cli.samples.files import write_single
from gateway.cli.samples.plots import CGCS2000, to_degrees
from gateway.cli.samples.rows import SAND_YARD_COUNTY, SAND_YARD_NO, SampleRow, make_rows

SURVEYED_ON = "2024-12-31"
NEIGHBOUR_NO = "640521WP26000{}"
_GRS80 = Geod(ellps="GRS80")
_AROUND = 0.0008

Rows = list[tuple[BaseGeometry, dict[str, str]]]


@dataclass(frozen=True)
class Yard:
    """pbf_m2, other_m2: of its 8400 m², permanent basic farmland and other cultivated land; the rest is 1202."""

    patch_no: str
    seed: int
    pbf_m2: float
    other_m2: float

    @property
    def row(self) -> SampleRow:
        """The patch as the ministry's file has it; only the sand yard's file states areas of its own."""
        made, _ = make_rows(2, 0, SAND_YARD_COUNTY, self.seed)
        row = next(row for row in made if row.attributes["JCBH"] == SAND_YARD_NO)
        stated = {"ZGDMJ": (self.pbf_m2 + self.other_m2) * 3 / 2000, "ZJBNTMJ": self.pbf_m2 * 3 / 2000}
        return replace(row, attributes={**row.attributes, "JCBH": self.patch_no, **stated})

    @property
    def shape(self) -> BaseGeometry:
        return shapely.Polygon(to_degrees(self.row.ring))

    def plot_codes(self) -> list[str]:
        return [f"6405211042020{self.seed:03d}{part:03d}" for part in (1, 2, 3)]


SAND_YARD = Yard(SAND_YARD_NO, 3, 4200.0, 2800.0)
# 5 mu are 10000/3 m²: the one stays a hundredth below, the other lies above.
BELOW = Yard(NEIGHBOUR_NO.format("101"), 4, 3333.33, 2000.0)
ABOVE = Yard(NEIGHBOUR_NO.format("102"), 5, 3333.34, 2000.0)
YARDS = (SAND_YARD, BELOW, ABOVE)


def write_patches(folder: Path, yards: Iterable[Yard]) -> Path:
    path = folder / f"{'-'.join(str(yard.seed) for yard in yards)}.gpkg"
    write_single(path, [yard.row for yard in yards], CGCS2000, "geopackage")
    return path


def write_layers(folder: Path) -> dict[str, Path]:
    """A GeoPackage for each kind of layer. Red line and urban boundary lie beside them."""
    made: dict[str, Rows] = {"cultivated_land": [], "permanent_basic_farmland": [], "parcel": []}
    for yard in YARDS:
        strips = _strips(yard.shape, (yard.pbf_m2, yard.other_m2))
        classes = zip(strips, ("0102", "0102", "1202"), strict=True)
        made["cultivated_land"] += [(strip, {"DLBM": code}) for strip, code in classes]
        made["permanent_basic_farmland"].append((strips[0], {"DLBM": "0102"}))
        plots = zip(strips, yard.plot_codes(), strict=True)
        made["parcel"] += [(strip, {"PLOT_CODE": code}) for strip, code in plots]
    beside = BELOW.shape.centroid
    elsewhere = shapely.box(beside.x + 0.0015, beside.y, beside.x + 0.002, beside.y + 0.001)
    made["ecological_red_line"] = [(elsewhere, {"NAME": "生态保护红线"})]
    made["urban_boundary"] = [(elsewhere, {"NAME": "城镇开发边界"})]
    return {kind: _write(folder / f"{kind}.gpkg", rows) for kind, rows in made.items()}


def _strips(shape: BaseGeometry, areas_m2: Sequence[float]) -> list[BaseGeometry]:
    """The country around a shape, cut along meridians: so much of the shape in each, the rest in the last."""
    west, south, east, north = shape.buffer(_AROUND).bounds
    edges = [west]
    for area_m2 in areas_m2:
        edges.append(_cut(shape, edges[-1], area_m2))
    return [shapely.box(left, south, right, north) for left, right in pairwise([*edges, east])]


def _cut(shape: BaseGeometry, start: float, wanted_m2: float) -> float:
    _, south, east, north = shape.bounds
    low, high = start, east
    for _ in range(60):
        middle = (low + high) / 2
        part = shape.intersection(shapely.box(start, south, middle, north))
        if abs(_GRS80.geometry_area_perimeter(part)[0]) < wanted_m2:
            low = middle
        else:
            high = middle
    return low


def _write(path: Path, rows: Rows) -> Path:
    names = list(rows[0][1])
    columns: list[Any] = [np.array([row[name] for _, row in rows], dtype=object) for name in names]
    shapes = shapely.to_wkb(np.array([shapely.multipolygons([shape]) for shape, _ in rows]))
    pyogrio.raw.write(path, shapes, columns, names, crs="EPSG:4490", geometry_type="MultiPolygon", driver="GPKG")
    return path
