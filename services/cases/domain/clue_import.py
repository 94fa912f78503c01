"""An import of satellite patches."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.file_import import FileImport
from shared.contracts.cases_events import ClueImportFinishedV1
from shared.errors import InvalidInput, TianweiError


class RowOutcome(StrEnum):
    CREATED = "created"
    KNOWN = "known"
    REJECTED = "rejected"


class ParserCrashed(InvalidInput):
    """The limited parser died on the file every time: it reached a limit or broke."""

    def __init__(self, **facts: Any) -> None:
        super().__init__("import.parser-crashed", "file", **facts)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What became of one row. row_no: 1-based in the file. raw: the attributes of a rejected row as they were.

    facts: why it was rejected; of a good row, code of each warning -> its facts.
    """

    row_no: int
    outcome: RowOutcome
    patch_no: str | None
    clue_id: UUID | None = None
    clue_no: str | None = None
    field: str | None = None
    code: str | None = None
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    raw: dict[str, Any] | None = None


@dataclass(kw_only=True)
class ClueImport(FileImport[ClueImportFinishedV1]):
    TYPE: ClassVar[str] = "clue_import"

    def _ended(self, now: datetime, problem: TianweiError | None) -> ClueImportFinishedV1:
        return ClueImportFinishedV1(**self._told(now, problem))
