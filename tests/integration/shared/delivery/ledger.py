"""The smallest service that uses the kernel: accounts that are opened and counted up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from shared.clock import SystemClock
from shared.contracts import dead_letters
from shared.contracts.base import Event, EventMeta
from shared.contracts.codes import Role
from shared.contracts.envelope import CloudEvent
from shared.delivery.dead_letters import DeadLetterBook
from shared.delivery.feed import Feed
from shared.delivery.log import chain_hash
from shared.delivery.reactor import Reaction, Reactor
from shared.delivery.relay import Relay
from shared.delivery.runner import Idempotency, UnitRunner
from shared.delivery.unit import TableStore, Unit
from shared.errors import Unavailable
from shared.principal import Actor

BY = Actor("clerk-1", "张三", frozenset({Role.COORDINATOR}), "coordinator", "640521")

_meta = sa.MetaData()
counter = sa.Table(
    "counter",
    _meta,
    sa.Column("id", pg.UUID(as_uuid=True), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("value", sa.Integer, nullable=False),
)
seen = sa.Table(
    "seen",
    _meta,
    sa.Column("place", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("counter_id", pg.UUID(as_uuid=True), nullable=False),
    sa.Column("value", sa.Integer, nullable=False),
)


def make_tables(connection: Connection) -> None:
    _meta.create_all(connection)


class LedgerEvent(Event, source="ledger"):
    counter_id: UUID


class CountedUpV1(LedgerEvent):
    value: int


class ClosedV1(LedgerEvent):
    pass


@dataclass
class Counter:
    TYPE: ClassVar[str] = "counter"
    id: UUID
    version: int = 0
    jurisdiction: str = "640521000000"
    value: int = 0

    def apply(self, event: Any) -> None:
        if isinstance(event, CountedUpV1):
            self.value = event.value


class CounterStore(TableStore[Counter]):
    def __init__(self) -> None:
        super().__init__(counter)

    def to_row(self, aggregate: Counter) -> Mapping[str, Any]:
        return {"value": aggregate.value}

    def from_row(self, row: RowMapping) -> Counter:
        return Counter(row["id"], row["version"], value=row["value"])


class WatcherDeadLetterOpenedV1(dead_letters.DeadLetterOpened, source="watcher"):
    pass


class WatcherDeadLetterReplayFailedV1(dead_letters.DeadLetterReplayFailed, source="watcher"):
    pass


class WatcherDeadLetterSettledV1(dead_letters.DeadLetterSettled, source="watcher"):
    pass


class WatcherDeadLetterDiscardProposedV1(dead_letters.DeadLetterDiscardProposed, source="watcher"):
    pass


class WatcherDeadLetterDiscardedV1(dead_letters.DeadLetterDiscarded, source="watcher"):
    pass


WATCHER_BOOK = DeadLetterBook(
    "watcher",
    dead_letters.DeadLetterEvents(
        WatcherDeadLetterOpenedV1,
        WatcherDeadLetterReplayFailedV1,
        WatcherDeadLetterSettledV1,
        WatcherDeadLetterDiscardProposedV1,
        WatcherDeadLetterDiscardedV1,
    ),
)


class Ledger:
    """The producer's side."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = CounterStore()
        self.rung = 0
        self.runner = UnitRunner(engine, Unit, SystemClock(), self._ring)
        self.sent: list[dict[str, Any]] = []
        self.bus_is_down = False
        self.relay = Relay(engine, "ledger", self)

    def _ring(self) -> None:
        self.rung += 1

    def publish(self, source: str, batches: Sequence[Sequence[dict[str, Any]]]) -> bool:
        if self.bus_is_down:
            raise Unavailable("bus.down", source=source)
        for batch in batches:
            self.sent.extend(batch)
        return True

    def open(self) -> UUID:
        id_ = uuid4()
        self.count_up(id_, new=True)
        return id_

    def count_up(self, id_: UUID, *, new: bool = False, key: str | None = None, request: str = "up") -> int:
        def use_case(unit: Unit) -> dict[str, Any]:
            aggregate = Counter(id_) if new else self.store.lock(unit.connection, id_)
            unit.record(aggregate, self.store, [CountedUpV1(counter_id=id_, value=aggregate.value + 1)])
            return {"value": aggregate.value}

        once = Idempotency("clerk-1", key, request) if key else None
        return int(self.runner.run(BY, use_case, correlation_id="c", once=once)["value"])

    def events(self) -> list[CloudEvent]:
        """Number and publish everything; what the bus carried so far."""
        self.relay.number()
        self.relay.publish()
        return [CloudEvent.model_validate(made) for made in self.sent]


class Watcher:
    """The consumer's side: writes down every value it is told, unless told to fail."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.fails_on: set[int] = set()
        self.dies_on: set[int] = set()
        self.patience_ms = 0
        self.reactor = Reactor([Reaction(CountedUpV1, self._on)], Unit, SystemClock())
        self.feed = Feed(engine, "watcher", "ledger", self.reactor, WATCHER_BOOK, "640521000000")

    def _on(self, event: CountedUpV1, meta: EventMeta, unit: Unit) -> None:  # noqa: ARG002
        if self.patience_ms:
            unit.connection.execute(sa.text(f"SET LOCAL lock_timeout = '{self.patience_ms}ms'"))
        unit.connection.execute(sa.insert(seen).values(counter_id=event.counter_id, value=event.value))
        if event.value in self.fails_on:
            raise RuntimeError(f"cannot take {event.value}")
        if event.value in self.dies_on:
            raise SystemExit  # as near to a crash as a test comes that goes on living

    def values(self, counter_id: UUID | None = None) -> list[int]:
        statement = sa.select(seen.c.value).order_by(seen.c.place)
        if counter_id is not None:
            statement = statement.where(seen.c.counter_id == counter_id)
        with self.engine.connect() as connection:
            return list(connection.execute(statement).scalars())

    def outcomes(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text("SELECT outcome FROM inbox ORDER BY position")).scalars())

    def parked_reasons(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text("SELECT reason FROM parked ORDER BY position")).scalars())

    def opened(self) -> list[tuple[str, str, int]]:
        """Kind, reason and times of the dead letters, in their order."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT kind, reason, times FROM dead_letter ORDER BY opened_at, id"))
            return [tuple(row) for row in rows]

    def told(self) -> list[str]:
        """Types of the watcher's own events."""
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text("SELECT type FROM event_log ORDER BY event_id")).scalars())

    def make_due(self) -> None:
        """What waiting for the next try would do."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE attempt SET next_at = :then"), {"then": datetime(2000, 1, 1, tzinfo=UTC)}
            )


def rewritten(event: CloudEvent, **changes: Any) -> CloudEvent:
    """The event with other content, hashed as its producer would have."""
    changed = event.model_copy(update=changes)
    hash_ = chain_hash(changed.prevhash, changed.logid, changed.position, changed.id, changed.type, changed.data or {})
    return changed.model_copy(update={"hash": hash_})
