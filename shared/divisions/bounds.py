"""Where a county roughly lies: boxes around its polygon, read without shapely, for a first look at a position."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

from shared.divisions.register import COUNTY_DIGITS

_FILE = Path(__file__).parent / "counties.geojson"
_MARGIN = 0.05  # degrees, about 5 km: the seed polygons are simplified


class Box(NamedTuple):
    """Degrees (EPSG:4490)."""

    west: float
    south: float
    east: float
    north: float


MAINLAND = Box(73.0, 3.0, 136.0, 54.0)


class CountyBoxes:
    """The neighbourhood of each county; the country for a county without a polygon."""

    def __init__(self, boxes: dict[str, Box]) -> None:
        self._boxes = boxes

    @classmethod
    def load(cls, path: Path = _FILE) -> Self:
        """Read the file of Boundaries."""
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return cls(
            {row["properties"]["code"][:COUNTY_DIGITS]: _box(row["geometry"]["coordinates"]) for row in features}
        )

    def around(self, code: str) -> Box:
        """The box of the county that a division code of 6 to 12 digits is or lies in."""
        return self._boxes.get(code[:COUNTY_DIGITS], MAINLAND)


def _box(coordinates: Any) -> Box:
    east, north = zip(*_points(coordinates), strict=True)
    return Box(min(east) - _MARGIN, min(north) - _MARGIN, max(east) + _MARGIN, max(north) + _MARGIN)


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _points(part)
