"""An overlay of 10,000 patches with 50,000 contiguous parcels, beside the bare shapely calls in the same run."""

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from services.cases.adapters.overlay_geometry import Features, laid_over
from services.cases.adapters.patch_geometry import Geometries
from shared.contracts.codes import LandLayerKind

PATCHES, PARCELS = 10_000, 50_000
_SIDE = 224  # parcels in a row
_CELL = 0.0006  # degrees: some 60 m
_WEST, _SOUTH = 105.3, 36.8


def measure(tries: int = 3) -> dict[str, Any]:
    """Seconds of the best of some tries each, turn by turn, and their ratio."""
    shapes, parcels = _patches(), _parcels()
    codes = [("0102", "0103", "0301")[no % 3] for no in range(len(parcels))]
    pairs, bare, whole = 0, [], []
    for _ in range(tries):
        seconds, found = _timed(lambda: _bare(shapes, parcels))
        bare.append(seconds)
        pairs = len(found)
        seconds, _ = _timed(lambda: laid_over(shapes, [Features(LandLayerKind.CULTIVATED_LAND, parcels, codes)]))
        whole.append(seconds)
    return {
        "patches": len(shapes),
        "parcels": len(parcels),
        "pairs": pairs,
        "bare_shapely_s": round(min(bare), 2),
        "overlay_s": round(min(whole), 2),
        "overlay_to_bare": round(min(whole) / min(bare), 2),
    }


def _bare(shapes: Geometries, parcels: Geometries) -> Any:
    owner, feature = shapely.STRtree(parcels).query(shapes, predicate="intersects")
    pieces = shapely.intersection(shapes[owner], parcels[feature])
    shapely.area(pieces)
    return pieces


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = act()
    return time.perf_counter() - begun, found


def _parcels() -> Geometries:
    """Cells of a grid whose edges have 9 points each, shaken alike on both sides."""
    number = np.arange(PARCELS)
    column, row = number % _SIDE, number // _SIDE
    steps = np.arange(9) / 9
    zeros, ones = np.zeros(9), np.ones(9)
    east = np.concatenate([steps, ones, 1 - steps, zeros])
    north = np.concatenate([zeros, steps, ones, 1 - steps])
    x = column[:, None] + east[None, :]
    y = row[:, None] + north[None, :]
    points = np.stack([x + 0.05 * np.sin(9 * y), y + 0.05 * np.sin(9 * x)], axis=-1) * _CELL + (_WEST, _SOUTH)
    return np.asarray(shapely.polygons(points), dtype=object)


def _patches() -> Geometries:
    """Round shapes of 60 points that reach over several parcels."""
    random = np.random.default_rng(1)
    centres = random.uniform(2, _SIDE - 3, (PATCHES, 1, 2))
    radii = random.uniform(0.6, 1.2, (PATCHES, 60, 1))
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=-1)[None]
    return np.asarray(shapely.polygons((centres + radii * around) * _CELL + (_WEST, _SOUTH)), dtype=object)


if __name__ == "__main__":
    print(json.dumps(measure(), ensure_ascii=False, indent=2))
