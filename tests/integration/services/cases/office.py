"""People of a county who speak to cases the way the gateway does, and what they say."""

import base64
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.cases.storage.unit import CasesUnit
from shared.clock import FixedClock
from shared.contracts.base import EventMeta
from shared.contracts.codes import Role
from shared.delivery.reactor import Reaction
from shared.ids import new_id
from shared.principal import Actor, PrincipalSigner
from shared.service import ServiceParts

COUNTY, TOWNSHIP, OTHER_TOWNSHIP = "640521", "640521104", "640521100"


def new_signing_key() -> str:
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def actor(role: Role, jurisdiction: str, name: str = "张三") -> Actor:
    return Actor(f"{role}:{jurisdiction}", name, frozenset({role}), jurisdiction, jurisdiction)


COORDINATOR = actor(Role.COORDINATOR, COUNTY, "王协调")
OFFICER = actor(Role.TOWNSHIP_OFFICER, TOWNSHIP, "李乡镇")
OTHER_OFFICER = actor(Role.TOWNSHIP_OFFICER, OTHER_TOWNSHIP, "赵邻镇")
OTHER_COUNTY = actor(Role.COORDINATOR, "640522", "孙海原")
AGENCY = actor(Role.AGENCY_OFFICER, "640521", "周部门")


class Refused(Exception):
    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem)
        self.code, self.kind = problem["code"], problem["kind"]
        self.field, self.facts = problem["field"], problem["facts"]


class Office:
    """clock: the service's own; move it to let days pass."""

    def __init__(self, parts: ServiceParts, signer: PrincipalSigner, clock: FixedClock) -> None:
        self.parts, self.clock = parts, clock
        self._signer = signer

    def command(
        self,
        by: Actor,
        operation: str,
        body: dict[str, Any] | None = None,
        target: Any = None,
        *,
        version: int | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        request = self._request(by, operation, body) | {"target_id": target and str(target)}
        request |= {"expected_version": version, "command_id": key or str(uuid4())}
        return _answer(self.parts.dispatcher.command(request))

    def query(self, by: Actor, operation: str, /, **body: Any) -> dict[str, Any]:
        return _answer(self.parts.dispatcher.query(self._request(by, operation, body)))

    def days_pass(self, days: int) -> None:
        self.clock.at += timedelta(days=days)

    def react(self, reactions: Sequence[Reaction], event: Any) -> None:
        """Apply a foreign event in a unit of its own, as the feed does."""
        handler = next(reaction.handler for reaction in reactions if isinstance(event, reaction.event))
        meta = EventMeta(
            event_id=new_id(),
            source=event.source,
            type=event.type,
            subject=event.task_id,
            time=event.at,
            position=1,
            actor="agency",
            jurisdiction=COUNTY,
            correlation_id="test",
        )
        by = Actor("agency", "部门", frozenset(), "", COUNTY)
        with self.parts.engine.begin() as connection:
            unit: CasesUnit = self.parts.open_unit(connection, by, self.clock.now(), "test")
            handler(event, meta, unit)
            unit.flush()

    def events(self, *ids: Any) -> list[Any]:
        """The log of some aggregates, oldest first."""
        with self.parts.engine.connect() as connection:
            statement = sa.text(
                "SELECT type, aggregate_type, aggregate_id, aggregate_seq, actor, payload FROM event_log "
                "WHERE aggregate_id = ANY(CAST(:ids AS uuid[])) ORDER BY occurred_at, event_id"
            )
            return list(connection.execute(statement, {"ids": [str(id_) for id_ in ids]}))

    def _request(self, by: Actor, operation: str, body: dict[str, Any] | None) -> dict[str, Any]:
        return {
            "operation": operation,
            "body": body or {},
            "principal": self._signer.sign(by),
            "deadline": time.time() + 10,
            "correlation_id": uuid4().hex,
        }


def _answer(reply: dict[str, Any]) -> dict[str, Any]:
    if "problem" in reply:
        raise Refused(reply["problem"])
    return dict(reply["ok"])


def papers(*kinds: str) -> dict[str, Any]:
    """Each with number and date, as a paper that stops a clock must have."""
    told = {"document_no": "1号", "dated_on": "2026-04-20"}
    return {"documents": [{"kind": kind, "title": kind, **told} for kind in kinds]}


OFFICERS = {"officers": ["甲", "乙"]}


def sand_yard(**changes: Any) -> dict[str, Any]:
    return {
        "source": "patrol",
        "division_code": "640521104000",
        "place": "恩和镇某村",
        "description": "硬化地面，堆放砂石",
        "area_m2": 8400,
        **changes,
    }


def verified(office: Office, of: Any = None, **changes: Any) -> dict[str, Any]:
    """A clue with an opinion. of: the id of one that is there already."""
    clue = {"id": of} if of else office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
    office.command(OFFICER, "clue.sign", {}, clue["id"])
    office.command(OFFICER, "clue.start-verification", OFFICERS, clue["id"])
    opinion = {
        "opinion": "non_agri_illegal",
        "facts": "未经批准占用耕地",
        "area_m2": 8400,
        "farmland_area_m2": 7000,
        "pbf_area_m2": 4200,
        **papers("verification_report", "site_photos"),
        **changes,
    }
    return office.command(OFFICER, "clue.submit-opinion", opinion, clue["id"])


def filing(**changes: Any) -> dict[str, Any]:
    return {
        "title": "某砂场违法占地案",
        "violation_types": ["VT01", "VT03"],
        "party_name": "某砂场",
        "party_kind": "individual_business",
        "lead_agency": "natural_resources",
        **OFFICERS,
        "reason": "符合立案条件",
        **papers("filing_approval"),
        **changes,
    }


def filed(office: Office) -> dict[str, Any]:
    clue = verified(office)
    return office.command(COORDINATOR, "clue.file-case", filing(), clue["id"])


def correction(**changes: Any) -> dict[str, Any]:
    return {
        "title": "某砂场整改",
        "method": "demolish_and_restore",
        "area_m2": 8400,
        "farmland_area_m2": 7000,
        "term_days": 15,
        "responsible_person": "镇长",
        "requirement": "拆除复耕",
        **papers("correction_order"),
        **changes,
    }


def acceptance(**changes: Any) -> dict[str, Any]:
    """What the county's acceptance says of land that is ready to sow, with everybody on site and all signatures."""
    on_site = {"丙": "natural_resources", "丁": "agriculture", "戊": "township"}
    parts = ("party_or_village", "township", "agriculture", "natural_resources", "coordinator")
    return {
        "tillage_state": "ready_to_sow",
        "members": [{"name": name, "agency": agency} for name, agency in on_site.items()],
        "signers": [{"part": part, "name": part} for part in parts],
        **papers("acceptance_sheet"),
        **changes,
    }


def invitation(*agencies: str, **changes: Any) -> dict[str, Any]:
    return {
        "title": "联合执法",
        "reason": "拒不停止",
        "place": "恩和镇",
        "acting_at": "2026-05-07T09:00:00+08:00",
        "lead_agency": agencies[0],
        "form": "consultation",
        "tasks": [{"agency": agency, "matter": "到场"} for agency in agencies],
        **changes,
    }
