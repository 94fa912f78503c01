"""Messages that should not be: repeated, shuffled, broken, too large, of another version, forged; and poison events."""

import random
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import amqp
import psycopg2
import sqlalchemy as sa

from shared.bus import serializer
from shared.bus.names import EVENTS_EXCHANGE
from shared.crash_points import CrashPoint
from shared.delivery.envelopes import above
from tests.faults.broker import FEEDS, channel_to, events_queues
from tests.faults.fault import Fault, Heal, nothing
from tests.faults.stack import NotSeen, Stack, wait_for

GROUP = "messages"
Envelope = dict[str, Any]

_REPEATED = 1000
_BROKEN = 40
_OVERSIZE_BYTES = 5 * 1024 * 1024
_REFUSED = "SELECT coalesce(sum(times), 0) FROM dead_letter WHERE kind = 'refused_message' AND producer = %s"
_OPEN_PARKED = "SELECT reason, dead_letter_id::text FROM parked WHERE aggregate_id = %s AND status = 'open'"


def _log(stack: Stack, source: str, after: int, limit: int) -> list[Envelope]:
    """The source's events above a position as its relay publishes them."""
    engine = sa.create_engine(stack.dsn(source), poolclass=sa.NullPool)
    with engine.connect() as connection:
        log_id = connection.execute(sa.text("SELECT log_id FROM log_head")).scalar_one()
        return above(connection, source, log_id, after, limit)


def _head(stack: Stack, source: str) -> int:
    return stack.number(source, "SELECT position FROM log_head")


def _ring(channel: Any, source: str, body: bytes | str, **properties: Any) -> None:
    """One message as the house's own user sends it, but for what `properties` say."""
    given = {
        "content_type": serializer.EVENTS_TYPE,
        "content_encoding": "utf-8",
        "delivery_mode": 2,
        "user_id": "guest",
        **properties,
    }
    kept = {name: value for name, value in given.items() if value is not None}
    channel.basic_publish(amqp.Message(body, **kept), exchange=EVENTS_EXCHANGE, routing_key=source)


def _batch(events: Sequence[Envelope]) -> str:
    return serializer.dumps(list(events))


def _repeat(seed: int, stack: Stack) -> Heal:
    """A thousand messages of one to five events each, of all that was ever told."""
    dice = random.Random(seed)
    logs = {source: _log(stack, source, max(0, _head(stack, source) - 500), 500) for source in ("cases", "agencies")}
    with channel_to(stack) as channel:
        for _ in range(_REPEATED):
            source = dice.choice(list(logs))
            _ring(channel, source, _batch(dice.choices(logs[source], k=dice.randint(1, 5))))
    _wait_until_taken(stack)
    return nothing


def _wait_until_taken(stack: Stack) -> None:
    """Every queue was emptied by its consumer. Asked on a channel of its own: quorum queues count late."""

    def is_taken() -> bool:
        with channel_to(stack) as channel:
            return all(channel.queue_declare(queue, passive=True).message_count < 20 for queue, _ in events_queues())

    wait_for(is_taken, 20, "every message taken")


@contextmanager
def unheard(stack: Stack) -> Iterator[Any]:
    """What is told meanwhile reaches nobody by the bus; a channel on which something else can be said."""
    with channel_to(stack) as channel:
        for queue, key in events_queues():
            channel.queue_unbind(queue, EVENTS_EXCHANGE, key)
        try:
            yield channel
        finally:
            for queue, key in events_queues():
                channel.queue_bind(queue, EVENTS_EXCHANGE, key)


def _fresh(stack: Stack, least: int = 20) -> tuple[int, list[Envelope]]:
    """New events of cases, that no consumer has heard of by the bus yet; and the head before them."""
    before = _head(stack, "cases")
    wait_for(lambda: _head(stack, "cases") >= before + least, 20, f"{least} new events")
    return before, _log(stack, "cases", before, 200)


def _shuffle(seed: int, stack: Stack) -> Heal:
    """New events come to their consumers in no order, each twice and every fifth never, five times over."""
    dice = random.Random(seed)
    for _ in range(5):
        with unheard(stack) as channel:
            _, fresh = _fresh(stack)
            _to_queues(channel, dice.sample([event for event in fresh if event["position"] % 5] * 2, k=len(fresh)))
    return nothing


def _to_queues(channel: Any, events: Sequence[Envelope]) -> None:
    """Past the exchange, straight into the queues of those who hear cases."""
    for event in events:
        for queue, key in events_queues():
            if key == "cases":
                _straight(channel, queue, _batch([event]))


def _straight(channel: Any, queue: str, body: bytes | str) -> None:
    message = amqp.Message(
        body, content_type=serializer.EVENTS_TYPE, content_encoding="utf-8", delivery_mode=2, user_id="guest"
    )
    channel.basic_publish(message, exchange="", routing_key=queue)


Say = Callable[[Any, str], int]
"""Says something wrong under a source's key on a channel; how many messages it was."""


def _refused(say: Say, stack: Stack) -> Heal:
    """Seen: every consumer has listed every one of them."""
    before = {feed: stack.number(feed[1], _REFUSED, feed[0]) for feed in FEEDS}
    with channel_to(stack) as channel:
        said = {source: say(channel, source) for source in ("cases", "agencies")}
    for producer, consumer in FEEDS:
        expected = before[producer, consumer] + said[producer]
        stack.refused[consumer] = stack.refused.get(consumer, 0) + said[producer]
        wait_for(
            partial(_has_listed, stack, producer, consumer, expected), 20, f"{consumer} listed {said[producer]} refused"
        )
    return nothing


def _has_listed(stack: Stack, producer: str, consumer: str, expected: int) -> bool:
    return stack.number(consumer, _REFUSED, producer) >= expected


def _say_rubbish(channel: Any, source: str) -> int:
    for number in range(_BROKEN):
        body: bytes | str = secrets.token_bytes(200) if number % 2 else '[{"specversion": "1.0", "id": 7'
        _ring(channel, source, body)
    return _BROKEN


def _say_oversize(channel: Any, source: str) -> int:
    for _ in range(3):
        _ring(channel, source, b"[" + b" " * _OVERSIZE_BYTES + b"]")
    return 3


def _say_another_type(channel: Any, source: str) -> int:
    for _ in range(_BROKEN):
        _ring(channel, source, '{"__type__": "datetime", "__value__": "x"}', content_type="application/json")
    return _BROKEN


def _say_unsigned(channel: Any, source: str) -> int:
    """By the house's user, which does not say so: nobody vouches for it."""
    for _ in range(_BROKEN):
        _ring(channel, source, "[]", user_id=None)
    return _BROKEN


def _say_foreign_source(stack: Stack, channel: Any, source: str) -> int:
    """Real events of another service."""
    other = "agencies" if source == "cases" else "cases"
    events = _log(stack, other, 0, 5)
    for _ in range(_BROKEN):
        _ring(channel, source, _batch(events))
    return _BROKEN


def _forge(stack: Stack) -> Heal:
    """Another user of the broker, who may publish, tells of a case."""
    for words in (
        ("add_user", "mallory", "mallory"),
        ("set_permissions", "mallory", ".*", ".*", ".*"),
    ):
        stack.rabbit.ctl(*words)

    def say(_: Any, source: str) -> int:
        events = _log(stack, source, max(0, _head(stack, source) - 5), 5)
        with channel_to(stack, "mallory", "mallory") as channel:
            for _ in range(_BROKEN):
                _ring(channel, source, _batch(events), user_id="mallory")
        return _BROKEN

    _refused(say, stack)

    def heal() -> None:
        stack.rabbit.ctl("delete_user", "mallory")

    return heal


_ALTERED = "SELECT coalesce(sum(times), 0) FROM dead_letter WHERE kind = 'refused_message' AND reason = 'hash_mismatch'"


def _alter(stack: Stack) -> Heal:
    """New events come with other contents than their producer gave them, before the real ones are heard of."""
    before = stack.number("notify", _ALTERED)
    for _ in range(20):
        with unheard(stack) as channel:
            _, fresh = _fresh(stack)
            _to_queues(channel, [{**event, "data": _changed(event["data"])} for event in fresh])
            time.sleep(0.5)
        if stack.number("notify", _ALTERED) > before:
            stack.refused["notify"] = stack.refused.get("notify", 0) + 1
            return nothing
    raise NotSeen("no altered event was refused")


def _changed(data: Any) -> Any:
    """Every text says something else."""
    if isinstance(data, dict):
        return {name: _changed(value) for name, value in data.items()}
    return f"{data}!" if isinstance(data, str) and not data.isascii() else data


_INSERT = """
WITH told AS (
    INSERT INTO event_log (event_id, type, schema_version, aggregate_type, aggregate_id, aggregate_seq, audience,
                           actor, actor_name, correlation_id, causation_id, occurred_at, payload)
    VALUES (%(event)s, %(type)s, 9, 'future', %(subject)s, 1, '640521000000', %(subject)s, 'a newer release',
            %(event)s, NULL, now(), '{"told": "otherwise"}')
    RETURNING event_id)
INSERT INTO outbox (event_id) SELECT event_id FROM told
"""


def _unknown_version(stack: Stack) -> Heal:
    """The producer is of a newer release than its consumer: its log holds a version that one does not know."""
    event, subject = str(uuid4()), str(uuid4())
    stack.poisoned.add(subject)
    dsn = stack.dsn("cases").replace("postgresql+psycopg2", "postgresql")
    with psycopg2.connect(dsn, application_name="tianwei-checker") as connection, connection.cursor() as cursor:
        type_ = "tianwei.cases.joint-action-convened.v9"
        cursor.execute(_INSERT, {"event": event, "subject": subject, "type": type_})
    connection.close()
    _wait_until_parked(stack, "agencies", subject, "unsupported_version")
    return nothing


def _wait_until_parked(stack: Stack, consumer: str, subject: str, reason: str, within_s: float = 60.0) -> str:
    """Id of its dead letter."""
    rows = wait_for(
        lambda: stack.rows(consumer, _OPEN_PARKED, subject), within_s, f"{consumer} parked an event of {subject}"
    )
    if rows[0][0] != reason:
        raise NotSeen(f"parked as {rows[0][0]}, not as {reason}")
    return str(rows[0][1])


class Poison:
    """An event whose reaction fails, or kills the process, at every try: put aside, later replayed by a person."""

    def __init__(self, consumer: str, verb: str, reason: str) -> None:
        self._consumer = consumer
        self._verb = verb
        self._reason = reason
        self._letter = ""
        self._subject = ""

    def inject(self, stack: Stack) -> Heal:
        point = CrashPoint.FEED_IN_REACTION
        stack.order(self._consumer, point, self._verb)
        try:
            wait_for(lambda: stack.fired(self._consumer, point), 20, f"an event for {self._consumer}")
            self._subject = stack.fired(self._consumer, point)[0]["subject"]
            stack.poisoned.add(self._subject)
            self._letter = self._parked(stack)
        finally:
            stack.withdraw(self._consumer, point)
        return nothing

    def _parked(self, stack: Stack) -> str:
        def look() -> list[tuple[Any, ...]]:
            try:
                return stack.rows(self._consumer, _OPEN_PARKED, self._subject)
            except psycopg2.OperationalError:
                return []

        rows = wait_for(look, 75, f"{self._consumer} put it aside")
        if rows[0][0] != self._reason:
            raise NotSeen(f"put aside as {rows[0][0]}, not as {self._reason}")
        return str(rows[0][1])

    def replay(self, stack: Stack) -> Heal:
        """The cause is gone; the administrator has it tried again. From now on the object must be as all others."""
        if not self._letter:
            raise NotSeen("nothing was put aside")
        stack.tell_load(f"post /dead-letters/{self._letter}/replay")
        wait_for(
            lambda: not stack.rows(self._consumer, _OPEN_PARKED, self._subject), 10, "everything put aside is replayed"
        )
        stack.poisoned.discard(self._subject)
        return nothing


def _poison(name: str, poison: Poison, *, short: bool) -> Fault:
    again = Fault(f"{name}, replayed by a person", GROUP, poison.replay, short=short)
    return Fault(name, GROUP, poison.inject, short=short, then=again)


def faults(seed: int) -> list[Fault]:
    def told(name: str, say: Say, *, short: bool = False) -> Fault:
        return Fault(name, GROUP, partial(_refused, say), short=short)

    return [
        Fault(f"{_REPEATED} messages repeated", GROUP, partial(_repeat, seed), short=True, mixable=True),
        Fault("messages shuffled, doubled, lost", GROUP, partial(_shuffle, seed), short=True),
        told("corrupt messages", _say_rubbish),
        told("oversize messages", _say_oversize),
        told("messages of another content type", _say_another_type),
        told("messages nobody vouches for", _say_unsigned),
        Fault("events of another source", GROUP, lambda stack: _refused(partial(_say_foreign_source, stack), stack)),
        Fault("forged by another user of the broker", GROUP, _forge),
        Fault("events altered on the way", GROUP, _alter),
        Fault("event of an unknown version", GROUP, _unknown_version),
        _poison("poison event", Poison("agencies", "raise", "handler_error"), short=True),
        _poison("event that kills the process", Poison("cases", "doom", "crash_loop"), short=False),
    ]
