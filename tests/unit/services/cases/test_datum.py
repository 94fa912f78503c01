"""Positions of other systems brought to CGCS2000 and back."""

from math import cos, hypot, radians

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from services.cases.adapters.patch_crs import ZONE_35, Placement
from services.cases.adapters.patch_datum import unbent
from services.cases.adapters.patch_geometry import to_cgcs2000 as polygons_to_cgcs2000
from services.cases.domain.datum import bd09_from_gcj02, bd09_from_wgs84, gcj02_from_wgs84, to_cgcs2000
from shared.contracts.codes import PositionCrs

LONGITUDES = st.floats(74.0, 134.0)
LATITUDES = st.floats(3.0, 53.0)


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (one[1] - other[1]) * 111_320
    return hypot((one[0] - other[0]) * 111_320 * cos(radians(one[1])), north)


@given(LONGITUDES, LATITUDES)
def test_gcj02_comes_back_to_a_hundredth_of_a_millimetre(longitude: float, latitude: float) -> None:
    told = gcj02_from_wgs84(longitude, latitude)
    assert metres(to_cgcs2000(PositionCrs.GCJ02, *told), (longitude, latitude)) < 1e-5


@given(LONGITUDES, LATITUDES)
def test_bd09_comes_back_to_a_hundredth_of_a_millimetre(longitude: float, latitude: float) -> None:
    told = bd09_from_wgs84(longitude, latitude)
    assert metres(to_cgcs2000(PositionCrs.BD09, *told), (longitude, latitude)) < 1e-5


@given(st.floats(104.3, 106.5), st.floats(36.1, 37.9))
def test_both_maps_lie_hundreds_of_metres_off_in_the_county(longitude: float, latitude: float) -> None:
    assert 200 < metres(gcj02_from_wgs84(longitude, latitude), (longitude, latitude)) < 900
    assert 400 < metres(bd09_from_wgs84(longitude, latitude), (longitude, latitude)) < 2000


def test_a_known_point_of_the_maps() -> None:
    """The example of coordtransform, the converter in public use."""
    assert gcj02_from_wgs84(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    assert bd09_from_gcj02(116.404, 39.915) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


def test_wgs84_is_taken_as_it_is_and_nothing_changes_abroad() -> None:
    assert to_cgcs2000(PositionCrs.WGS84, 105.18, 37.5) == (105.18, 37.5)
    assert to_cgcs2000(PositionCrs.GCJ02, -122.4, 37.8) == (-122.4, 37.8)


def test_the_check_point_of_the_survey() -> None:
    """domain.md 7.5: zone 35 with its number in the easting."""
    told = np.array([shapely.Point(35515916.59, 4152017.36)], dtype=object)
    found = polygons_to_cgcs2000(told, Placement(ZONE_35, swapped=False))[0]
    assert metres((found.x, found.y), (105.18, 37.50)) < 0.01


@given(st.lists(st.tuples(LONGITUDES, LATITUDES), min_size=1, max_size=5))
def test_whole_files_are_unbent_as_single_positions_are(points: list[tuple[float, float]]) -> None:
    for crs, bend in ((PositionCrs.GCJ02, gcj02_from_wgs84), (PositionCrs.BD09, bd09_from_wgs84)):
        bent = np.array([bend(*point) for point in points])
        for found, point in zip(unbent(crs, bent).tolist(), points, strict=True):
            assert metres((found[0], found[1]), point) < 1e-4
