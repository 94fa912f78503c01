"""The press: `python -m services.notify.worker`. Numbers, prints, signs and freezes what has been approved.

SIGKILL is safe at any moment: before the unit commits nothing is issued and no number taken, and what was printed lies
in the file store under its digest, named by nobody; the lease ends and a worker begins anew.
"""

import io
import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Literal

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.notify.adapters.document_press import DocumentPress, Printed
from services.notify.adapters.fonts import FREE
from services.notify.domain.document import Frozen
from services.notify.domain.errors import NumberTaken, PressCrashed
from services.notify.handlers.bulletins import remind_all
from services.notify.handlers.sealing import PRESS, Plan, plan, refuse, seal
from services.notify.settings import WorkerSettings
from services.notify.storage import press_jobs
from services.notify.storage.press_jobs import Job
from services.notify.storage.unit import Desk, NotifyUnit
from services.notify.wiring import press_desk, wire_press
from shared import keys, telemetry
from shared.blob_stores import open_blobs
from shared.blobs import BlobStore, FolderBlobStore
from shared.clock import Clock
from shared.contracts.documents import DocumentFile, DocumentSignature
from shared.crash_points import CrashPoint, reach
from shared.delivery.runner import UnitRunner
from shared.errors import StaleVersion, TianweiError, Unavailable
from shared.ids import new_id
from shared.outgoing.wake import OutboxBell

log = logging.getLogger(__name__)

_AWAY = (OperationalError, InterfaceError, PoolTimeout, Unavailable)


@dataclass(frozen=True)
class WorkerLimits:
    """lease_s: longer than printing takes. tries: of a document that ends its worker. reprints: at one go, when others
    are faster; again_s: until what cannot be done now is tried again."""

    lease_s: float = 60.0
    tries: int = 3
    reprints: int = 20
    again_s: float = 5.0
    poll_s: float = 1.0
    heartbeat_s: float = 5.0
    sweep_s: float = 3600.0
    remind_s: float = 600.0


class PressWorker:
    """office_key: the office's private key. runner: over the database of notify."""

    def __init__(
        self,
        runner: UnitRunner[NotifyUnit],
        desk: Desk,
        press: DocumentPress,
        blobs: BlobStore,
        office_key: str,
        *,
        heartbeat_file: Path | None = None,
        limits: WorkerLimits | None = None,
    ) -> None:
        self._runner = runner
        self._desk = desk
        self._press = press
        self._blobs = blobs
        self._key, self._public = office_key, keys.public_key(office_key)
        self._heartbeat_file = heartbeat_file
        self._limits = limits or WorkerLimits()
        self._stopping = Event()
        self._beaten_at = self._swept_at = self._reminded_at = float("-inf")

    def stop(self) -> None:
        """Finish the document at hand, then return from run."""
        self._stopping.set()

    def run(self) -> None:
        """Until stop()."""
        while not self._stopping.is_set():
            self._beat()
            self._sweep()
            self._remind()
            try:
                worked = self.run_once()
            except _AWAY:
                log.warning("the database or the file store does not answer", exc_info=True)
                worked = False
            if not worked:
                self._stopping.wait(self._limits.poll_s)

    def run_once(self) -> bool:
        """Print what waits longest; False when nothing does. Raises what a database that is away raises."""
        with self._runner.engine.begin() as connection:
            job = press_jobs.claim(connection, self._limits.lease_s)
        if job is None:
            return False
        reach(CrashPoint.PRESS_AFTER_CLAIM)
        token = telemetry.correlation_id.set(job.correlation_id)
        try:
            self._issue(job)
        except _AWAY:
            self._later(job)
            raise
        except StaleVersion:
            log.info("a document was decided on meanwhile", extra={"document_id": str(job.document_id)})
            self._later(job)
        except TianweiError as problem:
            log.warning("a document cannot be printed: %s", problem, extra={"document_id": str(job.document_id)})
            self._unit(job, partial(refuse, job.document_id, problem))
        except Exception:  # one document that breaks the code must not stop the others
            log.exception("printing failed", extra={"document_id": str(job.document_id)})
            self._later(job, counted=True)
        finally:
            telemetry.correlation_id.reset(token)
        return True

    def _issue(self, job: Job) -> None:
        if job.tries > self._limits.tries:
            raise PressCrashed(job.tries - 1)
        for _ in range(self._limits.reprints):
            with self._runner.engine.connect() as connection:
                planned = plan(connection, job.document_id, self._desk)
            if planned is None:
                with self._runner.engine.begin() as connection:
                    press_jobs.done(connection, job.document_id)
                return
            printed = self._press.print(planned.document)
            reach(CrashPoint.PRESS_AFTER_PRINT)
            frozen = self._frozen(planned, printed)
            reach(CrashPoint.PRESS_AFTER_KEEPING)
            try:
                self._unit(job, partial(seal, planned, frozen))
            except NumberTaken:
                self._beat()
                continue
            return
        log.warning("others are faster than the press", extra={"document_id": str(job.document_id)})
        self._later(job)

    def _frozen(self, planned: Plan, printed: Printed) -> Frozen:
        """Both files kept, and the office's signature over their digests."""
        files = (self._kept("pdf", printed.pdf.content), self._kept("docx", printed.docx.content))
        statement = planned.statement(printed.digest, files)
        signed = keys.sign(self._key, statement)
        signature = DocumentSignature(
            alg="sm2" if signed.alg == keys.SM2 else "ed25519",
            key_id=signed.key_id,
            public_key=self._public,
            value=signed.value,
            statement=statement.decode(),
        )
        return Frozen(planned.issuer, printed.template, printed.digest, files, signature)

    def _kept(self, format_: Literal["pdf", "docx"], content: bytes) -> DocumentFile:
        stored = self._blobs.put(io.BytesIO(content))
        return DocumentFile(format=format_, sha256=stored.sha256, sm3=stored.sm3, size=stored.size)

    def _unit(self, job: Job, act: Callable[[NotifyUnit], None]) -> None:
        def use_case(unit: NotifyUnit) -> dict[str, Any]:
            act(unit)
            return {}

        self._runner.run(PRESS, use_case, correlation_id=job.correlation_id, causation_id=str(job.document_id))

    def _later(self, job: Job, *, counted: bool = False) -> None:
        with self._runner.engine.begin() as connection:
            press_jobs.release(connection, job.document_id, self._limits.again_s, counted=counted)

    def _sweep(self) -> None:
        if isinstance(self._blobs, FolderBlobStore) and time.monotonic() - self._swept_at > self._limits.sweep_s:
            self._swept_at = time.monotonic()
            if gone := self._blobs.sweep():
                log.info("removed half-written files", extra={"files": gone})

    def _remind(self) -> None:
        """Bulletins that are due become reminders, whenever a worker is up again; each is told once."""
        if time.monotonic() - self._reminded_at < self._limits.remind_s:
            return
        self._reminded_at = time.monotonic()
        try:
            self.remind_once()
        except _AWAY:
            log.warning("reminders of bulletins wait: the database does not answer", exc_info=True)

    def remind_once(self) -> None:
        def use_case(unit: NotifyUnit) -> dict[str, Any]:
            remind_all(unit)
            return {}

        self._runner.run(PRESS, use_case, correlation_id=new_id().hex)

    def _beat(self) -> None:
        if self._heartbeat_file is None or time.monotonic() - self._beaten_at < self._limits.heartbeat_s:
            return
        self._heartbeat_file.touch()
        self._beaten_at = time.monotonic()


def build_worker(
    settings: WorkerSettings, limits: WorkerLimits | None = None, clock: Clock | None = None
) -> PressWorker:
    runner = wire_press(settings, lambda: ring(), clock)
    ring = OutboxBell(runner.engine)
    return PressWorker(
        runner,
        press_desk(settings),
        DocumentPress(settings.font_dir, settings.free_font_dir or FREE),
        open_blobs(settings),
        settings.office_key.get_secret_value(),
        heartbeat_file=settings.heartbeat_file,
        limits=limits,
    )


def main() -> None:
    settings = WorkerSettings()
    telemetry.configure("notify.worker", settings.log_level)
    worker = build_worker(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    main()
