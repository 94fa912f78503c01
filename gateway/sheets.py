"""Spreadsheets written row by row into a file without a name: memory stays flat, and nothing is left behind."""

from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import Any

import xlsxwriter
from starlette.responses import Response

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHUNK = 1 << 16
_LONGEST_CELL = 32_000  # the format ends at 32,767
# What a person wrote is text, also where it begins like a formula or an address.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


class XlsxResponse(Response):
    media_type = MEDIA_TYPE


class Sheet:
    """One sheet with a heading. Blocks: async callers use a thread."""

    def __init__(self, name: str, headings: Sequence[str]) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - it lives until the last chunk was read
        self._book = xlsxwriter.Workbook(self._file, _OPTIONS)
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, max(0, len(headings) - 1), 16)
        self._sheet.write_row(0, 0, headings, self._book.add_format({"bold": True}))
        self.rows = 0

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Rows in their order; once written they cannot be changed."""
        for row in rows:
            self.rows += 1
            for place, value in enumerate(row):
                if isinstance(value, str):
                    self._sheet.write_string(self.rows, place, value[:_LONGEST_CELL])
                elif value is not None:
                    self._sheet.write(self.rows, place, value)

    def finish(self) -> Iterator[bytes]:
        """The file, chunk by chunk; it is gone when the last chunk, or the iterator, is."""
        self._book.close()
        self._file.seek(0)
        return self._chunks()

    def discard(self) -> None:
        """What was begun is not wanted any more."""
        self._book.close()
        self._file.close()

    def _chunks(self) -> Iterator[bytes]:
        with self._file:
            while chunk := self._file.read(_CHUNK):
                yield chunk
