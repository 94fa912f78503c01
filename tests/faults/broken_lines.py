"""The kernel without one of its protecting lines, by rule (reliability.md 1): what a mistake in it would look like."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from shared.contracts.envelope import CloudEvent
from shared.crash_points import CrashPoint, reach
from shared.delivery import schema, sequencer
from shared.delivery.cursor import Cursor, FeedKey
from shared.delivery.dead_letters import DeadLetterBook
from shared.delivery.envelopes import above
from shared.delivery.feed import Feed, Standing, Step
from shared.delivery.parking import Parking
from shared.delivery.relay import Relay
from shared.delivery.runner import UnitRunner
from shared.delivery.unit import Answer, Unit
from tests.integration.shared.delivery.ledger import BY


def events_in_a_transaction_of_their_own(patch: pytest.MonkeyPatch) -> None:
    tell = Unit._tell

    def tell_apart(unit: Unit, answer: Answer) -> None:
        own = unit.connection
        with own.engine.begin() as unit.connection:
            tell(unit, answer)
        unit.connection = own

    patch.setattr(Unit, "_tell", tell_apart)


_QUEUE = sa.text("""
INSERT INTO outbox (event_id)
SELECT event_id FROM event_log e WHERE NOT EXISTS (SELECT FROM log_order o WHERE o.event_id = e.event_id)
ORDER BY occurred_at
""")


def outbox_in_a_second_transaction(patch: pytest.MonkeyPatch) -> None:
    """Of commands; what reactions tell stays as it is."""
    tell, attempt = Unit._tell, UnitRunner._try
    commands: list[Unit] = []

    def tell_only(unit: Unit, answer: Answer) -> None:
        tell(unit, answer)
        if unit.by == BY and unit.causation_id is None:
            unit.connection.execute(sa.text("DELETE FROM outbox"))
            commands.append(unit)

    def queue_after(runner: UnitRunner[Any], *arguments: Any) -> dict[str, Any]:
        answer = attempt(runner, *arguments)
        if commands:
            commands.clear()
            with runner.engine.begin() as connection:
                connection.execute(_QUEUE)
        return answer

    patch.setattr(Unit, "_tell", tell_only)
    patch.setattr(UnitRunner, "_try", queue_after)


def positions_from_a_sequence(patch: pytest.MonkeyPatch) -> None:
    head = "SELECT log_id, nextval('places') - 1 AS position, hash FROM log_head WHERE id = 1 FOR UPDATE"
    patch.setattr(sequencer, "_HEAD", sa.text(head))


def published_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """What is numbered in an open transaction is sent already."""

    def number(self: Relay) -> int:
        with self._engine.begin() as connection:
            count = sequencer.number_waiting(connection)
            head = connection.execute(sa.text("SELECT log_id, published FROM log_head")).one()
            events = above(connection, self._source, head.log_id, head.published, 100)
            if events:
                self._send(events)
            reach(CrashPoint.SEQUENCER_BEFORE_COMMIT, connection)
        return count

    patch.setattr(Relay, "number", number)


def logs_that_may_be_changed(patch: pytest.MonkeyPatch) -> None:
    def none(connection: Connection, table: str) -> None: ...

    patch.setattr(schema, "make_append_only", none)


def cursor_before_effect(patch: pytest.MonkeyPatch) -> None:
    def settle_first(feed: Feed, run: Sequence[CloudEvent], gap: bool) -> Step:  # noqa: ARG001
        last = run[-1]
        with feed.engine.begin() as connection:
            feed.key.lock(connection)
            outcomes = [{"position": event.position, "event_id": event.id, "outcome": "applied"} for event in run]
            feed._settle(connection, outcomes, last.position, last.hash, last.logid)
        with feed.engine.begin() as connection:
            for event in run:
                feed._reactor.react(connection, event)
            reach(CrashPoint.FEED_BEFORE_COMMIT, connection)
        return Step(Standing.CURRENT, last.position)

    patch.setattr(Feed, "_apply", settle_first)


def no_catch_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Feed, "offer_page", lambda feed, after, page: Step(Standing.CURRENT, after))  # noqa: ARG005


_APPLIED = sa.text("INSERT INTO inbox VALUES ('watcher', 'ledger', :at, :id, 'applied') ON CONFLICT DO NOTHING")


def as_it_comes(patch: pytest.MonkeyPatch) -> None:
    """No look at the cursor: whatever the bus brings is applied, then and there."""

    def take(feed: Feed, events: Sequence[CloudEvent]) -> Step:
        with feed.engine.begin() as connection:
            cursor = feed.key.lock(connection)
            for event in events:
                feed._reactor.react(connection, event)
                connection.execute(
                    sa.text(
                        "INSERT INTO inbox VALUES ('watcher', 'ledger', :at, :id, 'applied') ON CONFLICT DO NOTHING"
                    ),
                    {"at": event.position, "id": event.id},
                )
            last = max(events, key=lambda event: event.position)
            if last.position > cursor.position:
                feed.key.move(connection, last.position, last.hash, last.logid)
        return Step(Standing.CURRENT, last.position)

    patch.setattr(Feed, "offer", take)


def answers_are_not_kept(patch: pytest.MonkeyPatch) -> None:
    flush = Unit.flush
    patch.setattr(Unit, "flush", lambda unit, answer=None: flush(unit))  # noqa: ARG005


def nothing_is_held_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Parking, "blockers", lambda parking, connection, subjects: {})  # noqa: ARG005


def outcomes_are_not_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FeedKey, "record", lambda key, connection, outcomes: None)  # noqa: ARG005


def no_dead_letter(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DeadLetterBook, "open", lambda book, unit, trouble, id_=None: id_)  # noqa: ARG005


def parked_without_a_list(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Parking, "park", lambda *_: None)


def refused_without_a_list(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Feed, "refuse", lambda *_: None)


class Anything(str):
    """A hash like every other."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


def the_cursor_forgets_what_it_saw(patch: pytest.MonkeyPatch) -> None:
    lock = FeedKey.lock

    def forget(key: FeedKey, connection: Connection) -> Cursor:
        cursor = lock(key, connection)
        return Cursor(cursor.position, Anything(cursor.hash), None, cursor.state)

    patch.setattr(FeedKey, "lock", forget)
