"""A county with both services over their own databases: commands through the doors, events carried between them."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Engine

from services.agencies.handlers.on_cases import REACTIONS as OF_AGENCIES
from services.agencies.wiring import sweep_offers
from services.cases.handlers.on_agencies import REACTIONS as OF_CASES
from shared.clock import FixedClock
from shared.contracts.base import Event, EventMeta
from shared.contracts.codes import Agency, Role
from shared.delivery.reactor import Reaction
from shared.delivery.runner import UnitRunner
from shared.principal import Actor
from shared.service import ServiceParts
from tests.integration.services.agencies.house import House, officer
from tests.integration.services.cases.office import COORDINATOR, COUNTY, Office
from tests.unit.services.agencies.builders import result

SIGN = {"signed_by": "王五"}
ACCEPT = {"contact_person": "赵六"}
DECLINE = {"return_reason": "material_incomplete", "reason": "缺少勘测资料"}


class Feed:
    """One direction: every committed event of the producer reaches its reactions once, per aggregate in order."""

    def __init__(
        self, producer: ServiceParts, consumer: ServiceParts, reactions: Sequence[Reaction], clock: FixedClock
    ):
        self._producer, self._reactions = producer, {reaction.event.type: reaction for reaction in reactions}
        self._runner: UnitRunner[Any] = UnitRunner(consumer.engine, consumer.open_unit, clock, lambda: None)
        # Below floor everything has been taken; above it a place may be committed later than a higher one.
        self._floor, self._taken = 0, set[int]()
        self._lock = Lock()

    def carry(self) -> int:
        """What is new; how many events a reaction took."""
        with self._lock:
            return sum(self._take(row) for row in self._fresh())

    def _fresh(self) -> list[Any]:
        log = "SELECT o.id AS place, e.* FROM outbox o JOIN event_log e USING (event_id) WHERE o.id > :after ORDER BY 1"
        with self._producer.engine.connect() as connection:
            found = connection.execute(sa.text(log), {"after": self._floor})
            return [row for row in found if row.place not in self._taken]

    def at_rest(self) -> None:
        """Nobody writes now: what comes later has a higher place."""
        with self._lock:
            self._floor = max((self._floor, *self._taken))
            self._taken.clear()

    def _take(self, row: Any) -> int:
        self._taken.add(row.place)
        reaction = self._reactions.get(row.type)
        if reaction is None:
            return 0
        event: Event = reaction.event.model_validate(row.payload)
        meta = EventMeta(
            event_id=row.event_id,
            source=f"/{self._producer.name}",
            type=row.type,
            subject=row.aggregate_id,
            time=row.occurred_at,
            position=row.place,
            actor=row.actor,
            jurisdiction=row.audience,
            correlation_id=row.correlation_id,
        )
        by = Actor(row.actor, row.actor_name or row.actor, frozenset(), "", COUNTY)

        def use_case(unit: Any) -> dict[str, Any]:
            reaction.handler(event, meta, unit)
            return {}

        self._runner.run(by, use_case, correlation_id=meta.correlation_id, causation_id=str(meta.event_id))
        return 1


class County:
    def __init__(self, office: Office, house: House) -> None:
        self.office, self.house, self.clock = office, house, office.clock
        self.feeds = (
            Feed(office.parts, house.parts, OF_AGENCIES, office.clock),
            Feed(house.parts, office.parts, OF_CASES, office.clock),
        )
        self._sweeper: UnitRunner[Any] = UnitRunner(house.engine, house.parts.open_unit, office.clock, lambda: None)

    def settle(self) -> None:
        """Until nobody has anything new to tell."""
        while sum(feed.carry() for feed in self.feeds):
            continue
        for feed in self.feeds:
            feed.at_rest()

    def sweep(self) -> None:
        sweep_offers(self._sweeper, f"{COUNTY}000000")

    def convene(self, case: Mapping[str, Any], *agencies: str, **more: Any) -> dict[str, Any]:
        body = {
            "title": "联合执法",
            "reason": "拒不停止",
            "place": "恩和镇",
            "acting_at": self.clock.at.isoformat(),
            "lead_agency": agencies[0],
            "form": "consultation",
            "tasks": [{"agency": agency, "matter": "到场"} for agency in agencies],
            **more,
        }
        made = self.office.command(COORDINATOR, "case.convene-joint-action", body, case["id"])
        self.settle()
        return made

    def action(self, id_: Any) -> dict[str, Any]:
        return self.office.query(COORDINATOR, "joint_action.get", id=str(id_))

    def live(self, id_: Any) -> dict[str, dict[str, Any]]:
        """The tasks that count, by agency, as cases pictures them."""
        tasks = self.action(id_)["tasks"]
        return {task["agency"]: task for task in tasks if not task["replaced_by"] and task["state"] != "withdrawn"}

    def task(self, id_: Any) -> dict[str, Any]:
        """As agencies has it."""
        return dict(self.house.asked(self.coordinator, "task.get", id=str(id_)))

    @property
    def coordinator(self) -> Actor:
        return COORDINATOR

    def act(self, agency: str, verb: str, task: Any, body: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """One step of an agency on its task; the answer of the dispatcher."""
        bodies: dict[str, Mapping[str, Any]] = {"sign": SIGN, "accept": ACCEPT, "decline": DECLINE}
        if verb == "report" and body is None:
            body = {"result": result(Agency(agency)).model_dump(mode="json")}
        by = officer(Agency(agency), more.pop("role", Role.AGENCY_OFFICER))
        return self.house.command(by, f"task.{verb}", dict(body or bodies.get(verb, {})), UUID(str(task)), **more)

    def direct(self, verb: str, task: Any) -> Any:
        """One step of the coordinator on a task."""
        bodies: dict[str, dict[str, Any]] = {"return": {"points": ["面积不一致"]}, "withdraw": {"reason": "情况有变"}}
        return self.house.command(self.coordinator, f"task.{verb}", bodies.get(verb, {}), UUID(str(task)))

    def finish(self, agency: str, task: Any) -> None:
        for verb in ("sign", "accept", "report"):
            answer = self.act(agency, verb, task)
            assert "ok" in answer, answer
        self.settle()


def rows(engine: Engine, statement: str, **values: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(sa.text(statement), values))


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run them in threads that start together; answers, and errors as they were raised."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(run, act) for act in acts]
    return [one.exception() or one.result() for one in running]
