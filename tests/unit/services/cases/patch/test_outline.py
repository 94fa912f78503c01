"""The shape of a patch as it goes into its event."""

import math
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry

from services.cases.domain.outline import MOST_VERTICES, outlined
from services.cases.domain.patch import Patch

HALF_OF_AN_EVENT = 40 * 1024


def patch(geometry: BaseGeometry) -> Patch:
    return Patch(
        row_no=1,
        patch_no="640521WP26000001",
        batch_no=None,
        division_code="640521104202",
        township_code="640521104000",
        village_code="640521104202",
        patch_type="1B",
        image_before_on=date(2025, 8, 1),
        image_after_on=date(2026, 3, 1),
        area_m2=Decimal("8400.00"),
        stated_area_mu=Decimal("12.60"),
        farmland_area_m2=None,
        pbf_area_m2=None,
        longitude=105.6,
        latitude=37.4,
        geometry_wkb=shapely.to_wkb(geometry, byte_order=1),
        geometry_digest="0" * 64,
        feature=None,
        note=None,
        raw={},
    )


def circle(points: int, radius: float = 0.01, x: float = 105.6, y: float = 37.4) -> list[tuple[float, float]]:
    turns = [2 * math.pi * number / points for number in range(points)]
    ring = [(round(x + radius * math.cos(turn), 8), round(y + radius * math.sin(turn), 8)) for turn in turns]
    return [*ring, ring[0]]


def as_json(geometry: dict[str, Any]) -> Any:
    return orjson.loads(orjson.dumps(geometry))


def vertices(geometry: dict[str, Any]) -> int:
    return int(shapely.get_num_coordinates(shape(geometry)))


@pytest.mark.parametrize(
    "geometry",
    [
        Polygon(circle(9)),
        Polygon(circle(9), [circle(5, 0.001), circle(4, 0.001, 105.603)]),
        MultiPolygon([Polygon(circle(9)), Polygon(circle(9, x=105.7), [circle(4, 0.001, 105.7)])]),
    ],
)
def test_a_shape_of_usual_size_is_told_whole(geometry: BaseGeometry) -> None:
    same, told = outlined(patch(geometry))
    assert as_json(told) == as_json(mapping(geometry))
    assert same.warnings == ()


def test_coordinates_are_told_to_the_millimetre() -> None:
    _, told = outlined(patch(Polygon([(105.123456789012, 37.0), (105.2, 37.0), (105.2, 37.1)])))
    assert told["coordinates"][0][0][0] == 105.12345679


def test_a_shape_of_too_many_points_is_drawn_with_fewer_and_says_so() -> None:
    whole = Polygon(circle(50_000))
    warned, told = outlined(patch(whole))
    assert vertices(told) == MOST_VERTICES
    assert [(warning.code, warning.facts) for warning in warned.warnings] == [
        ("patch.outline-simplified", {"vertices": 50_001, "kept": MOST_VERTICES})
    ]
    assert shape(told).is_valid
    assert shape(told).area == pytest.approx(whole.area, rel=1e-4)
    assert len(orjson.dumps(told)) < HALF_OF_AN_EVENT


def test_a_shape_of_too_many_parts_keeps_the_largest() -> None:
    parts = [Polygon(circle(4, 0.000001 * (1 + number), 105 + number / 1000)) for number in range(2000)]
    _, told = outlined(patch(MultiPolygon(parts)))
    assert vertices(told) <= MOST_VERTICES
    assert shape(told).intersects(parts[-1])
    assert not shape(told).intersects(parts[0])
    assert len(orjson.dumps(told)) < HALF_OF_AN_EVENT


def test_a_hole_goes_with_its_part() -> None:
    small = Polygon(circle(4, 0.0001, 105.9), [circle(4, 0.00001, 105.9)])
    _, told = outlined(patch(MultiPolygon([Polygon(circle(8)), small])), most=7)
    assert told["type"] == "Polygon"
    assert vertices(told) <= 7


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(3, 60), min_size=1, max_size=6), st.integers(40, 120))
def test_the_bound_holds_and_every_ring_stays_closed(sizes: list[int], most: int) -> None:
    parts = [Polygon(circle(size, 0.0001, 105 + number / 100)) for number, size in enumerate(sizes)]
    _, told = outlined(patch(MultiPolygon(parts)), most=most)
    assert vertices(told) <= max(most, 4 * len(parts))
    polygons = told["coordinates"] if told["type"] == "MultiPolygon" else [told["coordinates"]]
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for polygon in polygons for ring in polygon)


def test_other_kinds_of_geometry_are_no_patch() -> None:
    with pytest.raises(ValueError, match="WKB of kind 1"):
        outlined(patch(shapely.Point(105, 37)))
