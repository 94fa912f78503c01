"""Reading a file of satellite patches: a zipped Shapefile, GeoPackage, GeoJSON or a working table, row by row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from services.cases.adapters.patch_crs import Placement
from services.cases.adapters.patch_datum import TITLES
from services.cases.adapters.patch_geometry import checked, find_placement
from services.cases.adapters.patch_limits import PatchLimits
from services.cases.adapters.patch_refusals import ColumnsMissing
from services.cases.adapters.patch_sources import Kind, PatchSource, kind_of, read_source
from services.cases.adapters.patch_table_files import read_table
from services.cases.domain.import_completeness import completeness, parent_of
from services.cases.domain.patch import REQUIRED_COLUMNS, Patch, PatchRules, RowRejected, Warned
from services.cases.domain.patch_columns import ColumnBook
from services.cases.domain.patch_table import TableRules
from services.cases.domain.patch_values import RawValue
from shared.divisions.boundaries import Boundaries
from shared.divisions.bounds import CountyBoxes
from shared.divisions.register import Divisions


@dataclass(frozen=True, slots=True)
class PatchHeader:
    """What a file turned out to be. crs: as used, like "EPSG:4523" or "GCJ-02". rows: without deleted records.

    sample: some attributes with Chinese text as decoded, for a person to see that the encoding was right.
    """

    kind: Kind
    rows: int
    crs: str
    encoding: str
    sample: dict[str, str]
    warnings: tuple[Warned, ...]
    completeness: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class PatchFile:
    """A file that could be read. outcomes: one per row, in file order; to be run through once."""

    header: PatchHeader
    outcomes: Iterator[Patch | RowRejected]


def read_patches(
    path: Path,
    name: str,
    county_code: str,
    divisions: Divisions,
    boundaries: Boundaries,
    limits: PatchLimits = PatchLimits(),  # noqa: B008 - frozen
) -> PatchFile:
    """Read and judge a file. name: as its owner calls it. county_code: 6 or 12 digits, where the patches must lie.

    Raises a FileRefused when the file as a whole cannot be taken, DivisionUnknown for a county without a polygon.
    """
    county = boundaries.county(county_code)
    if kind_of(path, name, limits) == "xlsx":
        return _read_table(path, county_code, divisions, limits)
    source = read_source(path, name, limits)
    if missing := [column for column in REQUIRED_COLUMNS if column not in source.columns]:
        raise ColumnsMissing(missing=missing, present=[column[:40] for column in source.columns][:60])
    placement = find_placement(source.geometries, source.declared, source.bent, limits.crs)
    shapes = checked(source.geometries, placement, county, limits.vertices)
    rules = PatchRules(divisions, county_code)
    outcomes: Iterable[Patch | RowRejected] = (
        rules.judge(row_no, raw, shape)
        for row_no, raw, shape in zip(source.row_nos, rows_of(source), shapes, strict=True)
    )
    header = file_header(source, placement, REQUIRED_COLUMNS)
    if any(isinstance(no, str) and parent_of(no.strip()) for no in source.columns["JCBH"]):
        outcomes = list(outcomes)
        report, warned = completeness(outcomes, ColumnBook.load(), None)
        header = replace(header, warnings=(*header.warnings, *warned), completeness=report)
    return PatchFile(header, iter(outcomes))


def _read_table(path: Path, county_code: str, divisions: Divisions, limits: PatchLimits) -> PatchFile:
    """A working table: rows without shapes."""
    book = ColumnBook.load()
    table = read_table(path, limits, book, CountyBoxes.load().around(county_code))
    rules = TableRules(divisions, county_code, table.headers, book)
    outcomes = [rules.judge_row(row) for row in table.rows]
    report, warned = completeness(outcomes, book, table.headers)
    texts = {"工作表": table.sheet[:40], **_chinese(table.rows[0].raw)}
    header = PatchHeader(
        kind="xlsx",
        rows=len(outcomes),
        crs=TITLES.get(limits.crs, "") if limits.crs else "",
        encoding="UTF-8",
        sample=dict(islice(texts.items(), 4)),
        warnings=tuple(warned),
        completeness=report,
    )
    return PatchFile(header, iter(outcomes))


def _chinese(raw: dict[str, RawValue]) -> dict[str, str]:
    return {name: value[:40] for name, value in raw.items() if isinstance(value, str) and not value.isascii()}


def file_header(source: PatchSource, placement: Placement, plain: Sequence[str]) -> PatchHeader:
    """What a person is shown of a file. plain: columns that are shown last, since they hold codes."""
    return PatchHeader(
        kind=source.kind,
        rows=len(source.row_nos),
        crs=placement.title,
        encoding=source.encoding,
        sample=_sample(source, plain),
        warnings=tuple(Warned(code, facts) for code, facts in (*source.notes, *placement.notes)),
    )


def rows_of(source: PatchSource) -> Iterator[dict[str, RawValue]]:
    """The attributes of each row."""
    names = list(source.columns)
    for values in zip(*source.columns.values(), strict=True):
        yield dict(zip(names, values, strict=True))


def _sample(source: PatchSource, plain: Sequence[str]) -> dict[str, str]:
    sample: dict[str, str] = {}
    for name in sorted(source.columns, key=lambda column: column in plain):
        values = source.columns[name]
        for value in values[:200]:
            if isinstance(value, str) and not value.isascii():
                sample[name] = value[:40]
                break
        if len(sample) == 3:
            break
    return sample
