"""Files of patches that are wrong, each in one way, made out of the sample that the demo imports."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from gateway.cli.samples.files import write_shapefile
from gateway.cli.samples.plots import ZONE_35
from gateway.cli.samples.rows import SAND_YARD_NO, SampleRow, make_rows

COUNTY = "640521"
SEED = 7
ROWS = 8
# row number -> field at fault, code
BROKEN_ROWS = {
    2: ("geometry", "patch.self-crossing"),
    3: ("XZQBM", "division.unknown"),
    4: ("JCMJ", "attribute.wrong-type"),
    5: ("geometry", "patch.outside-county"),
    6: ("geometry", "patch.no-area"),
}


def good_file(folder: Path) -> bytes:
    """A zipped Shapefile without a fault; nothing of it may be imported by the tests of refused files."""
    return _written(folder, make_rows(ROWS, 0, COUNTY, SEED)[0])


def file_of_broken_rows(folder: Path) -> bytes:
    """ROWS patches, those of BROKEN_ROWS wrong."""
    rows = make_rows(ROWS, 0, COUNTY, SEED)[0]
    crossed = rows[1].ring
    rows[1] = replace(rows[1], ring=crossed[[0, 2, 1, 3, 0]])
    rows[2] = _with(rows[2], XZQBM=f"{COUNTY}998")
    rows[3] = _with(rows[3], JCMJ="约三亩")
    rows[4] = replace(rows[4], ring=rows[4].ring + np.array([0.0, 150_000.0]))
    rows[5] = replace(rows[5], ring=_line(rows[5]))
    return _written(folder, rows)


def sand_yard(folder: Path, seed: int, **attributes: str) -> bytes:
    """The patch of domain.md 8.1 alone. seed: where it lies; attributes: of another batch."""
    yard = next(row for row in make_rows(2, 0, COUNTY, seed)[0] if row.attributes["JCBH"] == SAND_YARD_NO)
    return _written(folder, [_with(yard, **attributes)])


def without(archive: bytes, suffix: str) -> bytes:
    """The zip without its member of that suffix."""
    return _rezipped(archive, {suffix: None})


def with_projection(archive: bytes, wkt: str) -> bytes:
    return _rezipped(archive, {".prj": wkt.encode()})


def bomb() -> bytes:
    """32 MiB of nothing in a few kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.writestr(f"patches{suffix}", bytes(8 * 1024 * 1024))
    return packed.getvalue()


def _with(row: SampleRow, **attributes: str) -> SampleRow:
    return replace(row, attributes={**row.attributes, **attributes})


def _line(row: SampleRow) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """There and back again: a ring that encloses nothing."""
    start, end = row.ring[0], row.ring[1]
    return np.asarray([start, end, (start + end) / 2, start])


def _written(folder: Path, rows: list[SampleRow]) -> bytes:
    path = folder / "patches.zip"
    write_shapefile(path, rows, ZONE_35, "GBK", False)
    return path.read_bytes()


def _rezipped(archive: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The zip with members of these suffixes replaced, or left out where None."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            content = changes.get(Path(member).suffix, old.read(member))
            if content is not None:
                new.writestr(member, content)
    return packed.getvalue()
