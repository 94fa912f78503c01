"""Reading the working table from a spreadsheet (.xlsx), in the limited child: values only, no formulas, no links."""

import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from pyproj import Transformer

from services.cases.adapters.patch_archive import refuse_unsafe
from services.cases.adapters.patch_crs import CGCS2000, MERIDIAN_105, ZONE_35, in_zone, zone_of_easting
from services.cases.adapters.patch_limits import PatchLimits
from services.cases.adapters.patch_refusals import ColumnsMissing, Damaged, NoPatches, SeveralLayers, TooManyRows
from services.cases.adapters.patch_sources import plain_value
from services.cases.domain.datum import to_cgcs2000
from services.cases.domain.patch_columns import ColumnBook
from services.cases.domain.patch_table import REQUIRED, TableRow
from services.cases.domain.patch_values import RawValue
from shared.contracts.codes import PositionCrs
from shared.divisions.bounds import Box

_BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    OverflowError,
    RuntimeError,
    OSError,  # a directory that points before the beginning of the file
    struct.error,
)
_HEADER_WITHIN = 15
_MOST_SHEETS = 50
_MOST_BLANK = 1000
_PLACES = ("division_code", "township_name")


@dataclass(frozen=True)
class PatchTable:
    """headers: key -> header, of the columns that are known. sheet: its name."""

    sheet: str
    headers: dict[str, str]
    rows: list[TableRow]


def read_table(path: Path, limits: PatchLimits, book: ColumnBook, county: Box) -> PatchTable:
    """The one sheet that is a table of patches. Raises FileRefused."""
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_unsafe(archive.infolist(), limits)
        # As a stream: the store calls files by their digest, and openpyxl judges a path by its extension.
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl leaves out of styles and links is no matter here
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                return _only_table(workbook, limits, book, county)
            finally:
                workbook.close()
    except _BROKEN as broken:
        raise Damaged(part=".xlsx", reason="cannot-be-read") from broken


def _only_table(workbook: Any, limits: PatchLimits, book: ColumnBook, county: Box) -> PatchTable:
    tables, nearest = [], None
    for sheet in workbook.worksheets[:_MOST_SHEETS]:
        # The size that a sheet states of itself is not to be trusted.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True, max_col=limits.columns)
        head = _header(rows, book)
        if head is None:
            continue
        row_no, names = head
        headers = book.meant(names.values())
        nearest = nearest or names
        if all(key in headers for key in REQUIRED) and any(key in headers for key in _PLACES):
            tables.append((sheet.title, headers, list(_rows(rows, row_no, names, headers, limits, county))))
    if not tables:
        present = [name[:40] for name in (nearest or {}).values()][:60]
        raise ColumnsMissing(missing=["图斑编号", "图斑面积", "乡镇名称"], present=present)
    if len(tables) > 1:
        raise SeveralLayers(layers=[title[:200] for title, *_ in tables[:20]])
    title, headers, rows = tables[0]
    if not rows:
        raise NoPatches()
    return PatchTable(title, headers, rows)


def _header(rows: Iterator[Sequence[Any]], book: ColumnBook) -> tuple[int, dict[int, str]] | None:
    """Number of the row that names the columns, and its texts by place: the first with two that are known."""
    for row_no, values in zip(range(1, _HEADER_WITHIN + 1), rows, strict=False):
        names = {place: str(value).strip() for place, value in enumerate(values) if value not in (None, "")}
        if sum(book.column(name) is not None for name in names.values()) >= len(REQUIRED) + 1:
            return row_no, _distinct(names)
    return None


def _distinct(names: dict[int, str]) -> dict[int, str]:
    """A header that stands twice keeps its name once; the others get their place behind it."""
    seen: set[str] = set()
    told = {}
    for place, name in names.items():
        told[place] = name[:100] if name not in seen else f"{name[:90]}#{place + 1}"
        seen.add(name)
    return told


def _rows(
    rows: Iterator[Sequence[Any]],
    header_no: int,
    names: dict[int, str],
    headers: dict[str, str],
    limits: PatchLimits,
    county: Box,
) -> Iterator[TableRow]:
    number = blank = 0
    for row_no, values in enumerate(rows, start=header_no + 1):
        raw: dict[str, RawValue] = {
            name: _value(values[place]) if place < len(values) else None for place, name in names.items()
        }
        if all(value in (None, "") for value in raw.values()):
            blank += 1
            if blank > _MOST_BLANK:
                return
            continue
        blank, number = 0, number + 1
        if number > limits.rows:
            raise TooManyRows(most=limits.rows, found=number)
        yield TableRow(row_no, raw, _point(raw, headers, county, limits.crs))


def _value(value: Any) -> RawValue:
    """Days without their midnight; the rest as JSON can say it."""
    told = plain_value(value)
    return told.removesuffix("T00:00:00") if isinstance(told, str) else told


def _point(
    raw: dict[str, RawValue], headers: dict[str, str], county: Box, stated: PositionCrs | None
) -> tuple[float, float] | None:
    """Centre in degrees, by how large the numbers are; None where they lie nowhere near the county.

    stated: of degrees, as whoever sent the table says.
    """
    try:
        x, y = (float(str(raw[headers[key]])) for key in ("longitude", "latitude"))
    except (KeyError, ValueError):
        return None
    for east, north in ((x, y), (y, x)):
        point = _degrees(east, north, stated)
        if point is None:
            continue
        if county.west <= point[0] <= county.east and county.south <= point[1] <= county.north:
            return round(point[0], 7), round(point[1], 7)
    return None


def _degrees(east: float, north: float, stated: PositionCrs | None) -> tuple[float, float] | None:
    if abs(east) <= 180 and abs(north) <= 90:
        return (east, north) if stated is None else to_cgcs2000(stated, east, north)
    zone = zone_of_easting(east)
    epsg = MERIDIAN_105 if 1e5 <= east < 1e6 else None if zone is None else in_zone(ZONE_35, zone)
    if epsg is None or not 0 < north < 1e7:
        return None
    longitude, latitude = Transformer.from_crs(epsg, CGCS2000, always_xy=True).transform(east, north)
    return float(longitude), float(latitude)
