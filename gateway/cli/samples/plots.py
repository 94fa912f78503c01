"""Where the sample patches lie: irregular plots on a grid inside the county, each in a township and a village.

There are no township polygons in the seed data, so townships and villages get invented centres inside the county; a
plot belongs to the nearest. All coordinates here are metres in EPSG:4523.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

from shared.divisions.boundaries import Boundaries
from shared.divisions.register import Division, Divisions

ZONE_35 = 4523
CGCS2000 = 4490
_GRS80 = Geod(ellps="GRS80")
_CELL_M = 300.0
_SMALLEST_M2, _LARGEST_M2 = 300.0, 20_000.0
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plot:
    """ring: closed, (n, 2), EPSG:4523. area_m2: ellipsoidal."""

    ring: Points
    area_m2: float
    township: Division
    village: Division


class Countryside:
    """A county cut into cells, each cell with its village. The same seed gives the same."""

    def __init__(self, county_code: str, plots: int, random: np.random.Generator) -> None:
        divisions = Divisions.load()
        self._random = random
        county = shapely.transform(Boundaries.load().county(county_code), _to_metres)
        self.cells, self.cell_m = _cells(county, plots)
        townships = [row for row in divisions.children(county_code) if divisions.children(row.code)]
        nearest = _nearest(self.cells, _spread(self.cells, len(townships), random))
        self._village: list[Division] = [townships[0]] * len(self.cells)
        self._township = [townships[index] for index in nearest.tolist()]
        for index, township in enumerate(townships):
            mine = np.flatnonzero(nearest == index)
            villages = divisions.children(township.code)
            closest = _nearest(self.cells[mine], _spread(self.cells[mine], len(villages), random))
            for cell, village in zip(mine.tolist(), closest.tolist(), strict=True):
                self._village[cell] = villages[village]

    def choose(self, count: int) -> list[int]:
        """Cells for so many plots, no cell twice."""
        chosen: list[int] = self._random.choice(len(self.cells), size=count, replace=False).tolist()
        return chosen

    def cell_in(self, village_code: str, taken: set[int]) -> int:
        """A free cell of a village."""
        return next(i for i, row in enumerate(self._village) if row.code == village_code and i not in taken)

    def plot(self, cell: int, area_m2: float | None = None) -> Plot:
        """An irregular polygon of 4 to 12 corners in the cell, of the given ellipsoidal area or a random one."""
        largest = min(_LARGEST_M2, 0.22 * self.cell_m**2)
        smallest = min(_SMALLEST_M2, largest / 4)
        wanted = area_m2 or math.exp(self._random.uniform(math.log(smallest), math.log(largest)))
        unit = _outline(self._random)
        ring = self.cells[cell] + unit * math.sqrt(wanted / shapely.Polygon(unit).area)
        ring = self.cells[cell] + (ring - self.cells[cell]) * math.sqrt(wanted / ellipsoidal_m2(ring))
        return Plot(ring, ellipsoidal_m2(ring), self._township[cell], self._village[cell])


@cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _to_metres(points: Points) -> Points:
    return np.column_stack(_transformer(CGCS2000, ZONE_35).transform(points[:, 0], points[:, 1]))


def to_degrees(ring: Points) -> Points:
    """EPSG:4523 to EPSG:4490, longitude first."""
    return np.column_stack(_transformer(ZONE_35, CGCS2000).transform(ring[:, 0], ring[:, 1]))


def ellipsoidal_m2(ring: Points) -> float:
    """Area of a ring in EPSG:4523 on the ellipsoid of CGCS2000."""
    degrees = to_degrees(ring)
    return abs(float(_GRS80.polygon_area_perimeter(degrees[:, 0], degrees[:, 1])[0]))


def _cells(county: BaseGeometry, plots: int) -> tuple[Points, float]:
    """Centres of square cells well inside the county, at least four for each plot."""
    size = min(_CELL_M, math.sqrt(county.area / (plots * 6)))
    left, bottom, right, top = county.bounds
    east, north = np.meshgrid(np.arange(left, right, size), np.arange(bottom, top, size))
    centres = np.column_stack([east.ravel(), north.ravel()])
    inner = county.buffer(-max(size, _CELL_M))
    shapely.prepare(inner)
    return centres[shapely.contains_xy(inner, centres[:, 0], centres[:, 1])], size


def _spread(points: Points, count: int, random: np.random.Generator) -> Points:
    """So many of the points, well apart: each next one is the farthest from those before, of a random few."""
    chosen = [points[random.integers(len(points))]]
    candidates = points[random.choice(len(points), size=min(len(points), 40 * count), replace=False)]
    distance = np.linalg.norm(candidates - chosen[0], axis=1)
    while len(chosen) < count:
        far = np.argsort(distance)[-max(1, len(candidates) // 8) :]
        chosen.append(candidates[random.choice(far)])
        distance = np.minimum(distance, np.linalg.norm(candidates - chosen[-1], axis=1))
    return np.asarray(chosen)


def _nearest(points: Points, centres: Points) -> NDArray[np.intp]:
    best = np.zeros(len(points), dtype=np.intp)
    least = np.full(len(points), np.inf)
    for index, centre in enumerate(centres):
        distance = np.linalg.norm(points - centre, axis=1)
        closer = distance < least
        best[closer], least[closer] = index, distance[closer]
    return best


def _outline(random: np.random.Generator) -> Points:
    """A closed star-shaped ring around the origin: corners in the order of their angle never cross."""
    corners = int(random.integers(4, 13))
    step = 2 * math.pi / corners
    angles = np.arange(corners) * step + random.uniform(-0.3, 0.3, corners) * step + random.uniform(0, math.pi)
    radii = random.uniform(0.65, 1.0, corners)
    ring = np.column_stack([np.cos(angles) * radii, np.sin(angles) * radii])
    return np.vstack([ring, ring[:1]])
