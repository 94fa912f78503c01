"""What the worker hands the child for an overlay: shapes and features as JSON lines with hexadecimal WKB."""

from pathlib import Path

import numpy as np
import orjson
import shapely

from services.cases.adapters.overlay_geometry import Features
from services.cases.adapters.patch_geometry import Geometries
from shared.contracts.codes import LandLayerKind


def read_overlay(path: Path) -> tuple[Geometries, list[Features]]:
    """Shapes in their order, and the features of each layer."""
    shapes: list[bytes] = []
    layers: dict[str, tuple[list[bytes], list[str | None]]] = {}
    with path.open("rb") as lines:
        for line in lines:
            kind, name, wkb = orjson.loads(line)
            if kind is None:
                shapes.append(bytes.fromhex(wkb))
            else:
                encoded, names = layers.setdefault(kind, ([], []))
                encoded.append(bytes.fromhex(wkb))
                names.append(name)
    features = [Features(LandLayerKind(kind), _decoded(encoded), names) for kind, (encoded, names) in layers.items()]
    return _decoded(shapes), features


def _decoded(encoded: list[bytes]) -> Geometries:
    return np.asarray(shapely.from_wkb(np.asarray(encoded, dtype=object)), dtype=object)
