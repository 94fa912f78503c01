"""The loops that hear a producer: from the bus, and from its log when the bus left something out."""

import logging
import random
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from threading import Event
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.bus import serializer
from shared.bus.connection import user_of
from shared.bus.event_consumer import EventConsumer
from shared.bus.rpc_client import RpcClient
from shared.contracts.envelope import CloudEvent, LogPage, LogRequest
from shared.crash_points import CrashPoint, reach
from shared.delivery.feed import Feed, Standing, Step
from shared.errors import Unavailable, from_problem
from shared.host.loops import Loop

log = logging.getLogger(__name__)

CATCH_UP_S = 10.0
FIRST_CATCH_UP_S = 0.3
CATCH_UP_DEADLINE_S = 5.0
DRAIN_S = 1.0
# What does not fit is fetched by catch-up; a buffer without a bound would only hide the lag.
MOST_BUFFERED = 2000
MOST_MESSAGE_BYTES = 4 * 1024 * 1024
# Events asked for at once in catch-up; a page ends at 1 MiB in any case.
PAGE = 200

_BATCH = TypeAdapter(list[CloudEvent])


class Unreadable(ValueError):
    """A message that is no batch of the producer's events. reason: a code for the register of dead letters."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FeedLoops:
    """One consumer, one producer: hear (bus to buffer), apply (buffer and log to database)."""

    def __init__(self, feed: Feed, bus_url: str, rpc: RpcClient, ring: Callable[[], None]) -> None:
        self._feed = feed
        self._bus_url = bus_url
        self._rpc = rpc
        self._ring = ring
        self._buffer: deque[CloudEvent] = deque()
        self._heard = Event()
        self._consumer = EventConsumer(bus_url, feed.producer, feed.consumer, self._on_message)
        self._catch_up_at = 0.0
        self.caught_up = False
        self.standing = Standing.GAP
        self.head = 0
        # When the producer last said how far it is; monotonic.
        self.heard_at: float | None = None
        self._position = 0

    @property
    def producer(self) -> str:
        return self._feed.producer

    @property
    def position(self) -> int:
        return self._position

    def loops(self) -> list[Loop]:
        return [Loop(f"feed.{self.producer}.hear", self._hear), Loop(f"feed.{self.producer}.apply", self._apply)]

    def wake(self) -> None:
        """End a rest early, so that a loop told to stop sees it."""
        self._heard.set()

    # from the bus

    def _hear(self) -> None:
        if self._consumer.hear(DRAIN_S):
            self._catch_up_now()

    def _on_message(self, message: Any) -> None:
        """Keep what it says and acknowledge: the log has it, so a lost or early ack costs nothing."""
        try:
            events = self._read_message(message)
        except Unreadable as unreadable:
            self._feed.refuse(unreadable.reason, repr(message.body[:1000]))
            self._catch_up_now()
            events = []
        if len(self._buffer) + len(events) <= MOST_BUFFERED:
            self._buffer.extend(events)
        else:
            self._catch_up_now()
        reach(CrashPoint.FEED_BEFORE_ACK)
        message.ack()
        reach(CrashPoint.FEED_AFTER_ACK)
        self._heard.set()

    def _read_message(self, message: Any) -> list[CloudEvent]:
        """Raises Unreadable."""
        if len(message.body) > MOST_MESSAGE_BYTES:
            raise Unreadable("oversize")
        if message.content_type != serializer.EVENTS_TYPE:
            raise Unreadable("content_type")
        if self._expected_user is not None and message.properties.get("user_id") != self._expected_user:
            raise Unreadable("foreign_sender")
        try:
            events = _BATCH.validate_json(message.body)
        except (ValueError, ValidationError) as error:
            raise Unreadable("unreadable") from error
        if any(event.source != f"/{self.producer}" for event in events):
            raise Unreadable("foreign_source")
        return events

    @property
    def _expected_user(self) -> str | None:
        """Whose messages these must be; RabbitMQ lets nobody send under another user's name.

        Where each service has its own broker user, named after it (deploy/make_secrets.py), it is the producer's; where
        the house shares one user, that one.
        """
        own = user_of(self._bus_url)
        return self.producer if own == self._feed.consumer else own

    # to the database

    def _apply(self) -> None:
        self._heard.wait(max(0.0, min(CATCH_UP_S, self._catch_up_at - time.monotonic())))
        self._heard.clear()
        if self._buffer:
            events = [self._buffer.popleft() for _ in range(len(self._buffer))]
            self._after(self._feed.offer(events))
        if time.monotonic() >= self._catch_up_at:
            self._catch_up()

    def _catch_up(self) -> None:
        """Ask the producer's log until its head is reached."""
        # Set before asking: a failure must not make the next try come at once. Until the first success the service is
        # not ready, and its producer is most likely starting too.
        period_s = CATCH_UP_S if self.caught_up else FIRST_CATCH_UP_S
        self._catch_up_at = time.monotonic() + random.uniform(0.7, 1.3) * period_s
        while True:
            cursor = self._feed.cursor()
            after = cursor.position
            if cursor.state == "accepting":
                self._go_on_in_the_new_log(after)
                continue
            page = self._read(after)
            self.head, self.heard_at = page.head, time.monotonic()
            step = self._feed.offer_page(after, page)
            self._after(step)
            if not step.applies:
                return
            if step.position >= page.head:
                self.caught_up = True
                return

    def _go_on_in_the_new_log(self, position: int) -> None:
        """Find the last position at which the producer's log and what was settled here agree, and go on from there.

        A log only grows, so what agrees at a position agrees at all before it.
        """
        page = self._read(0, limit=1)
        last = min(position, page.head)
        agreed = bisect_left(range(1, last + 1), True, key=lambda at: not self._agrees_at(at))
        anchor = self._read(agreed, limit=1)
        if anchor.anchor_hash is None or anchor.log_id != page.log_id:
            raise Unavailable("log-changed-again", producer=self.producer)
        self._feed.go_on_from(agreed, anchor.anchor_hash, anchor.log_id)

    def _agrees_at(self, position: int) -> bool:
        page = self._read(position - 1, limit=1)
        return bool(page.events) and page.events[0].id == self._feed.event_id_at(position)

    def _read(self, after: int, limit: int = PAGE) -> LogPage:
        deadline = time.time() + CATCH_UP_DEADLINE_S
        asked = LogRequest(
            consumer=self._feed.consumer, after=after, limit=limit, wanted=self._feed.wanted, deadline=deadline
        )
        reply = self._rpc.call(self.producer, "read_log", asked.model_dump(mode="json"), CATCH_UP_DEADLINE_S)
        if "problem" in reply:
            raise from_problem(reply["problem"])
        return LogPage.model_validate(reply["ok"])

    def _after(self, step: Step) -> None:
        self.standing = step.standing
        self._position = step.position
        self.head = max(self.head, step.position)
        if step.told:
            self._ring()
        if step.standing is Standing.GAP:
            self._catch_up_now()
        elif step.standing is Standing.LATER:
            self._catch_up_at = min(self._catch_up_at, time.monotonic() + step.wait_s)

    def _catch_up_now(self) -> None:
        self._catch_up_at = 0.0
        self._heard.set()
