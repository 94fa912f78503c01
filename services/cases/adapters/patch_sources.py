"""The three kinds of patch file, read into one shape: columns of raw values and a geometry per row."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
import orjson
import pyogrio
import shapely

from services.cases.adapters.patch_archive import chosen, is_geodatabase, unpack_geodatabase, unpack_shapefile
from services.cases.adapters.patch_crs import CGCS2000, WGS84, declared_epsg, geojson_epsg
from services.cases.adapters.patch_datum import bent_by_name
from services.cases.adapters.patch_dbf import read_dbf
from services.cases.adapters.patch_geometry import Geometries
from services.cases.adapters.patch_limits import PatchLimits
from services.cases.adapters.patch_refusals import (
    Damaged,
    KindMismatch,
    KindUnknown,
    NoPatches,
    NotAZip,
    TooLarge,
    TooManyRows,
)
from services.cases.domain.patch_values import RawValue
from shared.contracts.codes import PositionCrs

Kind = Literal["shapefile", "geopackage", "geojson", "geodatabase", "xlsx"]

_KINDS: dict[str, Kind] = {
    ".zip": "shapefile",
    ".gpkg": "geopackage",
    ".geojson": "geojson",
    ".json": "geojson",
    ".xlsx": "xlsx",
}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_SQLITE = b"SQLite format 3\x00"
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11")
_LONGEST_RAW = 4000


@dataclass(frozen=True, slots=True)
class PatchSource:
    """columns: upper-case name -> one raw value per row. row_nos: 1-based in the file. declared: EPSG code.

    bent: GCJ-02 or BD-09, of which the file says it is; declared is CGCS2000 then. None: it says neither.
    geometries: as in the file, not checked. notes: (code, facts) about the file as a whole.
    """

    kind: Kind
    columns: dict[str, Sequence[RawValue]]
    row_nos: list[int]
    geometries: Geometries
    declared: int
    encoding: str
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    bent: PositionCrs | None = None


def read_source(path: Path, name: str, limits: PatchLimits) -> PatchSource:
    """Read a file. name: what its owner calls it; its extension, and the content, must be of one kind.

    Raises FileRefused.
    """
    source = _READERS[kind_of(path, name, limits)](path, limits)
    if not source.row_nos:
        raise NoPatches()
    return source


def kind_of(path: Path, name: str, limits: PatchLimits) -> Kind:
    """By extension and first bytes, which must agree. Raises FileRefused, also for a file too large."""
    kind = _kind(path, name, limits.geodatabase)
    if (size := path.stat().st_size) > limits.file_bytes:
        raise TooLarge(most_bytes=limits.file_bytes, found_bytes=size)
    return kind


def _kind(path: Path, name: str, geodatabase: bool) -> Kind:
    extension = Path(name).suffix.lower()
    kind = _KINDS.get(extension)
    if kind is None:
        raise KindUnknown(name=name[:200], accepted=list(_KINDS))
    with path.open("rb") as file:
        head = file.read(4096)
    if kind == "shapefile" and not head.startswith(_ZIP):
        raise NotAZip(name=name[:200])
    if kind == "shapefile" and geodatabase and is_geodatabase(path):
        return "geodatabase"
    if kind == "xlsx":
        # An encrypted workbook, or one of before 2007, is no zip.
        if not head.startswith(_ZIP):
            raise KindMismatch(name=name[:200], expected=kind)
        return kind
    geopackage = head.startswith(_SQLITE) and head[68:72] in _GPKG_IDS
    json = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    if (kind == "geopackage" and not geopackage) or (kind == "geojson" and not json):
        raise KindMismatch(name=name[:200], expected=kind)
    return kind


def _from_wkb(encoded: Sequence[bytes | None]) -> Geometries:
    return np.asarray(shapely.from_wkb(np.asarray(encoded, dtype=object), on_invalid="ignore"), dtype=object)


def _read_with_gdal(path: Path, **options: Any) -> Any:
    """pyogrio.raw.read; what GDAL murmurs about is checked by other means, what it refuses is damage."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pyogrio.raw.read(path, **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as broken:
        raise Damaged(part=path.suffix, reason="cannot-be-read") from broken


def _read_shapefile(path: Path, limits: PatchLimits) -> PatchSource:
    with TemporaryDirectory(prefix="patches-") as folder:
        parts = unpack_shapefile(path, Path(folder), limits)
        code_page = parts[".cpg"].read_text("latin-1")[:40] if ".cpg" in parts else None
        table = read_dbf(parts[".dbf"], code_page, limits.rows)
        declared, bent = _declared(parts[".prj"].read_bytes()[:20_000].decode("utf-8", "replace"))
        parts[".dbf"].unlink()  # else GDAL would skip its deleted records and shift the rows
        _meta, _, encoded, _ = _read_with_gdal(parts[".shp"], columns=[], max_features=limits.rows + 1)
    if len(encoded) != table.records:
        raise Damaged(part=".shp", reason="shapes-and-records-differ", shapes=len(encoded), records=table.records)
    geometries = _from_wkb(encoded)[np.asarray(table.row_nos, dtype=np.intp) - 1]
    columns: dict[str, Sequence[RawValue]] = {name.upper(): values for name, values in table.columns.items()}
    return PatchSource("shapefile", columns, table.row_nos, geometries, declared, table.encoding, table.notes, bent)


def _read_geopackage(path: Path, limits: PatchLimits) -> PatchSource:
    with TemporaryDirectory(prefix="patches-") as folder:
        # A name of our own beside which nothing lies: no -wal, no .aux.xml, no extension GDAL would wonder about.
        copy = Path(folder) / "patches.gpkg"
        copy.write_bytes(path.read_bytes())
        return _read_database("geopackage", copy, limits)


def _read_geodatabase(path: Path, limits: PatchLimits) -> PatchSource:
    with TemporaryDirectory(prefix="patches-") as folder:
        return _read_database("geodatabase", unpack_geodatabase(path, Path(folder), limits), limits)


def _read_database(kind: Kind, path: Path, limits: PatchLimits) -> PatchSource:
    layer = _chosen_layer(path, limits.layer)
    options = {"layer": layer, "max_features": limits.rows + 1, "datetime_as_string": True}
    meta, _, encoded, values = _read_with_gdal(path, **options)
    if encoded is None:
        raise NoPatches()
    if len(encoded) > limits.rows:
        raise TooManyRows(most=limits.rows, found=len(encoded))
    columns: dict[str, Sequence[RawValue]] = {
        str(name).upper(): [plain_value(value) for value in column.tolist()]
        for name, column in zip(meta["fields"].tolist(), values, strict=True)
    }
    row_nos = list(range(1, len(encoded) + 1))
    declared, bent = _declared(meta["crs"])
    return PatchSource(kind, columns, row_nos, _from_wkb(encoded), declared, "UTF-8", bent=bent)


def _declared(definition: str | None) -> tuple[int, PositionCrs | None]:
    """EPSG code and bend of a .prj, WKT or "EPSG:n". Raises ProjectionUnknown."""
    bent = bent_by_name(definition) if definition else None
    return (declared_epsg(definition), None) if bent is None else (CGCS2000, bent)


def _chosen_layer(path: Path, wanted: str | None) -> str:
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(path).tolist() if kind is not None]
    except pyogrio.errors.DataSourceError as broken:
        raise Damaged(part=path.suffix, reason="cannot-be-read") from broken
    if not layers:
        raise NoPatches()
    return chosen(layers, wanted)


def _read_geojson(path: Path, limits: PatchLimits) -> PatchSource:
    """Read here and not by GDAL, which would fetch a linked crs from the network and forget the types of values."""
    document, encoding = _parse_json(path.read_bytes())
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise Damaged(part=".geojson", reason="not-a-feature-collection")
    if len(features) > limits.rows:
        raise TooManyRows(most=limits.rows, found=len(features))
    declared, bent = _declared_by(document)
    rows = [_properties(feature) for feature in features]
    names = list(dict.fromkeys(name for row in rows for name in row))
    if len(names) > limits.columns:
        raise Damaged(part=".geojson", reason="too-many-properties", most=limits.columns, found=len(names))
    columns: dict[str, Sequence[RawValue]] = {name: [row.get(name) for row in rows] for name in names}
    geometries = np.asarray([_geometry(feature) for feature in features], dtype=object)
    shapes = np.asarray(shapely.from_geojson(geometries, on_invalid="ignore"), dtype=object)
    return PatchSource("geojson", columns, list(range(1, len(rows) + 1)), shapes, declared, encoding, bent=bent)


def _parse_json(content: bytes) -> tuple[dict[str, Any], str]:
    content, encoding = content.removeprefix(b"\xef\xbb\xbf"), "UTF-8"
    try:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            content, encoding = content.decode("gb18030").encode(), "GB18030"
        document = orjson.loads(content)
    except (UnicodeDecodeError, orjson.JSONDecodeError) as broken:
        if str(broken).startswith("Not enough memory"):  # orjson's way of saying so
            raise TooLarge() from broken
        where = {"line": broken.lineno, "column": broken.colno} if isinstance(broken, orjson.JSONDecodeError) else {}
        raise Damaged(part=".geojson", reason="not-json", **where) from broken
    return document, encoding


def _declared_by(document: dict[str, Any]) -> tuple[int, PositionCrs | None]:
    """RFC 7946: without a crs member it is WGS84. A linked crs is never followed."""
    crs = document.get("crs")
    if crs is None:
        return WGS84, None
    properties = crs.get("properties") if isinstance(crs, dict) and crs.get("type") == "name" else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if isinstance(name, str) and (bent := bent_by_name(name)):
        return CGCS2000, bent
    return geojson_epsg(name if isinstance(name, str) else "crs"), None


def _properties(feature: Any) -> dict[str, RawValue]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return {}
    return {name.upper()[:100]: plain_value(value) for name, value in properties.items()}


def _geometry(feature: Any) -> str | None:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return orjson.dumps(geometry).decode() if isinstance(geometry, dict) else None


def plain_value(value: Any) -> RawValue:
    """A value as JSON, PostgreSQL and a reader can take it: no NaN, no NUL, no endless text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text[: _LONGEST_RAW + 1].replace("\0", "\ufffd")


_READERS = {
    "shapefile": _read_shapefile,
    "geopackage": _read_geopackage,
    "geojson": _read_geojson,
    "geodatabase": _read_geodatabase,
}
