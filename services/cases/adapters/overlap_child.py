"""The limited child that lays shapes over each other: `python -m services.cases.adapters.overlap_child`.

Reads JSON lines [shape, shape] of GeoJSON geometries, EPSG:4490, from standard input, and answers each in its place
with {"iou": 0..1, "inside": whether the centre of one lies in the other}; null for what no library can make sense of.
"""

import resource
import sys
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 60


def main() -> int:
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (limit, limit))
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(orjson.dumps(_answer(*orjson.loads(line)), option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
    return 0


def _answer(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any] | None:
    import shapely

    try:
        return compare(_shape(one), _shape(other))
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        return None


def compare(one: "BaseGeometry", other: "BaseGeometry") -> dict[str, Any]:
    """Both in degrees: near each other, one square degree is as large as the other, so the quotient is right."""
    import shapely

    whole = shapely.union(one, other).area
    iou = shapely.intersection(one, other).area / whole if whole > 0 else 0.0
    inside = _holds(one, other) or _holds(other, one)
    return {"iou": min(1.0, iou), "inside": bool(inside)}


def _holds(one: "BaseGeometry", other: "BaseGeometry") -> bool:
    """Whether a surface has the centre of the other in it, or on its border."""
    return bool(one.area > 0 and one.intersects(other.centroid))


def _shape(geojson: dict[str, Any]) -> "BaseGeometry":
    import shapely

    # A drawing with fewer points than its shape may cross itself.
    return shapely.make_valid(shapely.from_geojson(orjson.dumps(geojson).decode()))


if __name__ == "__main__":
    sys.exit(main())
