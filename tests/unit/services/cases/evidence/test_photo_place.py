"""Distances and directions, against pyproj and by trying everything."""

from itertools import combinations
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from services.cases.domain.photo_place import degrees_apart, metres_apart, metres_from, spread_apart
from tests.unit.services.cases.evidence.builders import YARD

_GEOD = Geod(ellps="GRS80")
near = st.tuples(st.floats(105.66, 105.70), st.floats(37.40, 37.44))
bearings = st.floats(0, 359.99)


@given(near, near)
def test_metres_apart_are_those_of_the_ellipsoid(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert metres_apart(one, other) == pytest.approx(_GEOD.inv(*one, *other)[2], rel=1e-4, abs=0.01)


@given(near)
def test_the_distance_to_an_area_is_that_of_its_nearest_point(point: tuple[float, float]) -> None:
    area: Any = shapely.geometry.shape(YARD)
    found = metres_from(point, YARD)
    if area.contains(shapely.Point(point)):
        assert found == 0
        return
    line = area.exterior
    steps = [line.interpolate(at / 2000, normalized=True) for at in range(2001)]
    nearest = min(_GEOD.inv(*point, step.x, step.y)[2] for step in steps)
    # The steps along the outline are 0.2 m.
    assert found == pytest.approx(nearest, rel=1e-3, abs=0.3)


def test_inside_of_a_hole_is_outside() -> None:
    hole = [[105.6799, 37.4199], [105.6801, 37.4199], [105.6801, 37.4201], [105.6799, 37.4201], [105.6799, 37.4199]]
    ring = {"type": "Polygon", "coordinates": [*YARD["coordinates"], hole]}
    assert metres_from((105.68, 37.42), ring) == pytest.approx(8.85, abs=0.1)
    assert metres_from((105.68, 37.42), {"type": "MultiPolygon", "coordinates": [ring["coordinates"]]}) > 8


def test_a_line_is_no_area() -> None:
    with pytest.raises(ValueError, match="not an area"):
        metres_from((0, 0), {"type": "LineString", "coordinates": [[0, 0], [1, 1]]})


@given(bearings, bearings)
def test_degrees_apart_goes_the_short_way_round(one: float, other: float) -> None:
    apart = degrees_apart(one, other)
    assert 0 <= apart <= 180
    assert apart == pytest.approx(min(abs(one - other), 360 - abs(one - other)))


@settings(max_examples=200)
@given(st.lists(st.integers(0, 359).map(float), max_size=7), st.sampled_from([30.0, 45.0, 90.0]))
def test_the_spread_is_the_greatest_set_that_lies_apart(directions: list[float], gap: float) -> None:
    best = max(
        number
        for number in range(len(directions) + 1)
        for chosen in combinations(directions, number)
        if all(degrees_apart(a, b) >= gap for a, b in combinations(chosen, 2))
    )
    assert spread_apart(directions, gap) == best
