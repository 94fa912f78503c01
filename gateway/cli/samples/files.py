"""Writing sample patches as a zipped Shapefile, a GeoPackage or GeoJSON."""

import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyogrio
import shapely

from gateway.cli.samples.plots import CGCS2000, ZONE_35, Points, to_degrees
from gateway.cli.samples.rows import SampleRow

MERIDIAN_105 = 4544
WGS84 = 4326
_WRITTEN_ON = (2026, 4, 1, 9, 0, 0)
_DRIVERS = {"geopackage": "GPKG", "geojson": "GeoJSON"}


def write_shapefile(path: Path, rows: Sequence[SampleRow], epsg: int, encoding: str, code_page: bool) -> None:
    """A zip of .shp .shx .dbf .prj, with .cpg when code_page. The same rows give the same bytes."""
    with TemporaryDirectory(prefix="sample-") as folder:
        shape = Path(folder) / f"{path.stem}.shp"
        stamp = "-".join(f"{part:02d}" for part in _WRITTEN_ON[:3])
        _write(shape, rows, epsg, "ESRI Shapefile", encoding, layer_options={"DBF_DATE_LAST_UPDATE": stamp})
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                if part.suffix != ".cpg" or code_page:
                    archive.writestr(zipfile.ZipInfo(part.name, _WRITTEN_ON), part.read_bytes(), zipfile.ZIP_DEFLATED)


def write_single(path: Path, rows: Sequence[SampleRow], epsg: int, kind: str) -> None:
    """A GeoPackage or GeoJSON file."""
    path.unlink(missing_ok=True)
    _write(path, rows, epsg, _DRIVERS[kind], None)


def _write(path: Path, rows: Sequence[SampleRow], epsg: int, driver: str, encoding: str | None, **options: Any) -> None:
    names = list(rows[0].attributes)
    shapes = shapely.to_wkb(np.array([shapely.Polygon(_in_crs(row.ring, epsg)) for row in rows]))
    columns = [_column([row.attributes[name] for row in rows]) for name in names]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyogrio warns of text wider than a DBF field; none here is
        pyogrio.raw.write(
            path,
            shapes,
            columns,
            names,
            crs=f"EPSG:{epsg}",
            geometry_type="Polygon",
            driver=driver,
            encoding=encoding,
            **options,
        )


def _column(values: list[Any]) -> Any:
    if hasattr(values[0], "isoformat"):
        return np.array(values, dtype="datetime64[D]")
    return np.array(values, dtype=object if isinstance(values[0], str) else None)


def _in_crs(ring: Points, epsg: int) -> Points:
    if epsg == ZONE_35:
        return ring
    if epsg == MERIDIAN_105:
        return np.subtract(ring, (35_000_000.0, 0.0))
    if epsg in (CGCS2000, WGS84):
        return to_degrees(ring)
    raise ValueError(f"sample patches are not written in EPSG:{epsg}")
