"""Carries imports of existing cases, beside the worker's imports of patches.

SIGKILL is safe at any moment: a batch's cases, events, outcomes and progress commit together, and when the lease ends
a worker goes on where the last batch ended.
"""

import logging
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.cases.adapters.case_table_process import CaseTableReader
from services.cases.domain.case_import import CaseParserCrashed
from services.cases.domain.file_import import FileMissing, WorkerCrashed
from services.cases.handlers.case_imports import finish_case_import, refuse_case_import, take_over_batch
from services.cases.storage.case_import_jobs import QUEUE
from services.cases.storage.job_queue import ImportJob, LeaseLost
from services.cases.storage.unit import CasesUnit
from shared.blobs import BlobStore
from shared.crash_points import CrashPoint, reach
from shared.delivery.runner import UnitRunner
from shared.errors import NotFound, TianweiError, Unavailable

log = logging.getLogger(__name__)

_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout, Unavailable)


class Stopped(Exception):
    """The process was told to end: give the job back."""


class CaseImporter:
    """rows: in one unit."""

    def __init__(
        self,
        runner: UnitRunner[CasesUnit],
        files: BlobStore,
        reader: CaseTableReader | None = None,
        *,
        rows: int = 100,
        lease_s: float = 15.0,
        tries: int = 3,
    ) -> None:
        self._runner, self._files = runner, files
        self._reader = reader or CaseTableReader()
        self._rows, self._lease_s, self._tries = rows, lease_s, tries

    def run_once(self, pulse: Callable[[], None] = lambda: None) -> bool:
        """Take up the oldest job and carry it as far as it goes; False when there is none.

        pulse: called every second or so, shows that the process lives; may raise Stopped. Raises what a database that
        is away raises: the job's lease ends by itself.
        """
        with self._runner.engine.begin() as connection:
            job = QUEUE.claim(connection, self._lease_s)
        if job is None:
            return False
        try:
            self._carry(job, pulse)
        except LeaseLost:
            log.warning("another worker has the import", extra={"import_id": str(job.id)})
        except _DATABASE_AWAY:
            raise
        except CaseParserCrashed as crash:
            if job.tries < self._tries:
                self._release(job, counted=True)
            else:
                self._refuse(job, crash)
        except TianweiError as problem:
            self._refuse(job, problem)
        except Stopped:
            self._release(job, counted=False)
        except Exception:  # one file that breaks the code must not stop the others
            log.exception("an import failed", extra={"import_id": str(job.id)})
            self._release(job, counted=True)
        return True

    def _carry(self, job: ImportJob, pulse: Callable[[], None]) -> None:
        if job.tries > self._tries:
            raise WorkerCrashed(job.tries - 1)

        def beat() -> None:
            pulse()
            with self._runner.engine.begin() as connection:
                QUEUE.renew(connection, job)

        try:
            held = self._files.local(job.file_sha256)
            with held as file, self._reader.read(file, job.file_name, beat) as table:
                with self._runner.engine.begin() as connection:
                    QUEUE.note_file(connection, job, {"rows_total": table.rows})
                start, rows = job.rows_done, table.cells(skip=job.rows_done)
                while batch := list(islice(rows, self._rows)):
                    beat()
                    reach(CrashPoint.IMPORT_BEFORE_BATCH)
                    self._unit(job, partial(take_over_batch, job, start, batch))
                    reach(CrashPoint.IMPORT_AFTER_BATCH)
                    start += len(batch)
        except NotFound as missing:
            raise FileMissing(job.file_sha256) from missing
        self._unit(job, partial(finish_case_import, job))
        log.info("took over a list of cases", extra={"import_id": str(job.id), "rows": start})

    def _refuse(self, job: ImportJob, problem: TianweiError) -> None:
        self._unit(job, partial(refuse_case_import, job, problem))
        log.warning("refused a list of cases", extra={"import_id": str(job.id), "code": problem.code})

    def _unit(self, job: ImportJob, act: Callable[[CasesUnit], None]) -> None:
        """One unit of work in the name of whoever asked for the import."""

        def use_case(unit: CasesUnit) -> dict[str, Any]:
            act(unit)
            return {}

        self._runner.run(job.by, use_case, correlation_id=job.correlation_id, causation_id=str(job.id))

    def _release(self, job: ImportJob, *, counted: bool) -> None:
        with self._runner.engine.begin() as connection:
            QUEUE.release(connection, job, counted=counted)
