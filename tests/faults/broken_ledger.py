"""The kernel's smallest producer and consumer, each with its own database, as the checker needs them.

The consumer tells an event of its own for every event it hears, so that what it lost, doubled or reordered shows.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from uuid import UUID

import pytest
import sqlalchemy as sa

from shared import crash_points
from shared.clock import SystemClock
from shared.contracts.base import Event, EventMeta
from shared.contracts.envelope import CloudEvent, LogPage, LogRequest
from shared.crash_points import CrashPoint
from shared.database import open_engine
from shared.delivery import catchup
from shared.delivery.feed import Feed, Standing, Step
from shared.delivery.reactor import Reaction, Reactor
from shared.delivery.relay import Relay
from shared.delivery.schema import create_kernel
from shared.delivery.unit import Unit
from tests.faults import checker
from tests.faults.checker import Kept, Report
from tests.integration.shared.delivery.ledger import (
    WATCHER_BOOK,
    CountedUpV1,
    Counter,
    CounterStore,
    Ledger,
    make_tables,
)
from tests.support.nodes import PostgresNode

_numbers = count(1)
_HASH = sa.text("SELECT o.hash, h.log_id FROM log_order o CROSS JOIN log_head h WHERE o.position = :position")


class SeenV1(Event, source="watcher"):
    """The consumer has heard of it."""

    counter_id: UUID
    value: int


class Mirror(Counter):
    """The consumer's picture of a counter."""

    def apply(self, event: Event) -> None:
        assert isinstance(event, SeenV1)
        self.value = event.value


class Crash(Exception):
    """The process died here; what it had in memory and in open transactions is gone."""


@contextmanager
def crash_at(point: CrashPoint) -> Iterator[None]:
    """Die when the point is first reached. AssertionError when it is not."""
    reached: list[CrashPoint] = []

    def hook(at: CrashPoint, _: object) -> None:
        if at is point and not reached:
            reached.append(at)
            raise Crash

    crash_points.install(hook)
    try:
        with suppress(Crash):
            yield
    finally:
        crash_points.install(None)
    assert reached, f"{point} was not reached"


class Ground:
    """Two databases, made once because that takes a second, and emptied for each pair."""

    def __init__(self, postgres: PostgresNode) -> None:
        self.postgres = postgres
        self.ledger, self.watcher = (postgres.create_database(name) for name in ("broken_ledger", "broken_watcher"))


class Pair:
    """A ledger, whose events a watcher hears."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._engines: list[sa.Engine] = []
        self._backups: list[str] = []
        self.ledger = Ledger(self._emptied(ground.ledger))
        self.consumer = self._emptied(ground.watcher)
        self.fails_on: set[int] = set()
        self.poisoned: set[str] = set()
        self.refused = 0
        self._mirrors = CounterStore()
        self._relay = Relay(self.consumer, "watcher", Ledger(self.consumer))
        self.feed = self.new_feed()

    def _emptied(self, dsn: str) -> sa.Engine:
        engine = open_engine(dsn, pool_size=6)
        self._engines.append(engine)
        with engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
            create_kernel(connection)
            make_tables(connection)
        return engine

    def close(self) -> None:
        for engine in self._engines:
            engine.dispose()
        for name in self._backups:
            self._ground.postgres.drop_database(name)

    def new_feed(self) -> Feed:
        """As a process that has just started has it."""
        reactor = Reactor([Reaction(CountedUpV1, self._on)], Unit, SystemClock())
        self.feed = Feed(self.consumer, "watcher", "ledger", reactor, WATCHER_BOOK, "640521000000")
        return self.feed

    def _on(self, event: CountedUpV1, _: EventMeta, unit: Unit) -> None:
        if event.value in self.fails_on:
            raise RuntimeError("poison")
        id_ = event.counter_id
        known = unit.connection.execute(sa.text("SELECT version FROM counter WHERE id = :id"), {"id": id_}).scalar()
        mirror = Mirror(id_, version=known or 0)
        unit.record(mirror, self._mirrors, [SeenV1(counter_id=id_, value=event.value)])

    # what happens

    def counted(self, times: int) -> UUID:
        """A counter with so many events."""
        id_ = self.ledger.open()
        for _ in range(times - 1):
            self.ledger.count_up(id_)
        return id_

    def hear(self, events: list[CloudEvent] | None = None) -> Step:
        """By the bus; everything there is by default."""
        return self.feed.offer(self.ledger.events() if events is None else events)

    def catch_up(self, ledger: Ledger | None = None) -> Step:
        """Page by page, until nothing more comes of it; what is tried again is due at once."""
        source = ledger or self.ledger
        source.events()
        while True:
            after = self.feed.position()
            step = self.feed.offer_page(after, _page(source, after, self.feed.wanted))
            if step.standing is Standing.LATER:
                with self.consumer.begin() as connection:
                    connection.execute(sa.text("UPDATE attempt SET next_at = now()"))
            elif step.position == after or not step.applies:
                return step

    def report(self) -> Report:
        """When the watcher's own events have their positions."""
        self.ledger.events()
        self._relay.number()
        self._relay.publish()
        return checker.check_pair(
            _dsn(self.ledger.engine),
            "ledger",
            _dsn(self.consumer),
            "watcher",
            wanted=(CountedUpV1.type,),
            reactions=(checker.Reaction(CountedUpV1.type, SeenV1.type),),
            poisoned=self.poisoned,
            objects={"counter": Kept("counter")},
            refused=self.refused,
        )

    # a producer put back to an older state

    def backup(self) -> str:
        """Name of a copy of the ledger's database as it is now."""
        name = f"broken_backup_{next(_numbers)}"
        self.ledger.engine.dispose()
        original = self.ledger.engine.url.database
        with self.consumer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{original}"'))
        self._backups.append(name)
        return name

    def restore(self, backup: str, *, new_log_id: bool) -> None:
        """The ledger goes on from its backup. new_log_id: as reliability.md 2 asks for."""
        engine = open_engine(_dsn(self.ledger.engine, backup), pool_size=6)
        self._engines.append(engine)
        if new_log_id:
            with engine.begin() as connection:
                connection.execute(sa.text("UPDATE log_head SET log_id = gen_random_uuid()"))
        self.ledger = Ledger(engine)

    def accept_fork(self, common: int) -> None:
        """What two people decide: go on in the new log, from the last position both have."""
        with self.ledger.engine.connect() as connection:
            row = connection.execute(_HASH, {"position": common}).one()
        with self.consumer.begin() as connection:
            self.feed.key.set_state(connection, "accepting")
            connection.execute(sa.text("UPDATE dead_letter SET status = 'settled' WHERE kind = 'forked_feed'"))
        self.feed.go_on_from(common, row.hash, row.log_id)


def _page(source: Ledger, after: int, wanted: list[str]) -> LogPage:
    asked = LogRequest(consumer="watcher", after=after, limit=200, wanted=wanted, deadline=0)
    with source.engine.connect() as connection:
        return LogPage.model_validate(catchup.read_log(connection, "ledger", asked))


def _dsn(engine: sa.Engine, database: str | None = None) -> str:
    url = engine.url if database is None else engine.url.set(database=database)
    return url.render_as_string(hide_password=False)


Break = Callable[[pytest.MonkeyPatch], None]
Situation = Callable[[Pair], None]


def proven(ground: Ground, remove_line: Break, situation: Situation) -> Report:
    """Without the line, what the checker says of the situation; with it, that there is nothing to say."""
    whole = Pair(ground)
    try:
        situation(whole)
        report = whole.report()
        assert report.ok, report.findings
        assert report.checked["events"] > 0
    finally:
        whole.close()
    with pytest.MonkeyPatch.context() as patch:
        remove_line(patch)
        broken = Pair(ground)
        try:
            situation(broken)
            return broken.report()
        finally:
            broken.close()
