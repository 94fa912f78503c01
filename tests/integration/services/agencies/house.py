"""The agencies service without bus and nameko: its dispatcher and units over a private database."""

import base64
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import Engine

from services.agencies.handlers.on_cases import REACTIONS
from services.agencies.ports import Integration
from services.agencies.settings import AgenciesSettings
from services.agencies.storage.unit import AgenciesUnit
from services.agencies.wiring import desk_of, wire
from shared.clock import SystemClock
from shared.contracts.agency_certificates import NEEDS_NONE
from shared.contracts.base import Event, EventMeta
from shared.contracts.codes import Agency, Role
from shared.delivery.runner import UnitRunner
from shared.principal import Actor, PrincipalSigner
from shared.service import ServiceParts
from tests.support.certificates import certify

COUNTY = "640521"
SECRETS_KEY = base64.b64encode(os.urandom(32)).decode()


def coordinator(jurisdiction: str = COUNTY) -> Actor:
    return Actor("coordinator-1", "协调员", frozenset({Role.COORDINATOR}), "640521000000", jurisdiction)


def officer(agency: Agency, role: Role = Role.AGENCY_OFFICER, jurisdiction: str = COUNTY) -> Actor:
    return Actor(f"{agency}-{role}", "经办人", frozenset({role}), agency.value, jurisdiction)


def administrator() -> Actor:
    return Actor("administrator-1", "管理员", frozenset({Role.ADMINISTRATOR}), "640521000000", COUNTY)


def township_officer(jurisdiction: str = "640521101") -> Actor:
    return Actor("township-1", "乡镇干部", frozenset({Role.TOWNSHIP_OFFICER}), jurisdiction, jurisdiction)


def worker(agency: Agency, role: Role = Role.AGENCY_OFFICER) -> Actor:
    """Who works the agency's tasks in the place of the builders."""
    return township_officer() if agency is Agency.TOWNSHIP else officer(agency, role)


def stranger(role: Role) -> Actor:
    return Actor(f"stranger-{role}", "无关人员", frozenset({role}), "discipline_commission", COUNTY)


@dataclass
class House:
    """dsn: of the run-time role, as the processes get it."""

    dsn: str
    settings: AgenciesSettings
    parts: ServiceParts
    signer: PrincipalSigner
    rings: list[None] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return self.parts.engine

    def command(self, by: Actor, operation: str, body: dict[str, Any], target: UUID | None = None, **more: Any) -> Any:
        return self.parts.dispatcher.command(self._request(by, operation, body, target, **more))

    def query(self, by: Actor, operation: str, **body: Any) -> Any:
        return self.parts.dispatcher.query(self._request(by, operation, body, None))

    def done(self, by: Actor, operation: str, body: dict[str, Any], target: UUID | None = None, **more: Any) -> Any:
        """The answer of a command that must succeed."""
        answer = self.command(by, operation, body, target, **more)
        assert "ok" in answer, answer
        return answer["ok"]

    def asked(self, by: Actor, operation: str, **body: Any) -> Any:
        """The answer of a query that must succeed."""
        answer = self.query(by, operation, **body)
        assert "ok" in answer, answer
        return answer["ok"]

    def configure(self, body: dict[str, Any]) -> dict[str, Any]:
        """An endpoint, for which the agency's system is certified first, as an administrator does."""
        agency = Agency(body["agency"])
        protocol = body.get("protocol") or self.settings.protocol_of(agency)
        if protocol != NEEDS_NONE:
            self.certify(agency, protocol)
        made: dict[str, Any] = self.done(administrator(), "agency.configure-endpoint", body)
        return made

    def activate(self, agency: Agency) -> None:
        """Its system asks and answers, over the mailbox. Of the township there is none."""
        if agency is not Agency.TOWNSHIP:
            self.configure({"agency": agency.value, "protocol": "polled_mailbox"})

    def certify(self, agency: Agency, protocol: str) -> None:
        certify(lambda verb, body: self.done(administrator(), f"agency.{verb}", body), agency.value, protocol)

    def react(self, event: Event) -> None:
        """Apply one event of cases as the feed does."""
        (reaction,) = (reaction for reaction in REACTIONS if reaction.event is type(event))
        meta = self.meta(event)

        def use_case(unit: AgenciesUnit) -> dict[str, Any]:
            reaction.handler(event, meta, unit)
            return {}

        runner = UnitRunner(self.engine, self.parts.open_unit, SystemClock(), lambda: self.rings.append(None))
        runner.run(coordinator(), use_case, correlation_id=meta.correlation_id, causation_id=str(meta.event_id))

    @staticmethod
    def meta(event: Event) -> EventMeta:
        """The envelope of an event of cases."""
        return EventMeta(
            event_id=uuid4(),
            source="/cases",
            type=event.type,
            subject=uuid4(),
            time=datetime.now(UTC),
            position=1,
            actor="coordinator-1",
            jurisdiction="640521101201",
            correlation_id=f"correlation-{uuid4()}",
        )

    def told(self, about: UUID | None = None) -> list[str]:
        """Short names of the events told, in order; about: only those that name this task."""
        return [row.type.split(".")[2] for row in self.events(about)]

    def events(self, about: UUID | None = None) -> list[Any]:
        statement = sa.text(
            "SELECT e.* FROM outbox o JOIN event_log e USING (event_id) "
            "WHERE CAST(:about AS text) IS NULL OR e.payload ->> 'task_id' = :about ORDER BY o.id"
        )
        with self.engine.connect() as connection:
            return list(connection.execute(statement, {"about": about and str(about)}))

    def sql(self, statement: str, **values: Any) -> Any:
        """Run one statement; the rows it returns, if any."""
        with self.engine.begin() as connection:
            answer = connection.execute(sa.text(statement), values)
            return list(answer.mappings()) if answer.returns_rows else []

    def parts_integration(self, agency: Agency) -> Integration:
        """How this agency writes its forms."""
        return desk_of(self.settings).registry.integration(agency)

    def delivery(self, task_id: UUID) -> Any:
        (row,) = self.sql("SELECT * FROM delivery WHERE subject_id = :id", id=task_id)
        return row

    def _request(
        self,
        by: Actor,
        operation: str,
        body: dict[str, Any],
        target: UUID | None,
        expected_version: int | None = None,
        command_id: str | None = None,
    ) -> dict[str, Any]:
        return {
            "operation": operation,
            "body": body,
            "target_id": target and str(target),
            "expected_version": expected_version,
            "command_id": command_id,
            "principal": self.signer.sign(by),
            "deadline": time.time() + 30,
            "correlation_id": "test",
        }


def open_house(dsn: str, signing_key: str) -> House:
    signer = PrincipalSigner(signing_key)
    settings = AgenciesSettings.model_validate(
        {
            "bus_url": "redis://127.0.0.1:1/0",
            "principal_public_key": signer.public_key_base64,
            "agencies_dsn": dsn,
            "secrets_key": SECRETS_KEY,
            "webhook_allowed_hosts": "127.0.0.1",
        }
    )
    house_rings: list[None] = []
    return House(dsn, settings, wire(settings, lambda: house_rings.append(None)), signer, house_rings)
