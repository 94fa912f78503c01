"""The worker process: `python -m services.cases.worker`. Files into clues and base layers, and overlays.

SIGKILL is safe at any moment: a batch's clues, events, outcomes and progress commit together, and when the lease ends
a worker goes on where the last batch ended. SIGTERM ends the batch at hand and gives the job back.
"""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.cases.adapters.duplicate_checker import DuplicateChecker
from services.cases.adapters.import_bell import ImportBell
from services.cases.adapters.parser_process import ParsedFile, PatchParser
from services.cases.adapters.patch_lines import HeaderLine
from services.cases.case_importer import CaseImporter, Stopped
from services.cases.domain.clue_import import ParserCrashed
from services.cases.domain.file_import import FileMissing, WorkerCrashed
from services.cases.domain.measured import Measured
from services.cases.domain.overlay import OverlayGivenUp
from services.cases.handlers.clue_imports import draw, finish_import, import_batch, refuse_import
from services.cases.handlers.land import finish_land, land_batch, refuse_land
from services.cases.handlers.overlays import (
    Shaped,
    finish_overlay,
    finish_plots,
    keep_plots,
    refuse_overlay,
    shaped,
    shaped_plots,
)
from services.cases.settings import WorkerSettings
from services.cases.storage import import_jobs
from services.cases.storage.job_queue import WAKE_CHANNEL, FileQueue, ImportJob, JobQueue, Lease, LeaseLost
from services.cases.storage.land import LAYERS, OVERLAYS, PLOTS, features_near
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
    """rows: in one unit. overlays, plots: for one child.

    lease_s: longer than any unit takes. tries: of a job that makes no progress."""

    rows: int = 200
    overlays: int = 200
    plots: int = 2000
    lease_s: float = 15.0
    tries: int = 3
    poll_s: float = 1.0
    heartbeat_s: float = 5.0


@dataclass(frozen=True)
class FileKind:
    """Jobs whose file a limited child reads row by row. reads: what the child is told of it."""

    queue: FileQueue
    reads: Callable[[ImportJob], list[str]]
    draw: Callable[[list[Any]], list[Any]]
    batch: Callable[[ImportJob, int, list[Any], CasesUnit], None]
    finish: Callable[[ImportJob, CasesUnit], None]
    refuse: Callable[[ImportJob, TianweiError, CasesUnit], None]


def _reads_patches(job: ImportJob) -> list[str]:
    stated = job.row["stated_crs"]
    return ["patches", *(["--crs", stated] if stated else [])]


def _reads_layer(job: ImportJob) -> list[str]:
    wanted, repair = job.row["layer_name"], job.row["repair"]
    # Joined by "=", so that no name can be taken for an option.
    return [job.row["kind"], *([f"--layer={wanted}"] if wanted else []), *(["--repair"] if repair else [])]


_FILES = (
    FileKind(import_jobs.QUEUE, _reads_patches, draw, import_batch, finish_import, refuse_import),
    FileKind(LAYERS, _reads_layer, lambda rows: rows, land_batch, finish_land, refuse_land),
)


class _Stopped(Stopped):
    """Told to end."""


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
        cases: CaseImporter | None = None,
    ) -> None:
        self._checker, self._cases = checker, cases
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
                worked = self.run_once() | self.take_over_once() | self.check_once()
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
        return any(self._take_up(kind) for kind in _FILES) or self._take_up_overlays() or self._take_up_plots()

    def _take_up(self, kind: FileKind) -> bool:
        with self._engine.begin() as connection:
            job = kind.queue.claim(connection, self._limits.lease_s)
        if job is None:
            return False
        reach(CrashPoint.IMPORT_AFTER_CLAIM)
        self._guarded(kind.queue, [job], partial(self._carry, kind, job))
        return True

    def _take_up_overlays(self) -> bool:
        with self._engine.begin() as connection:
            jobs = OVERLAYS.claim_many(connection, self._limits.lease_s, self._limits.overlays)
        if not jobs:
            return False
        # Jobs on which somebody failed before go one by one, lest a bad one take the others with it.
        tried = [[job] for job in jobs if job.tries > 1]
        for group in ([job for job in jobs if job.tries == 1], *tried):
            if group:
                self._guarded(OVERLAYS, group, partial(self._lay_over, group))
        return True

    def _guarded(self, queue: JobQueue, jobs: list[Lease] | list[ImportJob], act: Callable[[], None]) -> None:
        """Do it in the name of the first job; what fails gives the jobs back."""
        token = telemetry.correlation_id.set(jobs[0].correlation_id)
        try:
            act()
        except LeaseLost:
            log.warning("another worker has the job", extra={"job_id": str(jobs[0].id)})
        except _Stopped:
            self._release(queue, jobs, counted=False)
        except _DATABASE_AWAY:
            raise
        except Exception:  # one file that breaks the code must not stop the others
            log.exception("a job failed", extra={"job_id": str(jobs[0].id)})
            self._release(queue, jobs, counted=True)
        finally:
            telemetry.correlation_id.reset(token)

    def take_over_once(self) -> bool:
        """Carry the oldest list of existing cases as far as it goes; False when there is none."""
        return self._cases is not None and self._cases.run_once(self._show_life)

    def _show_life(self) -> None:
        if self._stopping:
            raise _Stopped
        self._beat()

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

    def _carry(self, kind: FileKind, job: ImportJob) -> None:
        if job.tries > self._limits.tries:
            self._refuse(kind, job, WorkerCrashed(job.tries - 1))
            return
        with ExitStack() as held:
            try:
                file = held.enter_context(self._files.local(job.file_sha256))
            except NotFound:
                self._refuse(kind, job, FileMissing(job.file_sha256))
                return
            self._import(kind, job, file)

    def _import(self, kind: FileKind, job: ImportJob, file: Path) -> None:
        pulse = partial(self._pulse, kind.queue, [job])
        try:
            with self._parser.parse(file, job.file_name, job.county_code, pulse, kind.reads(job)) as parsed:
                self._write(kind, job, parsed)
        except Unavailable:
            raise
        except ParserCrashed as crash:
            if job.tries < self._limits.tries:
                self._release(kind.queue, [job], counted=True)
            else:
                self._refuse(kind, job, crash)
        except TianweiError as problem:
            self._refuse(kind, job, problem)

    def _write(self, kind: FileKind, job: ImportJob, parsed: ParsedFile) -> None:
        with self._engine.begin() as connection:
            kind.queue.note_file(connection, job, _about(parsed.header))
        start, outcomes = job.rows_done, parsed.outcomes(skip=job.rows_done)
        while batch := kind.draw(list(islice(outcomes, self._limits.rows))):
            self._pulse(kind.queue, [job])
            reach(CrashPoint.IMPORT_BEFORE_BATCH)
            self._unit(job, partial(kind.batch, job, start, batch))
            reach(CrashPoint.IMPORT_AFTER_BATCH)
            start += len(batch)
        self._unit(job, partial(kind.finish, job))
        log.info("imported a file", extra={"import_id": str(job.id), "kind": kind.reads(job)[0], "rows": start})

    def _refuse(self, kind: FileKind, job: ImportJob, problem: TianweiError) -> None:
        self._unit(job, partial(kind.refuse, job, problem))
        log.warning("refused a file", extra={"import_id": str(job.id), "code": problem.code})

    def _lay_over(self, jobs: list[Lease]) -> None:
        """Overlays of one claim, by one child for each set of layers; those that cannot be made are refused."""
        ready: dict[tuple[Any, ...], list[Shaped]] = {}
        for job in jobs:
            if job.tries > self._limits.tries:
                self._unit(job, partial(refuse_overlay, job, OverlayGivenUp(job.tries - 1)))
            elif (one := self._shaped(job)) is not None:
                ready.setdefault(tuple(layer.id for layer in one.layers), []).append(one)
        for group in ready.values():
            left = [one.job for one in group]
            for one, measured in self._measured(group, OVERLAYS, left):
                try:
                    self._unit(one.job, partial(finish_overlay, one, measured))
                except Unavailable:
                    raise
                except TianweiError as problem:
                    self._unit(one.job, partial(refuse_overlay, one.job, problem))
                left.remove(one.job)
            log.info("laid shapes over", extra={"shapes": len(group)})

    def _shaped(self, job: Lease) -> Shaped | None:
        found: list[Shaped] = []
        try:
            self._unit(job, lambda unit: found.append(shaped(job, unit)))
        except Unavailable:
            raise
        except TianweiError as problem:
            self._unit(job, partial(refuse_overlay, job, problem))
        return found[-1] if found else None

    def _take_up_plots(self) -> bool:
        with self._engine.begin() as connection:
            jobs = PLOTS.claim_many(connection, self._limits.lease_s, 1)
        for job in jobs:
            self._guarded(PLOTS, [job], partial(self._measure_plots, job))
        return bool(jobs)

    def _measure_plots(self, job: Lease) -> None:
        """Some plots, then the job goes back, so that what people wait for comes first; ended when none are left."""
        found: list[Shaped] = []
        if job.tries <= self._limits.tries:
            self._unit(job, lambda unit: found.extend(shaped_plots(job, self._limits.plots, unit)))
        if not found:
            self._unit(job, partial(finish_plots, job))
            return
        measured = list(self._measured(found, PLOTS, [job]))
        self._unit(job, partial(keep_plots, job, measured))
        self._release(PLOTS, [job], counted=True)

    def _measured(self, group: list[Shaped], queue: JobQueue, jobs: list[Lease]) -> Iterator[tuple[Shaped, Measured]]:
        """Shapes that lie on the same layers, with what a child measured of each."""
        with TemporaryDirectory(prefix="tianwei-overlay-") as folder:
            file = Path(folder) / "overlay"
            with file.open("wb") as lines, self._engine.begin() as connection:
                for one in group:
                    least = [one.sliver.m2, one.sliver.width_m]
                    lines.write(orjson.dumps([None, least, one.wkb.hex()]) + b"\n")
                for kind, name, wkb in features_near(connection, group[0].layers, [one.box for one in group]):
                    lines.write(orjson.dumps([kind.value, name, wkb.hex()]) + b"\n")
            pulse = partial(self._pulse, queue, jobs)
            with self._parser.parse(file, file.name, "", pulse, ("overlay",)) as parsed:
                for one, measured in zip(group, parsed.outcomes(skip=0), strict=True):
                    pulse()
                    yield one, measured

    def _unit(self, job: Lease, act: Callable[[CasesUnit], None]) -> None:
        """One unit of work in the name of whoever asked for the import."""

        def use_case(unit: CasesUnit) -> dict[str, Any]:
            act(unit)
            return {}

        self._runner.run(job.by, use_case, correlation_id=job.correlation_id, causation_id=str(job.id))

    def _pulse(self, queue: JobQueue, jobs: list[Lease] | list[ImportJob]) -> None:
        """Show life and keep the leases. Raises _Stopped, LeaseLost."""
        if self._stopping:
            raise _Stopped
        self._beat()
        if time.monotonic() - self._renewed_at > self._limits.lease_s / 5:
            with self._engine.begin() as connection:
                for job in jobs:
                    queue.renew(connection, job)
            self._renewed_at = time.monotonic()

    def _release(self, queue: JobQueue, jobs: list[Lease] | list[ImportJob], *, counted: bool) -> None:
        with self._engine.begin() as connection:
            for job in jobs:
                queue.release(connection, job, counted=counted)

    def _beat(self) -> None:
        if self._heartbeat_file is None or time.monotonic() - self._beaten_at < self._limits.heartbeat_s:
            return
        self._heartbeat_file.touch()
        self._beaten_at = time.monotonic()


def _about(header: HeaderLine) -> dict[str, Any]:
    """What the requester is shown of the file as a whole."""
    about = {
        "rows_total": header.rows,
        "crs": header.crs[:40] or None,
        "encoding": header.encoding[:40],
        "sample": header.sample,
        "warnings": [{"code": warned.code, "facts": warned.facts} for warned in header.warnings],
    }
    # Only patches are reported on, and only their jobs have where to keep it.
    return about if header.completeness is None else {**about, "completeness": header.completeness}


def build_worker(settings: WorkerSettings, limits: WorkerLimits | None = None) -> Worker:
    runner = wire_import(settings, lambda: ring())
    ring = OutboxBell(runner.engine)
    files = open_blobs(settings)
    return Worker(
        runner,
        PatchParser(settings.import_max_rows),
        files,
        ImportBell(settings.cases_dsn.get_secret_value(), WAKE_CHANNEL),
        heartbeat_file=settings.heartbeat_file,
        limits=limits,
        cases=CaseImporter(runner, files, lease_s=settings.import_lease_s),
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
