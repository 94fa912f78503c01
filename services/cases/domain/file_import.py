"""An import of a file as a thing of its own: it runs through the file and ends once, finished or refused."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.contracts.case_import_events import CaseImportFinishedV1
from shared.contracts.cases_events import ClueImportFinishedV1
from shared.errors import InvalidInput, NotAllowed, TianweiError

Finished = TypeVar("Finished", ClueImportFinishedV1, CaseImportFinishedV1)


class ImportState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    REFUSED = "refused"


class CountyMissing(NotAllowed):
    """Files are imported into a county, and the caller has none."""

    def __init__(self, jurisdiction: str) -> None:
        super().__init__("import.county-missing", None, jurisdiction=jurisdiction)


class WorkerCrashed(InvalidInput):
    """The worker itself ended every time it took the file up."""

    def __init__(self, tries: int) -> None:
        super().__init__("import.worker-crashed", "file", tries=tries)


class FileMissing(InvalidInput):
    """The file store does not hold the file that was to be imported."""

    def __init__(self, sha256: str) -> None:
        super().__init__("import.file-missing", "file", sha256=sha256)


@dataclass(kw_only=True)
class FileImport(ABC, Generic[Finished]):
    """version: 0 while it runs, 1 once it has ended. jurisdiction: 12-digit code of the county."""

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

    def finish(self, now: datetime) -> list[Finished]:
        """Every row has its outcome."""
        return [self._ended(now, None)]

    def refuse(self, problem: TianweiError, now: datetime) -> list[Finished]:
        """The file as a whole cannot be taken. Rows that an earlier try imported stay and are counted."""
        return [self._ended(now, problem)]

    def apply(self, event: Finished) -> None:
        self.state = ImportState.REFUSED if event.refused else ImportState.FINISHED
        self.rows_created, self.rows_known = event.rows_created, event.rows_known
        self.rows_rejected, self.finished_at = event.rows_rejected, event.at

    @abstractmethod
    def _ended(self, now: datetime, problem: TianweiError | None) -> Finished: ...

    def _told(self, now: datetime, problem: TianweiError | None) -> dict[str, Any]:
        """What the event of every kind of file says."""
        return {
            "at": now,
            "reason": problem and problem.code,
            "import_id": self.id,
            "file_name": self.file_name,
            "file_sha256": self.file_sha256,
            "rows_created": self.rows_created,
            "rows_known": self.rows_known,
            "rows_rejected": self.rows_rejected,
            "refused": problem is not None,
        }
