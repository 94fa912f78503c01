"""People of the office and a press: what documents are issued with in tests, on the real database and a real folder."""

from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from services.notify.settings import WorkerSettings
from services.notify.worker import PressWorker, WorkerLimits, build_worker
from shared import keys
from shared.blobs import FolderBlobStore
from shared.contracts.codes import Role
from shared.principal import Actor
from tests.integration.services.notify.house import COORDINATOR, House

DIRECTOR = Actor("director-1", "办公室主任", frozenset({Role.OFFICE_DIRECTOR}), "640521", "640521")
HEAD = Actor("head-1", "组长", frozenset({Role.GROUP_HEAD}), "640521", "640521")
OFFICER = Actor("officer-9", "自然资源局承办人", frozenset({Role.AGENCY_OFFICER}), "natural_resources", "640521")
COLLEAGUE = Actor("officer-8", "自然资源局复核人", frozenset({Role.AGENCY_OFFICER}), "natural_resources", "640521")
CHIEF = Actor("chief-9", "自然资源局局长", frozenset({Role.CHIEF}), "natural_resources", "640521")
LETTER = {
    "matter": "恩和镇恩和村砂场拆除复耕",
    "reference": "ZW-RI-640521-2026-00001",
    "due": "2026-04-20",
    "days": 4,
    "situation": "责任人尚未开始拆除。\n现场仍有砂石料堆放。",
    "request": ["立即拆除砂场设施", "制定复耕计划"],
    "new_due": "2026-05-11",
    "next_step": "提请县政府挂牌督办",
}
CONTENT = {"to": ["恩和镇人民政府"], "copies": ["中宁县自然资源局"], "facts": LETTER, "contact": "李四 0955-5021234"}
KEY = keys.new_key(keys.ED25519)
PUBLIC_URL = "https://tianwei.example"


class DocumentDesk:
    """Commands of the people of one office, in the order of the life of a document."""

    def __init__(self, house: House, folder: Path, office_key: str = KEY) -> None:
        self.house = house
        self.folder = folder
        self.office_key = office_key

    def worker_settings(self) -> WorkerSettings:
        return WorkerSettings(
            notify_dsn=SecretStr(self.house.dsn),
            blob_dir=self.folder,
            office_key=SecretStr(self.office_key),
            public_url=PUBLIC_URL,
        )

    def worker(self) -> PressWorker:
        return build_worker(self.worker_settings(), WorkerLimits(lease_s=0.0, again_s=0.0), self.house.clock)

    @property
    def blobs(self) -> FolderBlobStore:
        return FolderBlobStore(self.folder)

    def drafted(self, **changes: Any) -> Any:
        body = {"type": "supervise_letter", "content": CONTENT, **changes}
        return self.house.command(COORDINATOR, "document.draft", **body)

    def approved(self, **changes: Any) -> Any:
        """Drafted by the coordinator, checked and issued by the director: it waits for the press."""
        drafted = self.drafted(**changes)
        assert "id" in drafted, drafted
        self.step(DIRECTOR, "check", drafted["id"])
        return self.step(DIRECTOR, "issue", drafted["id"])

    def issued(self, **changes: Any) -> Any:
        approved = self.approved(**changes)
        while self.worker().run_once():
            pass
        return self.seen(approved["id"])

    def step(self, by: Actor, verb: str, id_: UUID | str, **body: Any) -> Any:
        return self.house.command(by, f"document.{verb}", id_, **body)

    def seen(self, id_: UUID | str, by: Actor = COORDINATOR) -> Any:
        return self.house.query(by, "document.get", id=id_)

    def numbers(self) -> list[str]:
        """Of all issued documents, in the order of their numbers."""
        rows = self.house.rows("SELECT number FROM document WHERE number IS NOT NULL ORDER BY serial")
        return [number for (number,) in rows]
