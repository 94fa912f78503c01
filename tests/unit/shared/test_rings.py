"""Rings that cross themselves, against the geometry library."""

import shapely
from hypothesis import given
from hypothesis import strategies as st

from shared.rings import crosses_itself

POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9)


@given(POINTS, st.booleans())
def test_a_ring_crosses_itself_as_the_library_says(points: list[tuple[int, int]], closed: bool) -> None:
    ring = [(float(x), float(y)) for x, y in points]
    told = crosses_itself([*ring, ring[0]] if closed else ring)
    plain = shapely.LinearRing(ring) if len(set(ring)) > 2 else None
    assert told is not bool(plain is not None and plain.is_valid and plain.is_simple)


def test_two_hundred_points_round_a_circle_do_not_cross() -> None:
    circle = [(x, y) for x, y in shapely.Point(105.6, 37.5).buffer(0.1, quad_segs=50).exterior.coords]
    assert not crosses_itself(circle)
