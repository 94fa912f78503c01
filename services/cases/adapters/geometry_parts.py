"""Geometries of very many points in parts of few: what is near is found by the part, not by the whole."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from services.cases.adapters.patch_geometry import Geometries

MOST_POINTS = 2000
# Halves of halves: no polygon needs more, and a part that does stays as it is.
_DEEPEST = 40


def in_parts(polygons: Geometries, most: int = MOST_POINTS) -> tuple[Geometries, NDArray[np.intp]]:
    """Each polygon with more points as parts with at most so many, which only touch; and whose parts they are.

    Order is kept. Valid polygons in degrees.
    """
    owner = np.arange(len(polygons), dtype=np.intp)
    large = np.flatnonzero(shapely.get_num_coordinates(polygons) > most)
    if not len(large):
        return polygons, owner
    parts = [list(_split(polygons[no], most)) for no in large.tolist()]
    rest = np.setdiff1d(owner, large)
    wholes = np.concatenate([rest, np.repeat(large, [len(one) for one in parts])]).astype(np.intp)
    pieces = np.empty(len(wholes), dtype=object)
    pieces[: len(rest)] = polygons[rest]
    pieces[len(rest) :] = [part for one in parts for part in one]
    order = np.argsort(wholes, kind="stable")
    return pieces[order], wholes[order]


def polygons_of(piece: Any) -> Any:
    """The polygons of a collection; lines and points where two only touch have no area."""
    parts = shapely.get_parts(piece)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _split(polygon: Any, most: int) -> Iterator[Any]:
    left: list[tuple[Any, int]] = [(part, 0) for part in shapely.get_parts(polygon)]
    while left:
        one, deep = left.pop()
        if shapely.get_num_coordinates(one) <= most or deep >= _DEEPEST:
            yield one
            continue
        left += [(part, deep + 1) for half in _halves(one.bounds) for part in _solid(shapely.intersection(one, half))]


def _halves(bounds: tuple[float, float, float, float]) -> list[Any]:
    """The box cut across its longer side."""
    west, south, east, north = bounds
    if east - west >= north - south:
        middle = (west + east) / 2
        return [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    middle = (south + north) / 2
    return [shapely.box(west, south, east, middle), shapely.box(west, middle, east, north)]


def _solid(piece: Any) -> list[Any]:
    parts = shapely.get_parts(piece)
    return [part for part in parts.tolist() if shapely.get_dimensions(part) == 2 and not part.is_empty]
