"""The worker of evidence: `python -m services.cases.evidence_worker`. Examines what came in, makes proof bundles.

SIGKILL is safe at any moment: what was found and the end of the job commit together, and when the lease ends a worker
starts the job anew. SIGTERM gives the job at hand back.
"""

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Table
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.cases.adapters.clamd import Clamd, ClamdUnavailable, TooLargeToScan
from services.cases.adapters.import_bell import ImportBell
from services.cases.adapters.photo_process import PhotoReader, ReadPhoto
from services.cases.adapters.proof_zip import DamagedInBundle, write_bundle
from services.cases.domain.evidence import Evidence
from services.cases.domain.proof_bundle import BundleCrashed
from services.cases.handlers.evidence_examination import EXAMINER, damage_noted, damaged, examined, infected
from services.cases.handlers.proof_bundles import finish_bundle, refuse_bundle
from services.cases.queries.proof import NotNumberedYet, gather
from services.cases.settings import EvidenceWorkerSettings
from services.cases.storage import evidence_jobs
from services.cases.storage.evidence_jobs import Job, LeaseLost, requester
from services.cases.storage.evidence_stores import EvidenceStore
from services.cases.storage.evidence_tables import evidence_examination, proof_bundle
from services.cases.storage.unit import CasesUnit
from services.cases.wiring import wire_evidence
from shared import telemetry
from shared.blob_stores import open_blobs
from shared.blobs import CHUNK_BYTES, BlobStore, Digester, FolderBlobStore
from shared.contracts.codes import ScanVerdict
from shared.contracts.evidence import Thumbnail
from shared.crash_points import CrashPoint, reach
from shared.delivery.runner import UnitRunner
from shared.errors import NotFound, TianweiError, Unavailable
from shared.outgoing.wake import OutboxBell
from shared.principal import Actor

log = logging.getLogger(__name__)

_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout, Unavailable)
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/tiff", "image/heic"})
_STORE = EvidenceStore()


@dataclass(frozen=True)
class WorkerLimits:
    """lease_s: renewed while a job goes on. tries: of a job that ends its worker. again_s: until what cannot be done
    now is tried again."""

    lease_s: float = 15.0
    tries: int = 3
    again_s: float = 5.0
    poll_s: float = 1.0
    heartbeat_s: float = 5.0
    sweep_s: float = 3600.0


class _Stopped(Exception):
    """The process was told to end: give the job back."""


class EvidenceWorker:
    """runner: over the database of cases, its ring wakes the sequencer. scanner: None scans nothing."""

    def __init__(
        self,
        runner: UnitRunner[CasesUnit],
        blobs: BlobStore,
        bell: ImportBell,
        *,
        reader: PhotoReader | None = None,
        scanner: Clamd | None = None,
        heartbeat_file: Path | None = None,
        limits: WorkerLimits | None = None,
    ) -> None:
        self._runner = runner
        self._engine = runner.engine
        self._blobs = blobs
        self._bell = bell
        self._reader = reader or PhotoReader()
        self._scanner = scanner
        self._heartbeat_file = heartbeat_file
        self._limits = limits or WorkerLimits()
        self._stopping = False
        self._beaten_at = self._renewed_at = self._swept_at = float("-inf")

    def stop(self) -> None:
        """Take up nothing more, give the job at hand back, then return from run."""
        self._stopping = True

    def run(self) -> None:
        """Until stop()."""
        while not self._stopping:
            self._beat()
            self._sweep()
            self._bell.ensure()
            try:
                worked = self.run_once()
            except _DATABASE_AWAY:
                log.warning("the database or the file store does not answer", exc_info=True)
                worked = False
            if not worked and not self._stopping:
                self._bell.wait(self._limits.poll_s)
        self._bell.close()

    def run_once(self) -> bool:
        """Carry the oldest examination to its end, or else the oldest bundle; False when there is neither.

        Raises what a database that is away raises: the job's lease ends by itself.
        """
        return self._take(evidence_examination, self._examine) or self._take(proof_bundle, self._bundle)

    def _take(self, table: Table, carry: Callable[[Job], None]) -> bool:
        with self._engine.begin() as connection:
            job = evidence_jobs.claim(connection, table, self._limits.lease_s)
        if job is None:
            return False
        reach(CrashPoint.EVIDENCE_AFTER_CLAIM)
        self._renewed_at = time.monotonic()
        token = telemetry.correlation_id.set(job.correlation_id)
        try:
            carry(job)
        except LeaseLost:
            log.warning("another worker has the job", extra={"job_id": str(job.id)})
        except _Stopped:
            self._release(job, counted=False)
        except (ClamdUnavailable, NotNumberedYet) as later:
            log.warning("a job waits: %s", later, extra={"job_id": str(job.id)})
            self._release(job, counted=False, wait_s=self._limits.again_s)
        except _DATABASE_AWAY:
            raise
        except Exception:  # one file that breaks the code must not stop the others
            log.exception("a job failed", extra={"job_id": str(job.id)})
            self._release(job, counted=True, wait_s=self._limits.again_s)
        finally:
            telemetry.correlation_id.reset(token)
        return True

    # examinations

    def _examine(self, job: Job) -> None:
        with self._engine.connect() as connection:
            piece = _STORE.get(connection, job.id)
        found = self._found(job, piece)
        if found is not None:
            self._unit(job, EXAMINER, partial(damaged, job, *found))
            log.error("the content of evidence is not what was taken in", extra={"evidence_no": piece.evidence_no})
            return
        scan, signature = self._scan(job, piece)
        if signature is not None:
            self._unit(job, EXAMINER, partial(infected, job, signature))
            log.error("evidence carries a virus", extra={"evidence_no": piece.evidence_no, "signature": signature})
            return
        read = self._read(job, piece)
        thumbnails = [
            Thumbnail(
                size=picture.size,
                width=picture.width,
                height=picture.height,
                media_type="image/webp",
                sha256=self._keep(picture.content),
            )
            for picture in read.pictures
        ]
        self._unit(job, EXAMINER, partial(examined, job, scan, read.photo, thumbnails, read.fault))

    def _found(self, job: Job, piece: Evidence) -> tuple[str | None, int] | None:
        """What lies there in place of its content; None when all is well."""
        try:
            with self._blobs.open(piece.sha256) as content:
                digester = Digester()
                while chunk := content.read(CHUNK_BYTES):
                    self._pulse(job)
                    digester.update(chunk)
        except NotFound:
            return None, 0
        stored = digester.stored()
        return None if stored.sha256 == piece.sha256 else (stored.sha256, stored.size)

    def _scan(self, job: Job, piece: Evidence) -> tuple[ScanVerdict, str | None]:
        """The verdict, and the name of a virus. Raises ClamdUnavailable: what waits is not served."""
        if self._scanner is None:
            return ScanVerdict.NOT_SCANNED, None
        with self._blobs.open(piece.sha256) as content:
            try:
                signature = self._scanner.scan(content, partial(self._pulse, job))
            except TooLargeToScan:
                log.warning("evidence is longer than the scanner takes", extra={"evidence_no": piece.evidence_no})
                return ScanVerdict.NOT_SCANNED, None
        return (ScanVerdict.CLEAN, None) if signature is None else (ScanVerdict.INFECTED, signature)

    def _read(self, job: Job, piece: Evidence) -> ReadPhoto:
        if piece.media_type not in _PICTURES:
            return ReadPhoto(None, None)
        if job.tries > self._limits.tries:
            return ReadPhoto(None, "worker-crashed")
        with self._blobs.local(piece.sha256) as file:
            return self._reader.read(file, partial(self._pulse, job))

    def _keep(self, content: bytes) -> str:
        incoming = self._blobs.receive()
        try:
            incoming.write(content)
            return incoming.finish().sha256
        finally:
            incoming.abandon()

    # proof bundles

    def _bundle(self, job: Job) -> None:
        with self._engine.connect() as connection:
            row = evidence_jobs.lock(connection, job)
            connection.rollback()
        by = requester(dict(row))
        try:
            if job.tries > self._limits.tries:
                raise BundleCrashed(job.tries - 1)
            with self._engine.connect() as connection:
                connection.execution_options(isolation_level="REPEATABLE READ")
                proof = gather(connection, row["item_id"], by, row["id"], row["requested_at"])
            made = write_bundle(proof, self._opened(job), self._blobs.receive())
        except Unavailable:
            raise
        except TianweiError as problem:
            if isinstance(problem, DamagedInBundle):
                found = problem.found
                told = (found.sha256, found.size) if found else (None, 0)
                note = partial(damage_noted, problem.evidence_id, *told)
                self._unit(job, EXAMINER, note)
            self._unit(job, by, partial(refuse_bundle, job, problem))
            log.warning("refused a proof bundle", extra={"bundle_id": str(job.id), "code": problem.code})
            return
        self._unit(job, by, partial(finish_bundle, job, made, proof.evidence_ids))

    def _opened(self, job: Job) -> Callable[[str], BinaryIO]:
        def opened(sha256: str) -> BinaryIO:
            return _Pulsing(self._blobs.open(sha256), partial(self._pulse, job))  # type: ignore[return-value]

        return opened

    # around jobs

    def _unit(self, job: Job, by: Actor, act: Callable[[CasesUnit], None]) -> None:
        def use_case(unit: CasesUnit) -> dict[str, Any]:
            act(unit)
            return {}

        reach(CrashPoint.EVIDENCE_BEFORE_TELLING)
        self._runner.run(by, use_case, correlation_id=job.correlation_id, causation_id=str(job.id))

    def _pulse(self, job: Job) -> None:
        """Show life and keep the lease. Raises _Stopped, LeaseLost."""
        if self._stopping:
            raise _Stopped
        self._beat()
        if time.monotonic() - self._renewed_at > self._limits.lease_s / 5:
            with self._engine.begin() as connection:
                evidence_jobs.renew(connection, job)
            self._renewed_at = time.monotonic()

    def _release(self, job: Job, *, counted: bool, wait_s: float = 0.0) -> None:
        with self._engine.begin() as connection:
            evidence_jobs.release(connection, job, counted=counted, wait_s=wait_s)

    def _sweep(self) -> None:
        if isinstance(self._blobs, FolderBlobStore) and time.monotonic() - self._swept_at > self._limits.sweep_s:
            self._swept_at = time.monotonic()
            if gone := self._blobs.sweep():
                log.info("removed half-written files", extra={"files": gone})

    def _beat(self) -> None:
        if self._heartbeat_file is None or time.monotonic() - self._beaten_at < self._limits.heartbeat_s:
            return
        self._heartbeat_file.touch()
        self._beaten_at = time.monotonic()


class _Pulsing:
    """A stream that shows life with every read."""

    def __init__(self, stream: BinaryIO, pulse: Callable[[], None]) -> None:
        self._stream = stream
        self._pulse = pulse

    def read(self, size: int = -1) -> bytes:
        self._pulse()
        return self._stream.read(size)

    def __enter__(self) -> "_Pulsing":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def build_worker(settings: EvidenceWorkerSettings, limits: WorkerLimits | None = None) -> EvidenceWorker:
    runner = wire_evidence(settings, lambda: ring())
    ring = OutboxBell(runner.engine)
    return EvidenceWorker(
        runner,
        open_blobs(settings),
        ImportBell(settings.cases_dsn.get_secret_value(), evidence_jobs.WAKE_CHANNEL, "tianwei-cases-evidence-bell"),
        scanner=Clamd(settings.clamd) if settings.clamd else None,
        heartbeat_file=settings.heartbeat_file,
        limits=limits,
    )


def main() -> None:
    settings = EvidenceWorkerSettings()
    telemetry.configure("cases.evidence-worker", settings.log_level)
    worker = build_worker(settings, WorkerLimits(lease_s=settings.evidence_lease_s))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    main()
