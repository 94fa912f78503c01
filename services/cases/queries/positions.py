"""Conditions on where an object lies, in degrees: on columns of work_text."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from services.cases.storage.work_tables import work_text

_t = work_text.c
_BOUNDS: ColumnElement[Any] = sa.literal_column(
    "box(point(work_text.east, work_text.north), point(work_text.west, work_text.south))"
)


def touches(box: tuple[float, float, float, float]) -> list[ColumnElement[bool]]:
    """By the index. box: west, south, east, north."""
    west, south, east, north = box
    asked = sa.func.box(sa.func.point(east, north), sa.func.point(west, south))
    return [_t.west.is_not(None), _BOUNDS.op("&&", is_comparison=True)(asked)]


def has_inside(points: Sequence[tuple[float, float]]) -> ColumnElement[bool]:
    """What has its position in the polygon, edges included; not by an index."""
    ring = ",".join(f"({longitude!r},{latitude!r})" for longitude, latitude in points)
    polygon = sa.cast(sa.literal(f"({ring})"), _Polygon())
    return polygon.op("@>", is_comparison=True)(sa.func.point(_t.longitude, _t.latitude))


class _Polygon(sa.types.UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "polygon"


def lies_inside(of: ColumnElement[Any], points: Sequence[tuple[float, float]]) -> ColumnElement[bool]:
    """The object with that id has its position in the polygon."""
    east, north = zip(*points, strict=True)
    box = min(east), min(north), max(east), max(north)
    return sa.exists().where(_t.id == of, *touches(box), has_inside(points))
