"""The nameko extension that hosts a service's kernel: dispatcher for its methods, loops for its log and feeds."""

import logging
import time
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

import sqlalchemy as sa
from nameko.extensions import DependencyProvider

from shared.bus.probe import takes_messages
from shared.bus.publisher import EventPublisher
from shared.bus.rpc_client import RpcClient
from shared.clock import TrainingClock
from shared.contracts.dead_letters import WAITING, DeadLetterKind
from shared.contracts.envelope import LogRequest
from shared.delivery import catchup
from shared.delivery.feed import Feed
from shared.delivery.reactor import Reactor
from shared.delivery.relay import Relay
from shared.delivery.tables import dead_letter, feed_cursor, log_head, outbox
from shared.errors import Unavailable
from shared.host.feed_loops import FeedLoops
from shared.host.loops import Loop
from shared.host.relay_loops import Bell, RelayLoops
from shared.host.watchdog import Watchdog
from shared.operations import answer_or_problem
from shared.service import Chore, ServiceParts
from shared.settings import BusSettings

log = logging.getLogger(__name__)

SETTINGS = "TIANWEI"

Wire = Callable[[Any, Callable[[], None]], ServiceParts]


class Kernel(DependencyProvider):  # type: ignore[misc]
    """wire(settings, ring) -> ServiceParts. One per service process, shared by all workers."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def setup(self) -> None:
        self._settings: BusSettings = self.container.config[SETTINGS]
        bus_url = self._bus_url = self._settings.bus_url.get_secret_value()
        bell = Bell()
        self.parts = self._wire(self._settings, bell.ring)
        self._stopping = Event()
        self._publisher = EventPublisher(bus_url)
        self._rpc = RpcClient(bus_url, self.parts.name)
        relay = Relay(self.parts.engine, self.parts.name, self._publisher, self._settings.log_digest)
        self._relay = RelayLoops(self.parts.engine, relay, bell)
        self._feeds = [
            FeedLoops(self._feed(producer, reactor), bus_url, self._rpc, bell.ring)
            for producer, reactor in self.parts.reactors.items()
        ]
        self._loops: list[Loop] = [
            *self._relay.loops(),
            *(loop for feed in self._feeds for loop in feed.loops()),
            *(Loop(chore.name, partial(self._round, chore)) for chore in self.parts.chores),
        ]

    def _round(self, chore: Chore) -> None:
        chore.turn()
        self._stopping.wait(chore.every_s)

    def _feed(self, producer: str, reactor: Reactor) -> Feed:
        parts = self.parts
        return Feed(parts.engine, parts.name, producer, reactor, parts.dead_letters, self._settings.county_code)

    def start(self) -> None:
        self._rpc.start(wait_s=0)
        for loop in self._loops:
            self.container.spawn_managed_thread(lambda loop=loop: loop.run(self._stopping), identifier=loop.name)
        watchdog = Watchdog(
            self.parts.name,
            self._loops,
            self._rpc,
            lambda: takes_messages(self._bus_url),
            self._settings.heartbeat_file,
        )
        self.container.spawn_managed_thread(lambda: watchdog.run(self._stopping), identifier="watchdog")

    def stop(self) -> None:
        self._stopping.set()
        for feed in self._feeds:
            feed.wake()
        for chore in self.parts.chores:
            if chore.at_end:
                self._last_round(chore)
        self._rpc.close()
        self._publisher.close()

    @staticmethod
    def _last_round(chore: Chore) -> None:
        try:
            chore.turn()
        except Unavailable as error:
            log.error("the last round failed", extra={"chore": chore.name, "error": str(error)})

    def get_dependency(self, worker_ctx: Any) -> "Kernel":  # noqa: ARG002 - nameko's signature
        return self

    # what the service's methods call

    def command(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.parts.dispatcher.command(request)

    def query(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.parts.dispatcher.query(request)

    def read_log(self, request: dict[str, Any]) -> dict[str, Any]:
        def read(asked: dict[str, Any]) -> dict[str, Any]:
            wanted = LogRequest.model_validate(asked)
            if wanted.deadline < time.time():
                raise Unavailable("deadline-passed")
            with self.parts.engine.connect() as connection:
                return catchup.read_log(connection, self.parts.name, wanted)

        return answer_or_problem(read, request)

    def health(self, request: dict[str, Any]) -> dict[str, Any]:
        return answer_or_problem(lambda _: self._health(), request)

    def _health(self) -> dict[str, Any]:
        """The truth, not "process up": how far log, relay and feeds are and what needs a person."""
        with self.parts.engine.connect() as connection:
            # In one statement: an event that gets its number between two would be in neither.
            waiting = sa.select(sa.func.count()).select_from(outbox).scalar_subquery().label("waiting")
            head = connection.execute(sa.select(log_head.c.position, log_head.c.published, waiting)).one()
            cursors = {row.producer: row for row in connection.execute(sa.select(feed_cursor)).all()}
            letters = _open_dead_letters(connection)
            extra = self.parts.health(connection)
        return {
            "service": self.parts.name,
            "ready": all(feed.caught_up for feed in self._feeds),
            "leads": self._relay.leads,
            "last_relay_tick_age_s": _age(self._relay.last_tick_at),
            "head": head.position,
            "published": head.published,
            "unnumbered": head.waiting,
            "unrouted": self._relay.unrouted,
            **letters,
            **self._drill(),
            "feeds": {feed.producer: _feed_health(feed, cursors.get(feed.producer)) for feed in self._feeds},
            **extra,
        }

    def _drill(self) -> dict[str, Any]:
        """Said wherever readiness is asked: this house is not for real cases."""
        clock = self.parts.clock
        return {"training_clock_ahead_s": int(clock.ahead.total_seconds())} if isinstance(clock, TrainingClock) else {}


_LETTERS = {
    DeadLetterKind.PARKED_EVENT: "parked",
    DeadLetterKind.REFUSED_MESSAGE: "refused",
    DeadLetterKind.EXHAUSTED_DELIVERY: "exhausted",
    DeadLetterKind.FORKED_FEED: "forked",
}


def _open_dead_letters(connection: sa.Connection) -> dict[str, int]:
    """How many of each kind wait for a person."""
    rows = connection.execute(
        sa.select(dead_letter.c.kind, sa.func.count())
        .where(dead_letter.c.status.in_([status.value for status in WAITING]))
        .group_by(dead_letter.c.kind)
    )
    found = {kind: int(number) for kind, number in rows}
    return {name: found.get(kind.value, 0) for kind, name in _LETTERS.items()}


def _feed_health(feed: FeedLoops, cursor: Any) -> dict[str, Any]:
    """cursor: its row, which any replica may have moved. head: as far as the producer has said."""
    position = 0 if cursor is None else cursor.position
    return {
        "position": position,
        "head": max(feed.head, position),
        "lag": max(0, feed.head - position),
        "state": feed.standing.value if cursor is None or cursor.state == "running" else cursor.state,
        "caught_up": feed.caught_up,
        "head_known_age_s": None if feed.heard_at is None else round(time.monotonic() - feed.heard_at, 1),
    }


def _age(at: float | None) -> float | None:
    return None if at is None else round(time.monotonic() - at, 3)
