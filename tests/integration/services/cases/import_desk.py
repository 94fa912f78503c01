"""A county's import desk: files stored as the gateway does, jobs asked for by commands, workers on demand."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy import Engine

from services.cases.adapters.import_bell import ImportBell
from services.cases.adapters.parser_process import PatchParser
from services.cases.settings import WorkerSettings
from services.cases.storage.job_queue import WAKE_CHANNEL
from services.cases.wiring import wire_import
from services.cases.worker import Worker, WorkerLimits
from shared.blobs import FolderBlobStore
from shared.contracts.base import Event
from shared.contracts.cases_events import ClueImportFinishedV1, ClueReceivedV1
from shared.principal import Actor
from tests.integration.services.cases.office import COORDINATOR, Office


@dataclass
class Desk:
    """home: the folder whose `blobs` the gateway and the worker share."""

    office: Office
    home: Path
    engines: list[Engine] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return self.office.parts.engine.url.render_as_string(hide_password=False)

    def store(self, file: Path) -> dict[str, Any]:
        with file.open("rb") as stream:
            stored = FolderBlobStore(self.home / "blobs").put(stream)
        return {"file_sha256": stored.sha256, "file_name": file.name, "size_bytes": stored.size}

    def ask(self, file: Path, by: Actor = COORDINATOR, **form: Any) -> str:
        """A queued job."""
        return str(self.office.command(by, "clue_import.start", {**self.store(file), **form})["id"])

    def worker(self, ring: Any = lambda: None, parser: PatchParser | None = None, **limits: Any) -> Worker:
        settings = WorkerSettings(home=self.home, cases_dsn=SecretStr(self.dsn))
        runner = wire_import(settings, ring)
        self.engines.append(runner.engine)
        return Worker(
            runner,
            parser or PatchParser(),
            FolderBlobStore(settings.blobs),
            ImportBell(self.dsn, WAKE_CHANNEL),
            limits=WorkerLimits(**limits),
        )

    def imported(self, file: Path, **form: Any) -> dict[str, Any]:
        """The job, carried to its end."""
        job = self.ask(file, **form)
        assert self.worker().run_once()
        return self.job(job)

    def job(self, id_: str, by: Actor = COORDINATOR) -> dict[str, Any]:
        return self.office.query(by, "clue_import.get", id=id_)

    def rows(self, id_: str, **asked: Any) -> list[dict[str, Any]]:
        """Every row, page by page."""
        return list(self._rows(id_, **asked))

    def _rows(self, id_: str, **asked: Any) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            page = self.office.query(COORDINATOR, "clue_import.rows", id=id_, cursor=cursor, **{"limit": 200, **asked})
            yield from page["items"]
            if (cursor := page["next_cursor"]) is None:
                return

    def process(self, log: Path, **settings: str) -> subprocess.Popen[bytes]:
        """The shipped worker process on this desk's database and files."""
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        told = {"TIANWEI_CASES_DSN": self.dsn, "TIANWEI_HOME": str(self.home), "TMPDIR": str(self.home)}
        with log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "services.cases.worker"],
                env={**environment, **told, **settings},
                stdout=output,
                stderr=output,
            )

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.office.parts.engine.begin() as connection:
            answer = connection.execute(sa.text(statement), values)
            return list(answer) if answer.returns_rows else []

    def count(self, what: str) -> int:
        return int(self.sql(f"SELECT count(*) FROM {what}")[0][0])

    def waiting(self) -> int:
        """Jobs not ended, as the service's health answer says."""
        with self.office.parts.engine.connect() as connection:
            return int(self.office.parts.health(connection)["imports_waiting"])

    def told(self, event: type[Event]) -> list[Any]:
        """Events of one type that are in the log and the outbox, in order."""
        statement = (
            "SELECT e.payload, e.aggregate_type, e.aggregate_id, e.aggregate_seq, e.actor, e.audience, "
            "e.correlation_id FROM outbox o JOIN event_log e USING (event_id) WHERE e.type = :type ORDER BY o.id"
        )
        return self.sql(statement, type=event.type)

    def totals(self) -> dict[str, int]:
        """What must agree however often the worker was killed."""
        return {
            "clues": self.count("clue"),
            "numbers": self.count("(SELECT DISTINCT clue_no FROM clue) AS n"),
            "rows": self.count("clue_import_row"),
            "received": len(self.told(ClueReceivedV1)),
            "finished": len(self.told(ClueImportFinishedV1)),
        }
