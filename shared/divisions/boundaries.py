"""County polygons. Apart from the register, so that a process that only checks codes never loads shapely."""

import json
from pathlib import Path
from typing import Self

import shapely
from shapely.geometry.base import BaseGeometry

from shared.divisions.register import DivisionUnknown, full_code

_FILE = Path(__file__).parent / "counties.geojson"


class Boundaries:
    """County polygons by code, in degrees, longitude first (EPSG:4490). Seed data: see README.md for its limits."""

    def __init__(self, polygons: dict[str, BaseGeometry]) -> None:
        self._polygons = polygons

    @classmethod
    def load(cls, path: Path = _FILE) -> Self:
        """Read a FeatureCollection whose features carry a 12-digit property code."""
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return cls({row["properties"]["code"]: shapely.from_geojson(json.dumps(row["geometry"])) for row in features})

    def county(self, code: str) -> BaseGeometry:
        """The polygon of a county, 6 or 12 digits, prepared for many tests. Raises DivisionUnknown."""
        polygon = self._polygons.get(full_code(code))
        if polygon is None:
            raise DivisionUnknown(code)
        shapely.prepare(polygon)
        return polygon
