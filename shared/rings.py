"""Whether a ring of points crosses or touches itself: then nobody can say what lies inside.

The gateway asks it of what people draw, and loads no geometry library for that.
"""

from collections.abc import Sequence

Point = tuple[float, float]


def crosses_itself(points: Sequence[Point]) -> bool:
    """Of a ring, closed or not; also of one that folds back or encloses nothing. Points that repeat count once."""
    ring = [point for no, point in enumerate(points) if no == 0 or point != points[no - 1]]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    count = len(ring)
    if count < 3:
        return True
    edges = [(ring[no], ring[(no + 1) % count]) for no in range(count)]
    for no, (start, end) in enumerate(edges):
        after = edges[(no + 1) % count][1]
        if _turn(start, end, after) == 0 and _dot(start, end, after) < 0:
            return True
        last = count - 1 if no == 0 else count
        if any(_meet((start, end), edges[other]) for other in range(no + 2, last)):
            return True
    return False


def _turn(a: Point, b: Point, c: Point) -> int:
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (area > 0) - (area < 0)


def _dot(a: Point, b: Point, c: Point) -> float:
    """Of the way from a to b and from b to c: negative where it goes back."""
    return (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])


def _meet(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    ends = ((c, a, b), (d, a, b), (a, c, d), (b, c, d))
    return any(turn == 0 and _within(*end) for turn, end in zip(turns, ends, strict=True))


def _within(point: Point, a: Point, b: Point) -> bool:
    """Of a point in line with a and b: whether it lies between them."""
    return all(min(a[side], b[side]) <= point[side] <= max(a[side], b[side]) for side in (0, 1))
