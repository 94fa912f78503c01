"""What the worker hands the child for an overlay: shapes and features as JSON lines with hexadecimal WKB."""

from pathlib import Path

import numpy as np
import orjson
import shapely

from services.cases.adapters.geometry_parts import polygons_of
from services.cases.adapters.overlay_geometry import Features
from services.cases.adapters.patch_geometry import Geometries
from services.cases.domain.overlay import Sliver
from shared.contracts.codes import LandLayerKind


def read_overlay(path: Path) -> tuple[Geometries, list[Sliver], list[Features]]:
    """Shapes in their order, what hits nothing of each, and the features of each layer.

    Lines: [null, [sliver m2, sliver width m], wkb] and [kind, name, wkb].
    """
    shapes: list[bytes] = []
    slivers: list[Sliver] = []
    layers: dict[str, tuple[list[bytes], list[str | None]]] = {}
    with path.open("rb") as lines:
        for line in lines:
            kind, name, wkb = orjson.loads(line)
            if kind is None:
                shapes.append(bytes.fromhex(wkb))
                slivers.append(Sliver(*name))
            else:
                encoded, names = layers.setdefault(kind, ([], []))
                encoded.append(bytes.fromhex(wkb))
                names.append(name)
    features = [Features(LandLayerKind(kind), _decoded(encoded), names) for kind, (encoded, names) in layers.items()]
    return _sound(_decoded(shapes)), slivers, features


def _sound(shapes: Geometries) -> Geometries:
    """An outline with fewer points than its shape may cross itself."""
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = [polygons_of(shapely.make_valid(shape)) for shape in shapes[broken]]
    return shapes


def _decoded(encoded: list[bytes]) -> Geometries:
    return np.asarray(shapely.from_wkb(np.asarray(encoded, dtype=object)), dtype=object)
