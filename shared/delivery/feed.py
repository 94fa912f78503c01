"""Consuming a producer's log: every position gets one recorded outcome, in order (reliability.md 5 to 7)."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from shared.contracts.dead_letters import DeadLetterKind, Settlement
from shared.contracts.envelope import CloudEvent, LogPage
from shared.crash_points import CrashPoint, reach
from shared.delivery import attempts
from shared.delivery.attempts import Place
from shared.delivery.cursor import Cursor, FeedKey
from shared.delivery.dead_letters import DeadLetterBook, Trouble, told
from shared.delivery.log import is_whole
from shared.delivery.parking import Parking
from shared.delivery.reactor import ReactionFailed, Reactor, Unfit
from shared.delivery.unit import Unit
from shared.principal import Actor

log = logging.getLogger(__name__)

# Applied in one transaction: long enough to pay for it, short enough for its time limits.
MOST_IN_A_RUN = 500


class Standing(StrEnum):
    """What a feed needs next."""

    CURRENT = "current"
    GAP = "gap"
    LATER = "later"
    FORKED = "forked"
    ACCEPTING = "accepting"


@dataclass(frozen=True)
class Step:
    """position: the cursor after the step. told: whether events of our own were told. wait_s: for LATER."""

    standing: Standing
    position: int
    told: bool = False
    wait_s: float = 0.0

    @property
    def applies(self) -> bool:
        return self.standing in (Standing.CURRENT, Standing.GAP)


class Feed:
    """One consumer's reading of one producer. Bus and catch-up both come through offer().

    county_code: jurisdiction of what concerns no event, like a message that is none.
    """

    def __init__(
        self,
        engine: Engine,
        consumer: str,
        producer: str,
        reactor: Reactor,
        book: DeadLetterBook,
        county_code: str,
    ) -> None:
        self.engine = engine
        self.key = FeedKey(consumer, producer)
        self._reactor = reactor
        self._parking = Parking(self.key, book)
        self._book = book
        self._county_code = county_code
        self._forgiven: dict[int, int] = {}
        # Where the cursor was last seen: saves asking. What is applied is decided under the cursor's lock alone.
        self._seen = -1
        # A process before this one may have left tries behind.
        self._may_have_tries = True
        # Events up to here are taken one at a time: one of them ended a try, or the process.
        self._careful_until = 0

    @property
    def consumer(self) -> str:
        return self.key.consumer

    @property
    def producer(self) -> str:
        return self.key.producer

    @property
    def wanted(self) -> list[str]:
        return self._reactor.wanted

    def position(self) -> int:
        """The cursor: every position up to it has a recorded outcome (R6)."""
        return self.cursor().position

    def cursor(self) -> Cursor:
        with self.engine.begin() as connection:
            cursor = self.key.lock(connection)
        self._seen = cursor.position
        return cursor

    # what comes

    def offer_page(self, after: int, page: LogPage) -> Step:
        """Apply a page of catch-up asked for above `after`; FORKED when the log contradicts what was seen (R8)."""
        with self.engine.begin() as connection:
            cursor = self.key.lock(connection)
            if cursor.state != "running":
                return Step(Standing(cursor.state), cursor.position)
            foreign = cursor.log_id is not None and cursor.log_id != page.log_id
            # Another replica may have moved the cursor meanwhile: compare with where we asked from.
            moved = cursor.position != after
            why = ""
            if foreign or page.head < after or (not moved and page.anchor_hash != cursor.hash):
                why = f"log {page.log_id} with head {page.head} after {after}"
            elif not all(map(self._is_whole, page.events)):
                why = "an event of the log does not have its own hash"
            if why:
                return self._fork(connection, cursor.position, why)
        return self._offer(page.events)

    def offer(self, events: Sequence[CloudEvent]) -> Step:
        """Apply the events of the bus that follow the cursor; the rest is duplicate, or a gap to be fetched.

        An event that does not have the hash of what it says was altered on the way: it is refused, and fetched.
        """
        if self._seen < 0:
            self.position()
        fresh = [event for event in events if event.position > self._seen]
        whole = [event for event in fresh if self._is_whole(event)]
        altered = len(whole) < len(fresh)
        if altered:
            self.refuse("hash_mismatch", "")
        step = self._offer(whole)
        return replace(step, standing=Standing.GAP) if altered and step.standing is Standing.CURRENT else step

    def refuse(self, reason: str, excerpt: str) -> None:
        """List a message that is none of ours; many for one reason are one dead letter (R7)."""
        log.error("message refused", extra={"producer": self.producer, "reason": reason})
        with self.engine.begin() as connection:
            unit = self._own_unit(connection)
            trouble = Trouble(DeadLetterKind.REFUSED_MESSAGE, reason, self._county_code, producer=self.producer)
            self._book.open_once(unit, trouble, excerpt)
            unit.flush()

    def _is_whole(self, event: CloudEvent) -> bool:
        return not self._reactor.wants(event) or is_whole(event)

    # what becomes of it

    def _offer(self, events: Sequence[CloudEvent]) -> Step:
        run, gap = _following(self._seen, events)
        if gap and not run:
            run, gap = _following(self.position(), events)
        step = Step(Standing.GAP if gap else Standing.CURRENT, self._seen)
        spoke = False
        while run:
            part = run[:MOST_IN_A_RUN]
            step = self._offer_run(part, gap or len(part) < len(run))
            spoke = spoke or step.told
            run = [event for event in run if event.position > step.position]
            if not step.applies or step.position < part[0].position:
                break
        return replace(step, told=spoke)

    def _offer_run(self, run: Sequence[CloudEvent], gap: bool) -> Step:
        """One try of an unbroken run, counted before it is made (reliability.md 7)."""
        first = next((event for event in run if self._reactor.wants(event)), None)
        if first is None:
            return self._apply(run, gap)
        self._may_have_tries = True
        tried = attempts.begin(self.engine, self._place(first), self._forgiven.pop(first.position, 0))
        reach(CrashPoint.FEED_AFTER_TRY, first)
        before = run[: run.index(first)]
        if tried.wait_s > 0:
            step = self._apply(before, gap)
            return replace(step, standing=Standing.LATER, wait_s=tried.wait_s) if step.applies else step
        if tried.must_park:
            return self._give_up(before, first, tried)
        if tried.tries > 1:
            # The try before did not end well, and whose fault it was is not known when the process died.
            self._careful_until = max(self._careful_until, run[-1].position)
        if first.position <= self._careful_until:
            run, gap = [*before, first], gap or run[-1] is not first
        return self._try(run, first, gap)

    def _try(self, run: Sequence[CloudEvent], first: CloudEvent, gap: bool) -> Step:
        try:
            return self._apply(run, gap)
        except ReactionFailed as failure:
            culprit = failure.event
            log.exception("reaction failed", extra={"position": culprit.position, "type": culprit.type})
            # All of the run was taken back; what lies before the culprit did not fail.
            step = self._apply([event for event in run if event.position < culprit.position], gap=True)
            wait_s = attempts.failed(self.engine, self._place(culprit), told(failure.cause))
            return replace(step, standing=Standing.LATER, wait_s=wait_s) if step.applies else step
        except DBAPIError:
            # The database failed, not the event: this try does not count (infrastructure never parks).
            self._forgiven[first.position] = self._forgiven.get(first.position, 0) + 1
            raise

    def _apply(self, run: Sequence[CloudEvent], gap: bool) -> Step:
        """All that follows, in one transaction. A failing reaction takes the whole back and raises ReactionFailed.

        gap: whether events behind the run are known to be missing; said in the answer.
        """
        told_own = False
        contradiction: str | None = None
        with self.engine.begin() as connection:
            cursor = self.key.lock(connection)
            if cursor.state != "running":
                return Step(Standing(cursor.state), cursor.position)
            position, hash_, log_id = cursor.position, cursor.hash, cursor.log_id
            outcomes: list[dict[str, Any]] = []
            run = [event for event in run if event.position > position]
            blockers = self._parking.blockers(
                connection, {event.subject for event in run if self._reactor.wants(event)}
            )
            for event in run:
                if event.position > position + 1:
                    gap = True
                    break
                if event.prevhash != hash_ or (log_id is not None and event.logid != log_id):
                    contradiction = f"event {event.position} does not follow {hash_[:12]}"
                    break
                outcome, spoke = self._outcome(connection, event, blockers)
                told_own = told_own or spoke
                outcomes.append({"position": event.position, "event_id": event.id, "outcome": outcome})
                position, hash_, log_id = event.position, event.hash, event.logid
            if outcomes:
                self._settle(connection, outcomes, position, hash_, log_id)
            if contradiction is not None:
                return self._fork(connection, position, contradiction)
            reach(CrashPoint.FEED_BEFORE_COMMIT, connection)
        reach(CrashPoint.FEED_AFTER_COMMIT)
        self._seen = position
        return Step(Standing.GAP if gap else Standing.CURRENT, position, told_own)

    def _settle(
        self, connection: Connection, outcomes: list[dict[str, Any]], position: int, hash_: str, log_id: UUID | None
    ) -> None:
        self.key.record(connection, outcomes)
        self.key.move(connection, position, hash_, log_id)
        if self._may_have_tries:
            attempts.clear(connection, self.consumer, self.producer, position)
            self._may_have_tries = False

    def _outcome(self, connection: Connection, event: CloudEvent, blockers: dict[UUID, int]) -> tuple[str, bool]:
        """What became of the event, and whether events of our own were told of it."""
        if not self._reactor.wants(event):
            return "skipped", False
        blocker = blockers.get(event.subject)
        if blocker is not None:
            self._park(connection, event, f"blocked_by:{blocker}", None, 0)
        else:
            try:
                return "applied", self._reactor.react(connection, event)
            except Unfit as unfit:
                self._park(connection, event, unfit.reason, unfit.error, 1)
        blockers[event.subject] = event.position
        return "parked", True

    def _give_up(self, before: Sequence[CloudEvent], event: CloudEvent, tried: attempts.Tried) -> Step:
        """Park one event and move the cursor past it, in one transaction; only if it is next."""
        step = self._apply(before, gap=True)
        if not step.applies:
            return step
        reason = "crash_loop" if tried.error is None else "handler_error"
        with self.engine.begin() as connection:
            cursor = self.key.lock(connection)
            if cursor.position + 1 != event.position or cursor.state != "running":
                return Step(Standing.GAP, cursor.position)
            self._park(connection, event, reason, tried.error, tried.tries - 1)
            self._may_have_tries = True
            outcome = {"position": event.position, "event_id": event.id, "outcome": "parked"}
            self._settle(connection, [outcome], event.position, event.hash, event.logid)
            reach(CrashPoint.FEED_BEFORE_COMMIT, connection)
        reach(CrashPoint.FEED_AFTER_COMMIT)
        self._seen = event.position
        return Step(Standing.GAP, event.position, told=True)

    def _park(self, connection: Connection, event: CloudEvent, reason: str, error: str | None, tries: int) -> None:
        log.error("event parked", extra={"position": event.position, "type": event.type, "reason": reason})
        unit = self._own_unit(connection, event.correlationid, str(event.id))
        self._parking.park(unit, event, reason, error, tries)
        unit.flush()

    # forks

    def _fork(self, connection: Connection, position: int, why: str) -> Step:
        """Stop and call a person; what was applied before the contradiction keeps its outcome."""
        log.critical("feed forked: %s", why, extra={"consumer": self.consumer, "producer": self.producer})
        self.key.set_state(connection, "forked")
        unit = self._own_unit(connection)
        trouble = Trouble(
            DeadLetterKind.FORKED_FEED,
            "log_contradicts",
            self._county_code,
            error=why,
            producer=self.producer,
            position=position,
        )
        self._book.open_once(unit, trouble, "")
        unit.flush()
        return Step(Standing.FORKED, position, told=True)

    def event_id_at(self, position: int) -> UUID | None:
        """The event that was settled at a position, for finding where two logs part."""
        with self.engine.connect() as connection:
            return self.key.event_id_at(connection, position)

    def go_on_from(self, position: int, hash_: str, log_id: UUID) -> None:
        """Go on in the producer's present log from the last position both have; two people have agreed to it."""
        with self.engine.begin() as connection:
            if self.key.lock(connection).state != "accepting":
                return
            rewound = self.key.rewind(connection, position, hash_, log_id)
            unit = self._own_unit(connection)
            for letter_id in rewound.dead_letter_ids:
                self._book.settle(unit, letter_id, Settlement.SUPERSEDED)
            unit.flush()
        self._seen = position
        log.critical(
            "goes on in another log",
            extra={
                "producer": self.producer,
                "position": position,
                "superseded": rewound.outcomes,
                "log_id": str(log_id),
            },
        )

    def _own_unit(self, connection: Connection, correlation_id: str | None = None, cause: str | None = None) -> Unit:
        """A unit in which the service itself, no person, tells of its trouble."""
        by = Actor(self.consumer, self.consumer, frozenset(), "", self._county_code)
        unit: Unit = self._reactor.open_unit(
            connection, by, self._reactor.clock.now(), correlation_id or uuid4().hex, causation_id=cause
        )
        return unit

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
