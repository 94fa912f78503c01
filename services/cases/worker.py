"""The worker process: `python -m services.cases.worker`. Turns files of satellite patches into clues.

SIGKILL is safe at any moment: a batch's clues, events, outcomes and progress commit together, and when the lease ends
a worker goes on where the last batch ended. SIGTERM ends the batch at hand and gives the job back.
"""

import logging
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.cases.adapters.duplicate_checker import DuplicateChecker
from services.cases.adapters.import_bell import ImportBell
from services.cases.adapters.parser_process import ParsedFile, PatchParser
from services.cases.adapters.patch_lines import HeaderLine
from services.cases.domain.clue_import import FileMissing, ParserCrashed, WorkerCrashed
from services.cases.handlers.clue_imports import draw, finish_import, import_batch, refuse_import
from services.cases.settings import WorkerSettings
from services.cases.storage import import_jobs
from services.cases.storage.import_jobs import ImportJob, LeaseLost
from services.cases.storage.unit import CasesUnit
from services.cases.wiring import wire_import
from shared import telemetry
from shared.blob_stores import open_blobs
from shared.blobs import BlobStore
from shared.crash_points import CrashPoint, reach
from shared.delivery.runner import UnitRunner
from shared.errors import NotFound, TianweiError, Unavailable
from shared.outgoing.wake import OutboxBell

log = logging.getLogger(__name__)

_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout, Unavailable)


@dataclass(frozen=True)
class WorkerLimits:
    """rows: in one unit. lease_s: longer than any unit takes. tries: of a job that makes no progress."""

    rows: int = 200
    lease_s: float = 15.0
    tries: int = 3
    poll_s: float = 1.0
    heartbeat_s: float = 5.0


class _Stopped(Exception):
    """The process was told to end: give the job back."""


class Worker:
    """runner: over the database of cases, its ring wakes the sequencer."""

    def __init__(
        self,
        runner: UnitRunner[CasesUnit],
        parser: PatchParser,
        files: BlobStore,
        bell: ImportBell,
        *,
        heartbeat_file: Path | None = None,
        limits: WorkerLimits | None = None,
        checker: DuplicateChecker | None = None,
    ) -> None:
        self._checker = checker
        self._runner = runner
        self._engine = runner.engine
        self._parser = parser
        self._files = files
        self._bell = bell
        self._heartbeat_file = heartbeat_file
        self._limits = limits or WorkerLimits()
        self._stopping = False
        self._beaten_at = self._renewed_at = float("-inf")

    def stop(self) -> None:
        """Take up nothing more, give the job at hand back after its batch, then return from run."""
        self._stopping = True

    def run(self) -> None:
        """Until stop()."""
        while not self._stopping:
            self._beat()
            self._bell.ensure()
            try:
                worked = self.run_once() | self.check_once()
            except _DATABASE_AWAY:
                log.warning("the database does not answer", exc_info=True)
                worked = False
            if not worked and not self._stopping:
                self._bell.wait(self._limits.poll_s)
        self._bell.close()

    def run_once(self) -> bool:
        """Take up the oldest job and carry it as far as it goes; False when there is none.

        Raises what a database that is away raises: the job's lease ends by itself.
        """
        with self._engine.begin() as connection:
            job = import_jobs.claim(connection, self._limits.lease_s)
        if job is None:
            return False
        reach(CrashPoint.IMPORT_AFTER_CLAIM)
        token = telemetry.correlation_id.set(job.correlation_id)
        try:
            self._carry(job)
        except LeaseLost:
            log.warning("another worker has the import", extra={"import_id": str(job.id)})
        except _Stopped:
            self._release(job, counted=False)
        except _DATABASE_AWAY:
            raise
        except Exception:  # one file that breaks the code must not stop the others
            log.exception("an import failed", extra={"import_id": str(job.id)})
            self._release(job, counted=True)
        finally:
            telemetry.correlation_id.reset(token)
        return True

    def check_once(self) -> bool:
        """Look at clues that came in for others that are the same; False when none wait."""
        if self._checker is None:
            return False
        try:
            return self._checker.run_once()
        except _DATABASE_AWAY:
            raise
        except Exception:  # it is tried again when its lease ends; imports go on
            log.exception("clues could not be looked at for duplicates")
            return False

    def _carry(self, job: ImportJob) -> None:
        if job.tries > self._limits.tries:
            self._refuse(job, WorkerCrashed(job.tries - 1))
            return
        with ExitStack() as held:
            try:
                file = held.enter_context(self._files.local(job.file_sha256))
            except NotFound:
                self._refuse(job, FileMissing(job.file_sha256))
                return
            self._import(job, file)

    def _import(self, job: ImportJob, file: Path) -> None:
        try:
            with self._parser.parse(file, job.file_name, job.county_code, partial(self._pulse, job)) as parsed:
                self._write(job, parsed)
        except Unavailable:
            raise
        except ParserCrashed as crash:
            if job.tries < self._limits.tries:
                self._release(job, counted=True)
            else:
                self._refuse(job, crash)
        except TianweiError as problem:
            self._refuse(job, problem)

    def _write(self, job: ImportJob, parsed: ParsedFile) -> None:
        header = parsed.header
        with self._engine.begin() as connection:
            import_jobs.note_file(connection, job, _about(header))
        start, outcomes = job.rows_done, parsed.outcomes(skip=job.rows_done)
        while batch := draw(list(islice(outcomes, self._limits.rows))):
            self._pulse(job)
            reach(CrashPoint.IMPORT_BEFORE_BATCH)
            self._unit(job, partial(import_batch, job, start, batch))
            reach(CrashPoint.IMPORT_AFTER_BATCH)
            start += len(batch)
        self._unit(job, partial(finish_import, job))
        log.info("imported a file of patches", extra={"import_id": str(job.id), "rows": start})

    def _refuse(self, job: ImportJob, problem: TianweiError) -> None:
        self._unit(job, partial(refuse_import, job, problem))
        log.warning("refused a file of patches", extra={"import_id": str(job.id), "code": problem.code})

    def _unit(self, job: ImportJob, act: Callable[[CasesUnit], None]) -> None:
        """One unit of work in the name of whoever asked for the import."""

        def use_case(unit: CasesUnit) -> dict[str, Any]:
            act(unit)
            return {}

        self._runner.run(job.by, use_case, correlation_id=job.correlation_id, causation_id=str(job.id))

    def _pulse(self, job: ImportJob) -> None:
        """Show life and keep the lease. Raises _Stopped, LeaseLost."""
        if self._stopping:
            raise _Stopped
        self._beat()
        if time.monotonic() - self._renewed_at > self._limits.lease_s / 5:
            with self._engine.begin() as connection:
                import_jobs.renew(connection, job)
            self._renewed_at = time.monotonic()

    def _release(self, job: ImportJob, *, counted: bool) -> None:
        with self._engine.begin() as connection:
            import_jobs.release(connection, job, counted=counted)

    def _beat(self) -> None:
        if self._heartbeat_file is None or time.monotonic() - self._beaten_at < self._limits.heartbeat_s:
            return
        self._heartbeat_file.touch()
        self._beaten_at = time.monotonic()


def _about(header: HeaderLine) -> dict[str, Any]:
    """What the requester is shown of the file as a whole."""
    return {
        "rows_total": header.rows,
        "crs": header.crs[:40] or None,
        "encoding": header.encoding[:40],
        "sample": header.sample,
        "warnings": [{"code": warned.code, "facts": warned.facts} for warned in header.warnings],
        "completeness": header.completeness,
    }


def build_worker(settings: WorkerSettings, limits: WorkerLimits | None = None) -> Worker:
    runner = wire_import(settings, lambda: ring())
    ring = OutboxBell(runner.engine)
    return Worker(
        runner,
        PatchParser(settings.import_max_rows),
        open_blobs(settings),
        ImportBell(settings.cases_dsn.get_secret_value(), import_jobs.WAKE_CHANNEL),
        heartbeat_file=settings.heartbeat_file,
        limits=limits,
        checker=DuplicateChecker(runner),
    )


def main() -> None:
    settings = WorkerSettings()
    telemetry.configure("cases.worker", settings.log_level)
    worker = build_worker(settings, WorkerLimits(lease_s=settings.import_lease_s))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    main()
