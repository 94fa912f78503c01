"""Runs the limited child on a list of cases and holds what it said until the child has said all."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, ClassVar

import orjson

from services.cases.adapters.parser_process import PatchParser, last_line
from services.cases.domain.case_import import CaseParserCrashed
from shared.errors import TianweiError, from_problem


@dataclass(frozen=True)
class ReadTable:
    """A table that was read to its end. Good only inside `CaseTableReader.read`."""

    rows: int
    _spool: IO[bytes]

    def cells(self, skip: int) -> Iterator[tuple[int, Mapping[str, str]]]:
        """Number of each row as the table counts it, and its cells, without the first `skip` rows."""
        self._spool.seek(0)
        for line in islice(self._spool, skip, self.rows):
            row = orjson.loads(line)["row"]
            yield row["row_no"], row["cells"]


class CaseTableReader(PatchParser):
    """As PatchParser, of lists of cases."""

    _MODULE: ClassVar[str] = "services.cases.adapters.case_table_parser"

    def __init__(self, most_rows: int = 20_000, most_s: float = 180.0) -> None:
        super().__init__(most_rows, most_s)

    @contextmanager
    def read(self, file: Path, name: str, pulse: Callable[[], None]) -> Iterator[ReadTable]:
        """name: its owner's; pulse: called every second, may raise to give up.

        Raises what the table is refused for, CaseParserCrashed when the child died.
        """
        with self.said([str(file), "--name", name, "--max-rows", str(self._most_rows)], pulse) as (spool, _, code):
            said = _said(last_line(spool))
            if code == 2 and isinstance(said.get("problem"), dict):
                problem: TianweiError = from_problem(said["problem"])
                raise problem
            if code != 0 or "end" not in said:
                raise CaseParserCrashed(exit_code=code)
            yield ReadTable(int(said["end"]["rows"]), spool)


def _said(line: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
