"""An exchange folder and what reads it, in one process, so that it can be stopped at any point."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson

from services.agencies.adapters.protocols.package_intake import PackageIntake, Peer
from shared import keys
from shared.blobs import FolderBlobStore
from shared.clock import Clock, SystemClock
from shared.contracts.codes import Agency
from shared.delivery.runner import UnitRunner
from shared.exchange.package import HOUSE, SIGNATURE_SUFFIX, SUFFIX, PackageName, pack, seal
from shared.exchange.store import IN, FolderStore
from tests.integration.services.agencies.house import House

AGENCY = Agency.COMPREHENSIVE_ENFORCEMENT


class Ferry:
    """The agency's folder with packages of the agency in it, and the receiver that reads it."""

    def __init__(self, house: House, folder: Path, clock: Clock | None = None) -> None:
        self.house, self.key, self.clock = house, keys.new_key(keys.ED25519), clock or SystemClock()
        self.store, self.blobs = FolderStore(folder / "exchange"), FolderBlobStore(folder / "blobs")
        self.number = 0
        way = {"agency": AGENCY.value, "protocol": "file_exchange", "url": "folder:ferry"}
        house.configure({**way, "partner_key": keys.public_key(self.key)})

    def intake(self) -> PackageIntake:
        """As a receiver that has just started."""
        runner: UnitRunner[Any] = UnitRunner(self.house.engine, self.house.parts.open_unit, self.clock, lambda: None)
        peer = Peer(AGENCY, lambda: [keys.public_key(self.key)], "640521000000")
        return PackageIntake(runner, self.store, peer, self.blobs)

    def lay(self, verb: str, task: UUID, data: dict[str, Any], time: int = 1, **files: bytes) -> str:
        """time: the how many-th answer of this verb. files: of JPEG content by name."""
        return self.lay_with(verb, task, data, {f"{file}.jpg": content for file, content in files.items()}, time)

    def lay_with(
        self, verb: str, task: UUID, data: dict[str, Any], attachments: dict[str, bytes], time: int = 1
    ) -> str:
        """attachments: under whatever name."""
        self.number += 1
        name = PackageName(AGENCY.value, HOUSE, self.number, uuid4())
        told = {
            "specversion": "1.0",
            "id": f"{task}.{verb}.{time}",
            "source": f"/agencies/{AGENCY.value}",
            "type": f"tianwei.answer.{verb}.v1",
            "subject": str(task),
            "data": data,
        }
        content = pack(name, orjson.dumps(told), datetime.now(UTC), "sha256", attachments)
        self.store.write(IN, f"{name}{SUFFIX}", content)
        self.store.write(IN, f"{name}{SIGNATURE_SUFFIX}", seal(name, content, [self.key]))
        return f"{name}{SUFFIX}"

    def carry(self) -> None:
        """Until the folder is empty."""
        while self.there(IN):
            self.intake().round()

    def receipts(self) -> list[dict[str, Any]]:
        """All that are owed, in the order of their making."""
        statement = "SELECT data FROM agency_reply WHERE kind = 'receipt' ORDER BY at"
        return [row["data"] for row in self.house.sql(statement)]

    def there(self, folder: str) -> set[str]:
        return {entry.name for entry in self.store.list(folder) if entry.name.endswith(SUFFIX)}

    def handed_in(self, task: UUID) -> list[dict[str, Any]]:
        events = self.house.events(task)
        return [event.payload for event in events if event.type.endswith("task-attachment-handed-in.v1")]
