"""Areas of many small polygons at once are those of Geod."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.adapters.overlay_geometry import Features, laid_over
from services.cases.adapters.patch_geometry import Geometries, ellipsoidal_areas
from services.cases.adapters.quick_areas import quick_areas
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
    ((_, _, area, _, inside),) = [one for one in found["pieces"] if one[0] == "cultivated_land"]
    assert (area, inside) == (pytest.approx(found["m2"], abs=0.01), pytest.approx(found["m2"], abs=0.01))
