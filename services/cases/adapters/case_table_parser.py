"""The limited child that reads a list of cases: `python -m services.cases.adapters.case_table_parser FILE --name NAME`.

A spreadsheet (.xlsx) or a table of text (.csv, UTF-8 or GB18030) from outside is read in a process that may not grow,
run on or reach out, as patch_parser.py has it. It writes JSON lines to standard output:
    {"row": {"row_no", "cells": {heading: text}}}     one per row, by the headings of shared/contracts/case_table.py
    {"end": {"rows"}}                                 last, exit code 0
    {"problem": {"code", "kind", "field", "facts"}}   last, exit code 2
"""

import argparse
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 120
_MOST_BLANK = 1000
_LONGEST_CELL = 1000
_HEADER_WITHIN = 15
_COLUMNS = 200


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    _confine(options)
    from services.cases.adapters.patch_lines import problem_line
    from services.cases.adapters.patch_refusals import TooLarge
    from shared.errors import TianweiError

    try:
        _write(options)
        return 0
    except TianweiError as problem:
        refusal = problem
    except MemoryError:
        refusal = TooLarge()
    sys.stdout.buffer.write(problem_line(refusal))
    sys.stdout.buffer.flush()
    return 2


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="case_table_parser", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--name", required=True, help="the name its owner gave the file")
    parser.add_argument("--max-rows", type=int, default=20_000)
    parser.add_argument("--memory-bytes", type=int, default=MEMORY_BYTES)
    options = parser.parse_args(arguments)
    if not options.file.is_file():
        parser.exit(64, f"no such file: {options.file}\n")
    return options


def _confine(options: argparse.Namespace) -> None:
    for what, limit in (
        (resource.RLIMIT_AS, options.memory_bytes),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, hard = resource.getrlimit(what)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (limit, limit))


def _write(options: argparse.Namespace) -> None:
    import orjson

    from services.cases.adapters.patch_refusals import NoRows, TooManyRows

    out, number = sys.stdout.buffer, 0
    for row_no, cells in _rows(options.file, Path(options.name).suffix.lower(), options.name):
        number += 1
        if number > options.max_rows:
            raise TooManyRows(most=options.max_rows, found=number)
        out.write(orjson.dumps({"row": {"row_no": row_no, "cells": cells}}, option=orjson.OPT_APPEND_NEWLINE))
    if number == 0:
        raise NoRows()
    out.write(orjson.dumps({"end": {"rows": number}}, option=orjson.OPT_APPEND_NEWLINE))
    out.flush()


def _rows(path: Path, suffix: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    from services.cases.adapters.patch_refusals import KindUnknown

    if suffix == ".xlsx":
        yield from _under_heading(_sheet(path))
    elif suffix == ".csv":
        yield from _under_heading(_csv(path))
    else:
        raise KindUnknown(name=name[:200], accepted=[".xlsx", ".csv"])


def _sheet(path: Path) -> Iterator[Sequence[Any]]:
    """The rows of the first sheet. Raises FileRefused."""
    import struct
    import warnings
    import zipfile
    import zlib
    from xml.etree.ElementTree import ParseError

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    from services.cases.adapters.patch_archive import refuse_unsafe
    from services.cases.adapters.patch_limits import PatchLimits
    from services.cases.adapters.patch_refusals import Damaged

    broken = (
        *(InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, struct.error),
        *(KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError, OverflowError, RuntimeError, OSError),
    )
    try:
        with zipfile.ZipFile(path) as archive:
            refuse_unsafe(archive.infolist(), PatchLimits(members=1000))
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and links that it leaves out are no matter here
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            # The size that a sheet states of itself is not to be trusted.
            sheet.reset_dimensions()
            yield from sheet.iter_rows(values_only=True, max_col=_COLUMNS)
    except broken as error:
        raise Damaged(part=".xlsx", reason="cannot-be-read") from error


def _csv(path: Path) -> Iterator[Sequence[Any]]:
    """Raises FileRefused. Excel writes GBK without saying so, and a mark before UTF-8."""
    import csv
    import io

    from services.cases.adapters.patch_refusals import Damaged

    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Damaged(part=".csv", reason="cannot-be-read")
    if "\0" in text:
        raise Damaged(part=".csv", reason="cannot-be-read")
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            yield row[:_COLUMNS]
    except csv.Error as error:
        raise Damaged(part=".csv", reason="cannot-be-read") from error


def _under_heading(rows: Iterator[Sequence[Any]]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows below the one that names the columns, without blank ones and the template's note."""
    from services.cases.adapters.patch_refusals import ColumnsMissing
    from services.cases.domain.taken_row import KNOWN, heading
    from shared.contracts.case_table import NOTE, OLD_NO, REQUIRED

    places: dict[str, int] = {}
    nearest: list[str] = []
    numbered = enumerate(rows, start=1)
    for row_no, values in numbered:
        found = {KNOWN[name]: place for place, value in enumerate(values) if (name := heading(_text(value))) in KNOWN}
        if len(found) > len(places):
            places, nearest = found, [_text(value)[:40] for value in values if _text(value)]
        if all(name in found for name in REQUIRED):
            break
        if row_no >= _HEADER_WITHIN:
            break
    if missing := [name for name in REQUIRED if name not in places]:
        raise ColumnsMissing(missing=missing, present=nearest[:60])
    blank = 0
    for row_no, values in numbered:
        cells = {name: _text(values[place]) for name, place in places.items() if place < len(values)}
        cells = {name: text for name, text in cells.items() if text}
        if cells.get(OLD_NO, "").startswith(NOTE):
            continue
        if not cells:
            blank += 1
            if blank > _MOST_BLANK:
                return
            continue
        blank = 0
        yield row_no, cells


def _text(value: Any) -> str:
    """A cell as a person would write it: days without their midnight, whole numbers without a point."""
    from services.cases.domain.patch_values import FORBIDDEN

    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    told = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return FORBIDDEN.sub("\ufffd", told.removesuffix("T00:00:00"))[:_LONGEST_CELL].strip()


if __name__ == "__main__":
    sys.exit(main())
