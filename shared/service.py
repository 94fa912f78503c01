"""What a service is made of, whoever hosts it: its wiring puts this together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from shared.audit.retention import LOOK_S, Retention
from shared.audit.writer import ROUND_S, AuditWriter
from shared.audit_desk import AuditDesk, OnKept
from shared.citations import cite
from shared.clock import Clock, open_clock
from shared.database import open_engine
from shared.dead_letter_desk import DeadLetterDesk, Resume
from shared.delivery.dead_letters import DeadLetterBook
from shared.delivery.reactor import Reaction, Reactor
from shared.delivery.runner import OpenUnit, UnitRunner
from shared.operations import Dispatcher, Operation
from shared.principal import PrincipalVerifier
from shared.settings import BusSettings, rereader
from shared.signing_keys import VerifyingKeys
from shared.standing import Wall

# Connections beyond one a worker: relay, feed, catch-up, health, audit.
_SPARE_CONNECTIONS = 6

# Called after a commit that told events: it wakes whoever passes them on.
Ring = Callable[[], None]
Health = Callable[[Connection], dict[str, Any]]


@dataclass(frozen=True)
class Chore:
    """What a service does by itself: turn() does one round, again every_s seconds after it ended.

    at_end: a last round is made when the service stops.
    """

    name: str
    turn: Callable[[], Any]
    every_s: float
    at_end: bool = False


Chores = Callable[[UnitRunner[Any]], Sequence[Chore]]


def _no_chores(_: UnitRunner[Any]) -> Sequence[Chore]:
    return ()


def _no_facts(_: Connection) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class ServiceParts:
    """name: its name on the bus and the source of its events.

    reactors: per producer, what it does on which event.
    chores: rounds that the service makes by itself, every replica.
    health: extra facts for the health answer, like jobs waiting; reads only.
    """

    name: str
    engine: Engine
    dispatcher: Dispatcher[Any]
    open_unit: OpenUnit[Any]
    clock: Clock
    dead_letters: DeadLetterBook
    reactors: Mapping[str, Reactor] = field(default_factory=dict)
    health: Health = _no_facts
    chores: Sequence[Chore] = ()


def assemble(
    name: str,
    dsn: SecretStr,
    settings: BusSettings,
    ring: Ring,
    *,
    open_unit: OpenUnit[Any],
    operations: Sequence[Operation],
    reactions: Mapping[str, Sequence[Reaction]],
    health: Health = _no_facts,
    resume: Resume | None = None,
    chores: Chores = _no_chores,
    clock: Clock | None = None,
    cites: Callable[[str], str] = cite,
    wall: Wall,
    on_checkpoint: OnKept | None = None,
) -> ServiceParts:
    """The parts around a service's own. dsn: its database, as its run-time role. resume: of a service that sends.

    cites: how a refusal writes what it rests on. wall: what its transactions say of who asks; the service's own loops
    act for the house. on_checkpoint: of the service that sends checkpoints of the audit out.
    """
    workers = settings.max_workers
    engine = open_engine(dsn.get_secret_value(), pool_size=workers + _SPARE_CONNECTIONS, application=f"tianwei-{name}")
    clock = clock or open_clock(settings.training_clock)
    runner = UnitRunner(engine, open_unit, clock, ring, wall)
    reactors = {producer: Reactor(known, open_unit, clock) for producer, known in reactions.items()}
    book = DeadLetterBook(name)
    desk = DeadLetterDesk(book, reactors, clock, resume)
    verifier = PrincipalVerifier(VerifyingKeys(settings.principal_public_key, rereader("principal_public_key")))
    audit, digest = AuditWriter(engine, settings.log_digest), settings.log_digest
    every = (*operations, *desk.operations(), *AuditDesk(name, on_checkpoint).operations())
    dispatcher = Dispatcher(every, runner, engine, verifier, cites, wall, settings.county_code, audit)
    auditing = (
        Chore("audit.write", audit.flush, ROUND_S, at_end=True),
        Chore("audit.forget", Retention(engine, settings.audit_days, digest).turn, LOOK_S),
    )
    own = UnitRunner(engine, open_unit, clock, ring)
    rounds = (*chores(own), *auditing)
    return ServiceParts(name, engine, dispatcher, open_unit, clock, book, reactors, health, rounds)
