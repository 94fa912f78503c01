"""An import of satellite patches as a thing of its own: it runs through a file and ends once, finished or refused."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.cases_events import ClueImportFinishedV1
from shared.errors import InvalidInput, NotAllowed, TianweiError


class ImportState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    REFUSED = "refused"


class RowOutcome(StrEnum):
    CREATED = "created"
    KNOWN = "known"
    REJECTED = "rejected"


class CountyMissing(NotAllowed):
    """Files are imported into a county, and the caller has none."""

    def __init__(self, jurisdiction: str) -> None:
        super().__init__("import.county-missing", None, jurisdiction=jurisdiction)


class ParserCrashed(InvalidInput):
    """The limited parser died on the file every time: it reached a limit or broke."""

    def __init__(self, **facts: Any) -> None:
        super().__init__("import.parser-crashed", "file", **facts)


class WorkerCrashed(InvalidInput):
    """The worker itself ended every time it took the file up."""

    def __init__(self, tries: int) -> None:
        super().__init__("import.worker-crashed", "file", tries=tries)


class FileMissing(InvalidInput):
    """The file store does not hold the file that was to be imported."""

    def __init__(self, sha256: str) -> None:
        super().__init__("import.file-missing", "file", sha256=sha256)


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
class ClueImport:
    """version: 0 while it runs, 1 once it has ended. jurisdiction: 12-digit code of the county."""

    TYPE: ClassVar[str] = "clue_import"

    id: UUID
    jurisdiction: str
    file_name: str
    file_sha256: str
    version: int = 0
    state: ImportState = ImportState.RUNNING
    rows_created: int = 0
    rows_known: int = 0
    rows_rejected: int = 0
    finished_at: datetime | None = None

    def finish(self, now: datetime) -> list[ClueImportFinishedV1]:
        """Every row has its outcome."""
        return [self._ended(now, None)]

    def refuse(self, problem: TianweiError, now: datetime) -> list[ClueImportFinishedV1]:
        """The file as a whole cannot be taken. Rows that an earlier try imported stay and are counted."""
        return [self._ended(now, problem)]

    def apply(self, event: ClueImportFinishedV1) -> None:
        self.state = ImportState.REFUSED if event.refused else ImportState.FINISHED
        self.rows_created, self.rows_known = event.rows_created, event.rows_known
        self.rows_rejected, self.finished_at = event.rows_rejected, event.at

    def _ended(self, now: datetime, problem: TianweiError | None) -> ClueImportFinishedV1:
        return ClueImportFinishedV1(
            at=now,
            reason=problem and problem.code,
            import_id=self.id,
            file_name=self.file_name,
            file_sha256=self.file_sha256,
            rows_created=self.rows_created,
            rows_known=self.rows_known,
            rows_rejected=self.rows_rejected,
            refused=problem is not None,
        )
