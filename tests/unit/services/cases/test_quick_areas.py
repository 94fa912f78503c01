"""Areas of many small polygons at once are those of Geod."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.adapters.geometry_parts import MOST_POINTS, in_parts
from services.cases.adapters.overlay_geometry import Features, laid_over
from services.cases.adapters.patch_geometry import Geometries, ellipsoidal_areas
from services.cases.adapters.quick_areas import no_slivers, quick_areas
from shared.contracts.codes import LandLayerKind

EAST, NORTH = 105.6, 37.4


def polygons(*found: shapely.Geometry) -> Geometries:
    return np.array(found, dtype=object)


@settings(max_examples=200)
@given(
    st.floats(104.3, 106.5),
    st.floats(36.1, 37.9),
    st.lists(st.floats(0.1, 1.0), min_size=3, max_size=40),
    st.floats(1e-5, 1.4e-3),
)
def test_they_agree_with_geod(longitude: float, latitude: float, radii: list[float], size: float) -> None:
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    around = np.column_stack([np.cos(angles), np.sin(angles)]) * np.array(radii)[:, None] * size
    shapes = polygons(shapely.Polygon(np.add(around, (longitude, latitude))))
    assert quick_areas(shapes)[0] == pytest.approx(ellipsoidal_areas(shapes)[0], abs=1e-3)


def test_holes_parts_and_large_ones_count() -> None:
    outer, hole = shapely.box(EAST, NORTH, EAST + 0.002, NORTH + 0.002), shapely.Point(EAST + 0.001, NORTH + 0.001)
    ringed = outer.difference(hole.buffer(0.0005))
    two = ringed.union(shapely.box(EAST + 0.0025, NORTH, EAST + 0.0028, NORTH + 0.001))
    large = shapely.box(EAST, NORTH, EAST + 0.1, NORTH + 0.1)
    shapes = polygons(ringed, two, large, outer)
    assert quick_areas(shapes) == pytest.approx(ellipsoidal_areas(shapes), abs=1e-3)
    assert quick_areas(polygons()).tolist() == []


def test_overlapping_basic_farmland_counts_once() -> None:
    shape = shapely.box(EAST, NORTH, EAST + 0.002, NORTH + 0.002)
    left = shapely.box(EAST - 1, NORTH - 1, EAST + 0.0015, NORTH + 1)
    right = shapely.box(EAST + 0.0005, NORTH - 1, EAST + 1, NORTH + 1)
    layers = [
        Features(LandLayerKind.CULTIVATED_LAND, polygons(shape.buffer(0.01)), ["0102"]),
        Features(LandLayerKind.PERMANENT_BASIC_FARMLAND, polygons(left, right), [None, None]),
    ]
    found = laid_over(polygons(shape), layers)[0]
    assert found["pbf_m2"] == pytest.approx(found["m2"], abs=0.01)
    ((_, _, area, _, inside, _),) = [one for one in found["pieces"] if one[0] == "cultivated_land"]
    assert (area, inside) == (pytest.approx(found["m2"], abs=0.01), pytest.approx(found["m2"], abs=0.01))


def test_what_has_many_points_is_measured_in_parts_as_a_whole() -> None:
    """A red line of 20,000 points: the same areas, from parts of few."""
    angles = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    radii = 0.02 + 0.001 * np.sin(300 * angles)
    line = np.column_stack([np.cos(angles) * radii + EAST, np.sin(angles) * radii + NORTH])
    red = shapely.Polygon(line, [line[::40] * 0.5 + np.array((EAST, NORTH)) * 0.5])
    parts, owner = in_parts(polygons(red))
    assert (len(parts) > 5, set(owner.tolist())) == (True, {0})
    assert max(shapely.get_num_coordinates(parts)) <= MOST_POINTS
    assert ellipsoidal_areas(parts).sum() == pytest.approx(ellipsoidal_areas(polygons(red))[0], abs=0.5)
    shape = polygons(shapely.box(EAST + 0.015, NORTH - 0.001, EAST + 0.025, NORTH + 0.001))
    layer = Features(LandLayerKind.ECOLOGICAL_RED_LINE, polygons(red), [None])
    ((_, _, area, hit, _, _),) = laid_over(shape, [layer])[0]["pieces"]
    expected = ellipsoidal_areas(shapely.intersection(shape, polygons(red)))[0]
    assert (area, hit) == (pytest.approx(expected, abs=0.01), True)
    many = laid_over(polygons(red), [Features(LandLayerKind.PERMANENT_BASIC_FARMLAND, polygons(red), [None])])[0]
    assert many["pbf_m2"] == pytest.approx(many["m2"], abs=1)


def test_a_shape_that_would_take_too_long_is_told_and_the_others_go_on() -> None:
    small = shapely.box(EAST, NORTH, EAST + 0.001, NORTH + 0.001)
    round_ = shapely.Point(EAST, NORTH).buffer(0.001, quad_segs=200)
    layer = Features(LandLayerKind.CULTIVATED_LAND, polygons(small.buffer(0.01)), ["0102"])
    heavy, light = laid_over(polygons(round_, small), [layer], most_work=200)
    assert (heavy["most_work"], heavy["work"] > 800) == (200, True)
    assert light["pieces"][0][2] == pytest.approx(light["m2"], abs=0.01)


@pytest.mark.parametrize(
    ("east_m", "north_m", "real"),
    [
        (0.9, 0.9, False),
        (0.9, 400.0, False),
        (1.1, 400.0, True),
        (1.1, 1.1, True),
        (0.9, 1.2, False),
        (30.0, 30.0, True),
    ],
)
def test_a_sliver_is_small_or_narrow(east_m: float, north_m: float, real: bool) -> None:
    degree = 111_320.0
    piece = shapely.box(EAST, NORTH, EAST + east_m / (degree * np.cos(np.radians(NORTH))), NORTH + north_m / degree)
    pieces = polygons(piece)
    assert no_slivers(pieces, quick_areas(pieces), np.array([[1.0, 1.0]])).tolist() == [real]
