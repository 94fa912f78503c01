"""Notify as its kernel runs it, on a private database, without a bus: commands, queries and events of cases."""

import base64
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr
from sqlalchemy import Connection

from services.notify.domain.document import Frozen
from services.notify.handlers.sealing import PRESS, Plan, plan, seal
from services.notify.settings import NotifySettings, SenderSettings
from services.notify.storage import press_jobs
from services.notify.storage.unit import NotifyUnit
from services.notify.wiring import wire
from shared.clock import FixedClock
from shared.contracts.base import Event, EventMeta
from shared.contracts.codes import Role
from shared.contracts.documents import DocumentFile, DocumentSignature
from shared.contracts.envelope import CloudEvent
from shared.delivery.feed import Feed, Step
from shared.delivery.log import GENESIS, chain_hash
from shared.delivery.runner import UnitRunner
from shared.ids import new_id
from shared.principal import Actor, PrincipalSigner

SECRETS_KEY = base64.b64encode(bytes(range(32))).decode()
COORDINATOR = Actor("coordinator-1", "协调员", frozenset({Role.COORDINATOR}), "640521000000", "640521")
OTHER_COUNTY = Actor("coordinator-2", "海原协调员", frozenset({Role.COORDINATOR}), "640522000000", "640522")
PARTY = Actor("clerk-1", "县委收文", frozenset({Role.RECIPIENT_CLERK}), "party_committee", "640521")
DISCIPLINE = Actor("clerk-2", "纪委收文", frozenset({Role.RECIPIENT_CLERK}), "discipline_commission", "640521")
ORGANISATION = Actor("clerk-3", "组织部收文", frozenset({Role.RECIPIENT_CLERK}), "organisation_department", "640521")
OTHER_DISCIPLINE = Actor("clerk-4", "海原纪委", frozenset({Role.RECIPIENT_CLERK}), "discipline_commission", "640522")
AGENCY = Actor("agency-1", "自然资源局", frozenset({Role.AGENCY_OFFICER}), "natural_resources", "640521")
TOWNSHIP = Actor("township-1", "恩和镇", frozenset({Role.TOWNSHIP_OFFICER}), "640521104", "640521104")
ADMINISTRATOR = Actor("admin-1", "管理员", frozenset({Role.ADMINISTRATOR}), "", "640521")
NOON = datetime(2026, 4, 24, 4, 0, tzinfo=UTC)


def frozen(planned: Plan) -> Frozen:
    """What a press would freeze, by the look of it."""
    digests = {kind: sha256(f"{planned.document_id}{kind}".encode()).hexdigest() for kind in ("pdf", "docx")}
    files = tuple(DocumentFile(format=kind, sha256=digest, sm3=digest, size=1) for kind, digest in digests.items())
    signature = DocumentSignature(alg="ed25519", key_id="k", public_key="p", value="v", statement="{}")
    return Frozen(planned.issuer, planned.document.template, "c" * 64, files, signature)


class House:
    """dsn: of the run-time role; owner_dsn: of the schema's owner."""

    def __init__(self, dsn: str, owner_dsn: str = "") -> None:
        self.dsn, self.owner_dsn = dsn, owner_dsn
        self.signer = PrincipalSigner(base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode())
        self.clock = FixedClock(NOON)
        settings = NotifySettings(
            bus_url=SecretStr("redis://127.0.0.1:1/0"),
            principal_public_key=self.signer.public_key_base64,
            notify_dsn=SecretStr(dsn),
            secrets_key=SecretStr(SECRETS_KEY),
            webhook_allowed_hosts="127.0.0.1",
        )
        self.parts = wire(settings, lambda: None, self.clock)
        self.runner: UnitRunner[NotifyUnit] = UnitRunner(
            self.parts.engine, self.parts.open_unit, self.clock, lambda: None
        )
        reactor = self.parts.reactors["cases"]
        self.feed = Feed(self.parts.engine, "notify", "cases", reactor, self.parts.dead_letters, "640521000000")
        self.log_id = uuid4()
        self.log: list[CloudEvent] = []

    def close(self) -> None:
        self.parts.engine.dispose()

    def sender_settings(self, **more: Any) -> SenderSettings:
        return SenderSettings(
            **more,
            notify_dsn=SecretStr(self.dsn),
            secrets_key=SecretStr(SECRETS_KEY),
            webhook_allowed_hosts="127.0.0.1",
            public_url="https://tianwei.example/",
        )

    # what the gateway does

    def command(self, by: Actor, operation: str, target: object = None, version: int | None = None, **body: Any) -> Any:
        """The answer, or the problem."""
        key = body.pop("command_id", None)
        request = self._request(by, operation, body)
        target_id = None if target is None else str(target)
        return self._open(
            self.parts.dispatcher.command(
                {**request, "target_id": target_id, "expected_version": version, "command_id": key or str(new_id())}
            )
        )

    def query(self, by: Actor, operation: str, **body: Any) -> Any:
        return self._open(self.parts.dispatcher.query(self._request(by, operation, body)))

    def _request(self, by: Actor, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        return {
            "operation": operation,
            "body": {name: str(value) if isinstance(value, UUID) else value for name, value in body.items()},
            "principal": self.signer.sign(by),
            "deadline": time.time() + 30,
            "correlation_id": str(new_id()),
        }

    @staticmethod
    def _open(reply: dict[str, Any]) -> Any:
        return reply["ok"] if "ok" in reply else reply["problem"]

    # what cases tells

    def tell(self, *events: Event) -> list[CloudEvent]:
        """Write events into the log of cases and offer them; the envelopes."""
        made = [self._envelope(event) for event in events]
        assert self.offer(made).applies
        return made

    def offer(self, envelopes: Sequence[CloudEvent]) -> Step:
        return self.feed.offer(envelopes)

    def react(self, envelope: CloudEvent, handler: Callable[[Any, EventMeta, NotifyUnit], None], event: Event) -> None:
        """One reaction in a unit of its own, past the inbox that would stop a repetition."""
        meta = EventMeta(
            event_id=envelope.id,
            source="cases",
            type=envelope.type,
            subject=envelope.subject,
            time=envelope.time,
            position=envelope.position,
            actor=envelope.actor,
            jurisdiction=envelope.jurisdiction,
            correlation_id=envelope.correlationid,
        )

        def use_case(unit: NotifyUnit) -> dict[str, Any]:
            handler(event, meta, unit)
            return {}

        self.runner.run(COORDINATOR, use_case, correlation_id="again")

    def _envelope(self, event: Event) -> CloudEvent:
        data = event.model_dump(mode="json")
        position, id_ = len(self.log) + 1, new_id()
        previous = self.log[-1].hash if self.log else GENESIS
        made = CloudEvent(
            id=id_,
            source="/cases",
            type=event.type,
            subject=UUID(next(data[name] for name in ("item_id", "case_id", "clue_id", "object_id") if data.get(name))),
            time=data["at"],
            dataschema="",
            data=data,
            position=position,
            logid=self.log_id,
            prevhash=previous,
            hash=chain_hash(previous, self.log_id, position, id_, event.type, data),
            subjecttype="case",
            sequence=1,
            correlationid="c",
            actor="officer-1",
            actorname="承办人",
            jurisdiction="640521104000",
        )
        self.log.append(made)
        return made

    # what the press does

    def press(self) -> None:
        """Issue what waits for the press, with digests of files that nobody wrote; test_documents has a real press."""
        while True:
            with self.parts.engine.begin() as connection:
                job = press_jobs.claim(connection, 60.0)
            if job is None:
                return
            self.press_one(job.document_id)

    def press_one(self, document_id: UUID | str) -> None:
        desk = self.parts.open_unit.keywords["desk"]  # type: ignore[attr-defined]
        with self.parts.engine.connect() as connection:
            planned = plan(connection, UUID(str(document_id)), desk)
        assert planned is not None

        def use_case(unit: NotifyUnit) -> dict[str, Any]:
            seal(planned, frozen(planned), unit)
            return {}

        self.runner.run(PRESS, use_case, correlation_id="press", causation_id=str(document_id))

    # what is seen

    def notices(self, by: Actor, **filters: Any) -> list[Any]:
        items: list[Any] = self.query(by, "notice.list", **filters)["items"]
        return items

    def told(self) -> list[str]:
        """Short names of notify's own events, in order of writing."""
        with self.parts.engine.connect() as connection:
            types = connection.execute(
                sa.text("SELECT e.type FROM event_log e JOIN outbox o USING (event_id) ORDER BY o.id")
            ).scalars()
            return [name.removeprefix("tianwei.notify.") for name in types]

    def rows(self, statement: str) -> list[Any]:
        with self.parts.engine.connect() as connection:
            return list(connection.execute(sa.text(statement)).all())

    @contextmanager
    def owner(self) -> Iterator[Connection]:
        """What a migration does."""
        engine = sa.create_engine(self.owner_dsn)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def change(self, statement: str) -> None:
        with self.parts.engine.begin() as connection:
            connection.execute(sa.text(statement))
