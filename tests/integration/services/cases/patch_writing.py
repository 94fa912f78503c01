"""Writing patch files by hand: what a good one is, and ways to spoil it."""

import io
import json
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

TOWNSHIP = "640521104"
CENTRE = (35_565_220.0, 4_157_000.0)
"""A place in 恩和镇, EPSG:4523."""


def square(east: float = 0.0, north: float = 0.0, side: float = 100.0) -> BaseGeometry:
    """A square so many metres from CENTRE, EPSG:4523."""
    left, bottom = CENTRE[0] + east, CENTRE[1] + north
    return shapely.box(left, bottom, left + side, bottom + side)


def ring(*corners: tuple[float, float]) -> BaseGeometry:
    """A polygon of corners in metres from CENTRE."""
    return shapely.Polygon([(CENTRE[0] + east, CENTRE[1] + north) for east, north in corners])


def row(number: int, **changed: Any) -> dict[str, Any]:
    """Good attributes of a square of 100 m."""
    return {
        "JCBH": f"640521WP26{number:06d}",
        "XZQBM": TOWNSHIP,
        "XZQMC": "恩和镇",
        "TBLX": "1A",
        "JCMJ": "15.00",
        "TZ": "彩钢棚",
        **changed,
    }


def write_layer(
    path: Path,
    rows: list[dict[str, Any]],
    shapes: Iterable[BaseGeometry | None],
    crs: str = "EPSG:4523",
    **options: Any,
) -> None:
    """Write with GDAL: the driver is told by the extension."""
    options.setdefault("geometry_type", "Polygon")
    encoded = np.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], dtype=object)
    columns = [_column([each[name] for each in rows]) for name in rows[0]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(path, encoded, columns, list(rows[0]), crs=crs, **options)


def _column(values: list[Any]) -> NDArray[Any]:
    return np.array(values, dtype=object if isinstance(values[0], str) else None)


def shapefile_parts(
    folder: Path,
    rows: list[dict[str, Any]] | None = None,
    shapes: list[BaseGeometry | None] | None = None,
    encoding: str = "GBK",
    **options: Any,
) -> dict[str, bytes]:
    """Extension -> content of a Shapefile of good rows, or of the given."""
    rows = [row(1), row(2)] if rows is None else rows
    shapes = [square(300.0 * index) for index in range(len(rows))] if shapes is None else shapes
    folder.mkdir(exist_ok=True)
    write_layer(folder / "made.shp", rows, shapes, encoding=encoding, **options)
    return {part.suffix: part.read_bytes() for part in folder.iterdir() if part.stem == "made"}


def zip_of(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def zip_shapefile(path: Path, parts: Mapping[str, bytes], without: Iterable[str] = (".cpg",)) -> Path:
    """A zip as agencies send it: without .cpg unless told."""
    return zip_of(path, {f"卫片图斑{end}": content for end, content in parts.items() if end not in without})


def small_zip(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def geojson(
    rows: list[dict[str, Any]],
    shapes: Iterable[BaseGeometry | None],
    crs: Any = "urn:ogc:def:crs:EPSG::4523",
    spoil: Callable[[dict[str, Any]], None] | None = None,
) -> bytes:
    """GeoJSON text; crs None leaves the member out, a text names it, anything else is put there as it is."""
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": properties,
                "geometry": None if shape is None else shapely.geometry.mapping(shape),
            }
            for properties, shape in zip(rows, shapes, strict=True)
        ],
    }
    if crs is not None:
        document["crs"] = {"type": "name", "properties": {"name": crs}} if isinstance(crs, str) else crs
    if spoil:
        spoil(document)
    return json.dumps(document, ensure_ascii=False).encode()
