"""An import of existing cases."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.file_import import FileImport
from shared.contracts.case_import_events import CaseImportFinishedV1
from shared.errors import InvalidInput, TianweiError


class CaseRowOutcome(StrEnum):
    CREATED = "created"
    ACCEPTABLE = "acceptable"
    KNOWN = "known"
    REJECTED = "rejected"


class CaseParserCrashed(InvalidInput):
    """The limited reader died on the spreadsheet every time."""

    def __init__(self, **facts: Any) -> None:
        super().__init__("case-import.parser-crashed", "file", **facts)


@dataclass(frozen=True, slots=True)
class CaseImportRow:
    """What became of one row. raw: of a rejected row, its cells as they were."""

    row_no: int
    outcome: CaseRowOutcome
    old_no: str | None
    case_id: UUID | None = None
    case_no: str | None = None
    field: str | None = None
    code: str | None = None
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    raw: dict[str, str] | None = None


@dataclass(kw_only=True)
class CaseImport(FileImport[CaseImportFinishedV1]):
    TYPE: ClassVar[str] = "case_import"

    dry_run: bool

    def _ended(self, now: datetime, problem: TianweiError | None) -> CaseImportFinishedV1:
        return CaseImportFinishedV1(dry_run=self.dry_run, **self._told(now, problem))
