"""An evidence desk: files stored as the gateway does, added by commands, examined by workers on demand."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy import Engine

from gateway.cli.sample_photos import SamplePhoto, write_photo
from services.cases.adapters.clamd import Clamd
from services.cases.adapters.import_bell import ImportBell
from services.cases.evidence_worker import EvidenceWorker, WorkerLimits
from services.cases.settings import EvidenceWorkerSettings
from services.cases.storage.evidence_jobs import WAKE_CHANNEL
from services.cases.wiring import wire_evidence
from shared.blobs import BlobStore, FolderBlobStore
from shared.clock import SHANGHAI
from shared.contracts.codes import Role
from shared.delivery.sequencer import number_waiting
from shared.media_types import HEAD_BYTES, TAIL_BYTES, sniff
from shared.principal import Actor
from tests.integration.services.cases.office import OFFICER, Office

AGENCY = Actor("agency:nr", "周国土", frozenset({Role.AGENCY_OFFICER}), "natural_resources", "640521")
OTHER_AGENCY = Actor("agency:ps", "吴公安", frozenset({Role.AGENCY_OFFICER}), "public_security", "640521")
# The office's clock stands on Monday 2026-04-20, 09:12.
TAKEN = datetime(2026, 4, 20, 9, 5, tzinfo=SHANGHAI)
TEXT: dict[str, Any] = {"kind": "documentary", "item": "use_papers", "title": "租赁合同"}
PHOTO: dict[str, Any] = {
    "kind": "audiovisual",
    "item": "photo",
    "title": "现场",
    "stage": "before",
    "view": "close",
    "source": "camera",
}


@dataclass
class Desk:
    """home: the folder whose `blobs` the gateway and the worker share."""

    office: Office
    home: Path
    engines: list[Engine] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return self.office.parts.engine.url.render_as_string(hide_password=False)

    @property
    def blobs(self) -> FolderBlobStore:
        return FolderBlobStore(self.home / "blobs")

    def store(self, file: Path) -> dict[str, Any]:
        with file.open("rb") as stream:
            stored = self.blobs.put(stream)
        content = file.read_bytes()
        return {
            "sha256": stored.sha256,
            "sm3": stored.sm3,
            "size_bytes": stored.size,
            "media_type": sniff(content[:HEAD_BYTES], content[-TAIL_BYTES:]),
            "file_name": file.name,
        }

    def add(self, file: Path, to: dict[str, Any], by: Actor = OFFICER, **said: Any) -> dict[str, Any]:
        """Evidence that waits to be examined. to: object and object_id."""
        return self.office.command(by, "evidence.add", {**to, **said, **self.store(file)})

    def text(self, to: dict[str, Any], content: str = "合同全文", by: Actor = OFFICER, **said: Any) -> dict[str, Any]:
        file = self.home / "合同.txt"
        file.write_text(content, encoding="utf-8")
        return self.add(file, to, by, **{**TEXT, **said})

    def photo(self, photo: SamplePhoto, to: dict[str, Any], **said: Any) -> dict[str, Any]:
        return self.add(write_photo(self.home / "photos", photo), to, **{**PHOTO, **said})

    def worker(self, blobs: BlobStore | None = None, clamd: str = "", **limits: Any) -> EvidenceWorker:
        settings = EvidenceWorkerSettings(home=self.home, cases_dsn=SecretStr(self.dsn))
        runner = wire_evidence(settings, lambda: None, self.office.clock)
        self.engines.append(runner.engine)
        return EvidenceWorker(
            runner,
            blobs or self.blobs,
            ImportBell(self.dsn, WAKE_CHANNEL),
            scanner=Clamd(clamd, 5.0) if clamd else None,
            limits=WorkerLimits(**limits),
        )

    def examine(self) -> int:
        """Carry everything that waits to its end; how many jobs it was."""
        worker, done = self.worker(), 0
        while worker.run_once():
            done += 1
        return done

    def number(self) -> None:
        """What the sequencer does: every event its place in the log."""
        with self.office.parts.engine.begin() as connection:
            while number_waiting(connection):
                pass

    def get(self, piece: dict[str, Any], by: Actor = OFFICER) -> dict[str, Any]:
        return self.office.query(by, "evidence.get", id=piece["id"])

    def flags(self, piece: dict[str, Any]) -> list[str]:
        return [flag["code"] for flag in self.get(piece)["flags"]]

    def acts(self, piece: dict[str, Any]) -> list[str]:
        """The custody log's titles."""
        return [entry["title"] for entry in self.office.query(OFFICER, "evidence.custody", id=piece["id"])["items"]]

    def process(self, log: Path, **settings: str) -> subprocess.Popen[bytes]:
        """The shipped worker process on this desk's database and files."""
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        told = {"TIANWEI_CASES_DSN": self.dsn, "TIANWEI_HOME": str(self.home), "TMPDIR": str(self.home)}
        with log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "services.cases.evidence_worker"],
                env={**environment, **told, **settings},
                stdout=output,
                stderr=output,
            )

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.office.parts.engine.begin() as connection:
            answer = connection.execute(sa.text(statement), values)
            return list(answer) if answer.returns_rows else []

    def told(self, type_: str) -> int:
        """How many events of a type the log has."""
        statement = "SELECT count(*) FROM event_log WHERE type = :type"
        return int(self.sql(statement, type=f"tianwei.cases.{type_}.v1")[0][0])

    def close(self) -> None:
        for engine in self.engines:
            engine.dispose()


def of_case(case: dict[str, Any]) -> dict[str, Any]:
    return {"object": "case", "object_id": case["id"]}
