"""The attribute table of a Shapefile (dBASE III), every value as its text.

GDAL reads a number column that holds letters as 0, a date that does not exist as empty, and GBK without a .cpg as
Latin-1, all silently. A register of offences needs to know, so the table is read here; GDAL reads the shapes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.cases.adapters.patch_refusals import Damaged, TooManyRows

_GBK_DRIVER = 0x4D
_CODE_PAGES = {
    **dict.fromkeys(("UTF-8", "UTF8", "65001"), "UTF-8"),
    **dict.fromkeys(("GBK", "936", "CP936", "OEM936", "ANSI936", "GB2312", "GB18030", "54936", "EUC-CN"), "GB18030"),
}


@dataclass(frozen=True, slots=True)
class DbfTable:
    """columns: name -> one text (None when empty) per live record. row_nos: 1-based number of each live record.

    records: how many there are with the deleted ones. notes: (code, facts) for the reader of the whole file.
    """

    columns: dict[str, list[str | None]]
    row_nos: list[int]
    records: int
    encoding: str
    notes: list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Field:
    name: bytes
    kind: str
    start: int
    length: int


def read_dbf(path: Path, code_page: str | None, most_rows: int) -> DbfTable:
    """Read a .dbf. code_page: what the .cpg says, None without one.

    Without a .cpg: strictly UTF-8, else GB18030. A .cpg that its table contradicts is overruled, with a note.
    Raises Damaged, TooManyRows.
    """
    content = path.read_bytes()
    if len(content) < 33:
        raise Damaged(part=".dbf", reason="too-short")
    records, header_length, record_length = struct.unpack_from("<IHH", content, 4)
    fields = list(_fields(content[:header_length], record_length))
    if len(content) < header_length + records * record_length:
        raise Damaged(part=".dbf", reason="breaks-off", records=records)
    if records > most_rows:  # only now is the number known to be one
        raise TooManyRows(most=most_rows, found=records)
    grid = np.frombuffer(content, np.uint8, records * record_length, header_length).reshape(records, record_length)
    live = np.flatnonzero(grid[:, 0] != ord("*"))
    raw = {
        field.name: np.ascontiguousarray(grid[live, field.start : field.start + field.length])
        .view(f"S{field.length}")
        .ravel()
        .tolist()
        for field in fields
    }
    lengths = {field.name: field.length for field in fields}
    encoding, notes = _encoding(raw, lengths, code_page, content[29])
    kinds = {field.name: field.kind for field in fields}
    columns = {
        _decode(name, 11, encoding): [_value(cell, kinds[name], lengths[name], encoding) for cell in cells]
        for name, cells in raw.items()
    }
    return DbfTable(columns, (live + 1).tolist(), records, encoding, notes)


def _fields(header: bytes, record_length: int) -> Iterator[_Field]:
    start, place = 1, 32
    while place + 32 <= len(header) and header[place] != 0x0D:
        kind = chr(header[place + 11])
        length = header[place + 16] + (header[place + 17] << 8 if kind == "C" else 0)
        if length == 0 or start + length > record_length:
            raise Damaged(part=".dbf", reason="fields-do-not-fit")
        yield _Field(header[place : place + 11].split(b"\0")[0].strip(), kind, start, length)
        start, place = start + length, place + 32
    if start == 1:
        raise Damaged(part=".dbf", reason="no-fields")


def _encoding(
    raw: dict[bytes, list[bytes]], lengths: dict[bytes, int], code_page: str | None, language_driver: int
) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    foreign = {(cell, lengths[name]) for name, cells in raw.items() for cell in cells if not cell.isascii()}
    foreign |= {(name, 11) for name in raw if not name.isascii()}
    stated = _CODE_PAGES.get(code_page.strip().upper()) if code_page else None
    guesses = ["GB18030", "UTF-8"] if language_driver == _GBK_DRIVER else ["UTF-8", "GB18030"]
    for encoding in [stated, *guesses] if stated else guesses:
        if all("\ufffd" not in _decode(cell, length, encoding) for cell, length in foreign):
            break
    else:
        encoding = stated or "GB18030"
    if code_page and encoding != stated:
        return encoding, [("file.encoding-contradicted", {"stated": code_page.strip()[:40], "used": encoding})]
    return encoding, []


def _decode(cell: bytes, length: int, encoding: str) -> str:
    """Text of a cell. A character cut off at the very end of a full cell is dropped; other damage becomes U+FFFD."""
    try:
        return cell.decode(encoding)
    except UnicodeDecodeError as error:
        if len(cell) == length and error.end == len(cell) and error.start > len(cell) - 4:
            return cell[: error.start].decode(encoding, "replace")
        return cell.decode(encoding, "replace")


def _value(cell: bytes, kind: str, length: int, encoding: str) -> str | None:
    if kind not in "CNFDL":
        return None
    text = _decode(cell, length, encoding).split("\0")[0].strip()
    if kind == "D" and not text.strip("0"):
        return None
    return text or None
