"""Consuming a producer's log: every position gets one recorded outcome, in order (reliability.md 5 to 7)."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from shared.clock import Clock
from shared.contracts.base import Event, EventMeta
from shared.contracts.envelope import CloudEvent, LogPage
from shared.delivery import attempts
from shared.delivery.attempts import Place
from shared.delivery.log import GENESIS
from shared.delivery.runner import OpenUnit
from shared.delivery.tables import feed_cursor, inbox, parked
from shared.principal import Actor

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reaction:
    """handler(event, meta, unit): database only; may run again until its unit commits."""

    event: type[Event]
    handler: Callable[[Any, EventMeta, Any], None]


class Standing(StrEnum):
    """What a feed needs next."""

    CURRENT = "current"
    GAP = "gap"
    LATER = "later"
    FORKED = "forked"


@dataclass(frozen=True)
class Step:
    """position: the cursor after the step. told: whether reactions told events of their own. wait_s: for LATER."""

    standing: Standing
    position: int
    told: bool = False
    wait_s: float = 0.0

    @property
    def applies(self) -> bool:
        return self.standing in (Standing.CURRENT, Standing.GAP)


class _HandlerFailed(Exception):
    def __init__(self, event: CloudEvent, cause: Exception) -> None:
        super().__init__(str(cause))
        self.event = event
        self.cause = cause


class Feed:
    """One consumer's reading of one producer. Bus and catch-up both come through offer()."""

    def __init__(
        self,
        engine: Engine,
        consumer: str,
        producer: str,
        reactions: Sequence[Reaction],
        open_unit: OpenUnit[Any],
        clock: Clock,
    ) -> None:
        self.engine = engine
        self.consumer = consumer
        self.producer = producer
        self._reactions = {reaction.event.type: reaction for reaction in reactions}
        self._open_unit = open_unit
        self._clock = clock
        self._forgiven: dict[int, int] = {}
        # Where the cursor was last seen: saves asking. What is applied is decided under the cursor's lock alone.
        self._seen = 0
        # A process before this one may have left tries behind.
        self._may_have_tries = True

    @property
    def reactions(self) -> Sequence[Reaction]:
        return tuple(self._reactions.values())

    @property
    def wanted(self) -> list[str]:
        """Event types this consumer reacts to; all others may come as stubs."""
        return sorted(self._reactions)

    def position(self) -> int:
        """The cursor: every position up to it has a recorded outcome (R6)."""
        with self.engine.begin() as connection:
            self._seen = int(self._cursor(connection).position)
        return self._seen

    def offer_page(self, after: int, page: LogPage) -> Step:
        """Apply a page of catch-up asked for above `after`; FORKED when the log contradicts what was seen (R8)."""
        with self.engine.begin() as connection:
            cursor = self._cursor(connection)
            foreign = cursor.log_id is not None and cursor.log_id != page.log_id
            # Another replica may have moved the cursor meanwhile: compare with where we asked from.
            moved = cursor.position != after
            if foreign or page.head < after or (not moved and page.anchor_hash != cursor.hash):
                return self._fork(connection, cursor.position, f"log {page.log_id} with head {page.head}")
        return self.offer(page.events)

    def offer(self, events: Sequence[CloudEvent]) -> Step:
        """Apply the events that follow the cursor; the rest is duplicate, or a gap to be fetched."""
        run, gap = _following(self._seen, events)
        if gap and not run:
            run, gap = _following(self.position(), events)
        first = next((event for event in run if event.type in self._reactions), None)
        if first is None:
            return self._apply(run, gap)
        self._may_have_tries = True
        tried = attempts.begin(self.engine, self._place(first), self._forgiven.pop(first.position, 0))
        before = run[: run.index(first)]
        if tried.wait_s > 0:
            step = self._apply(before, gap)
            return replace(step, standing=Standing.LATER, wait_s=tried.wait_s) if step.applies else step
        if tried.must_park:
            self._apply(before, gap)
            self._park_alone(first, "crash_loop" if tried.error is None else "handler_error", tried)
        elif tried.tries > 1:
            # The try before did not end well: one at a time, so that the culprit stands alone.
            run, gap = [*before, first], gap or run[-1] is not first
        return self._try(run, first, gap)

    def _try(self, run: Sequence[CloudEvent], first: CloudEvent, gap: bool) -> Step:
        try:
            return self._apply(run, gap)
        except _HandlerFailed as failure:
            log.exception("reaction failed", extra={"position": failure.event.position, "type": failure.event.type})
            wait_s = attempts.failed(self.engine, self._place(failure.event), repr(failure.cause))
            return Step(Standing.LATER, self.position(), wait_s=wait_s)
        except DBAPIError:
            # The database failed, not the event: this try does not count (infrastructure never parks).
            self._forgiven[first.position] = self._forgiven.get(first.position, 0) + 1
            raise

    def _apply(self, run: Sequence[CloudEvent], gap: bool) -> Step:
        """All that follows, in one transaction. A failing handler ends the run before itself and raises.

        gap: whether events behind the run are known to be missing; said in the answer.
        """
        told = False
        failure: _HandlerFailed | None = None
        contradiction: str | None = None
        with self.engine.begin() as connection:
            cursor = self._cursor(connection)
            if cursor.state == "forked":
                return Step(Standing.FORKED, cursor.position)
            position, hash_, log_id = cursor.position, cursor.hash, cursor.log_id
            outcomes: list[dict[str, Any]] = []
            for event in run:
                if event.position <= position:
                    continue
                if event.position > position + 1:
                    gap = True
                    break
                if event.prevhash != hash_ or (log_id is not None and event.logid != log_id):
                    contradiction = f"event {event.position} does not follow {hash_[:12]}"
                    break
                try:
                    outcome, spoke = self._outcome(connection, event)
                except _HandlerFailed as failed:
                    failure = failed
                    break
                told = told or spoke
                outcomes.append({**self._key(event), "event_id": event.id, "outcome": outcome})
                position, hash_, log_id = event.position, event.hash, event.logid
            if outcomes:
                connection.execute(sa.insert(inbox), outcomes)
                connection.execute(
                    sa.update(feed_cursor)
                    .where(feed_cursor.c.consumer == self.consumer, feed_cursor.c.producer == self.producer)
                    .values(position=position, hash=hash_, log_id=log_id)
                )
                if self._may_have_tries:
                    attempts.clear(connection, self.consumer, self.producer, position)
                    self._may_have_tries = failure is not None
            if contradiction is not None:
                return self._fork(connection, position, contradiction)
        self._seen = position
        if failure is not None:
            raise failure
        return Step(Standing.GAP if gap else Standing.CURRENT, position, told)

    def _outcome(self, connection: Connection, event: CloudEvent) -> tuple[str, bool]:
        reaction = self._reactions.get(event.type)
        if reaction is None:
            return "skipped", False
        blocker = self._blocker(connection, event)
        if blocker is not None:
            self._park(connection, event, f"blocked_by:{blocker}", None, 0)
            return "parked", False
        try:
            decoded = reaction.event.model_validate(event.data)
        except ValidationError as error:
            self._park(connection, event, "invalid", str(error)[:2000], 1)
            return "parked", False
        return "applied", self._react(connection, event, reaction, decoded)

    def _react(self, connection: Connection, event: CloudEvent, reaction: Reaction, decoded: Event) -> bool:
        unit = self._open_unit(
            connection, _actor(event), self._clock.now(), event.correlationid, causation_id=str(event.id)
        )
        try:
            with connection.begin_nested():
                reaction.handler(decoded, _meta(event), unit)
                told: bool = unit.has_events
                unit.flush()
                return told
        except OperationalError:
            raise  # the database, not the event: never parks
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            raise _HandlerFailed(event, error) from error
        except Exception as error:
            raise _HandlerFailed(event, error) from error

    def _blocker(self, connection: Connection, event: CloudEvent) -> int | None:
        """The open parked event of the same aggregate that this one must stay behind (R5)."""
        blocker: int | None = connection.execute(
            sa.select(sa.func.max(parked.c.position)).where(
                parked.c.consumer == self.consumer,
                parked.c.producer == self.producer,
                parked.c.aggregate_id == event.subject,
                parked.c.status == "open",
            )
        ).scalar_one()
        return blocker

    def _park(self, connection: Connection, event: CloudEvent, reason: str, error: str | None, tries: int) -> None:
        log.error("event parked", extra={"position": event.position, "type": event.type, "reason": reason})
        connection.execute(
            sa.insert(parked).values(
                **self._key(event),
                aggregate_id=event.subject,
                type=event.type,
                reason=reason,
                error=error,
                tries=tries,
                envelope=event.model_dump(mode="json"),
                status="open",
            )
        )

    def _park_alone(self, event: CloudEvent, reason: str, tried: attempts.Tried) -> None:
        """Park one event and move the cursor past it, in one transaction; only if it is next."""
        with self.engine.begin() as connection:
            cursor = self._cursor(connection)
            if cursor.position + 1 != event.position:
                return
            self._park(connection, event, reason, tried.error, tried.tries - 1)
            connection.execute(sa.insert(inbox).values(**self._key(event), event_id=event.id, outcome="parked"))
            connection.execute(
                sa.update(feed_cursor)
                .where(feed_cursor.c.consumer == self.consumer, feed_cursor.c.producer == self.producer)
                .values(position=event.position, hash=event.hash, log_id=event.logid)
            )
            attempts.clear(connection, self.consumer, self.producer, event.position)

    def _fork(self, connection: Connection, position: int, why: str) -> Step:
        log.critical("feed forked: %s", why, extra={"consumer": self.consumer, "producer": self.producer})
        connection.execute(
            sa.update(feed_cursor)
            .where(feed_cursor.c.consumer == self.consumer, feed_cursor.c.producer == self.producer)
            .values(state="forked")
        )
        return Step(Standing.FORKED, position)

    def _cursor(self, connection: Connection) -> Any:
        """The cursor row, locked; made on first use."""
        statement = (
            sa.select(feed_cursor)
            .where(feed_cursor.c.consumer == self.consumer, feed_cursor.c.producer == self.producer)
            .with_for_update()
        )
        row = connection.execute(statement).one_or_none()
        if row is not None:
            return row
        connection.execute(
            sa.text(
                "INSERT INTO feed_cursor (consumer, producer, position, hash, state) "
                "VALUES (:consumer, :producer, 0, :genesis, 'running') ON CONFLICT DO NOTHING"
            ),
            {"consumer": self.consumer, "producer": self.producer, "genesis": GENESIS},
        )
        return connection.execute(statement).one()

    def _key(self, event: CloudEvent) -> dict[str, Any]:
        return {"consumer": self.consumer, "producer": self.producer, "position": event.position}

    def _place(self, event: CloudEvent) -> Place:
        return Place(self.consumer, self.producer, event.position)


def _following(position: int, events: Sequence[CloudEvent]) -> tuple[list[CloudEvent], bool]:
    """The unbroken run of events right after a position, and whether others lie behind a gap."""
    run: list[CloudEvent] = []
    for event in sorted(events, key=lambda event: event.position):
        if event.position == position + 1 + len(run):
            run.append(event)
        elif event.position > position + 1 + len(run):
            return run, True
    return run, False


def _actor(event: CloudEvent) -> Actor:
    """Who acted stays who acted, whatever service reacts; reactions need no rights."""
    return Actor(event.actor, event.actorname, frozenset(), "", event.jurisdiction)


def _meta(event: CloudEvent) -> EventMeta:
    return EventMeta(
        event_id=event.id,
        source=event.source.removeprefix("/"),
        type=event.type,
        subject=event.subject,
        time=event.time,
        position=event.position,
        actor=event.actor,
        jurisdiction=event.jurisdiction,
        correlation_id=event.correlationid,
        causation_id=event.causationid,
    )
