"""Projections of another service's events, computed again from its log through the same reactions."""

import time
from collections.abc import Callable, Set
from dataclasses import dataclass, field, replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from shared.clock import Clock
from shared.contracts.envelope import CloudEvent, LogPage
from shared.delivery.cursor import Cursor, FeedKey
from shared.delivery.log import GENESIS, is_whole
from shared.delivery.reactor import ReactionFailed, Reactor, Unfit
from shared.delivery.tables import feed_cursor, parked
from shared.delivery.unit import Unit
from shared.rebuild.comparison import Audit, CannotCompare, Comparison, FeedProjection, Progress
from shared.rebuild.shadow import Shadow

ReadPage = Callable[[int, list[str]], LogPage]
"""(after, wanted types): a page of the producer's log, by its read_log."""

_MOST_TRIES = 5
_TOLD_EVERY = 5000
# What the consumer has moved on meanwhile is read before its cursor is locked; the rest while it waits.
_NEAR = 200


class _MovedOn(Exception):
    """What was read is no longer what the live table was made from: read again."""


@dataclass
class _Reading:
    """How far the producer's log was read. left_out: positions passed over: their events are parked or discarded."""

    position: int = 0
    hash: str = GENESIS
    log_id: UUID | None = None
    events: int = 0
    left_out: set[int] = field(default_factory=set)


class FeedLog:
    """One projection of one consumer. It is compared at one position, under the cursor's lock: under that alone the
    live table changes."""

    def __init__(
        self, engine: Engine, service: str, projection: FeedProjection, read: ReadPage, clock: Clock, progress: Progress
    ) -> None:
        self._engine = engine
        self._service = service
        self._projection = projection
        self._key = FeedKey(service, projection.producer)
        self._read = read
        self._progress = progress
        self._reactor = Reactor(projection.reactions, Unit, clock)

    def rebuild(self, audit: Audit | None) -> Comparison:
        """Compare; with an audit, also put right what differs. Raises CannotCompare, Unavailable."""
        for number in range(1, _MOST_TRIES + 1):
            try:
                return self._try(audit)
            except _MovedOn:
                time.sleep(0.2)
            except OperationalError:  # the cursor was locked for long
                if number == _MOST_TRIES:
                    raise
        raise CannotCompare("本服务的订阅一直在变动，稍后再试")

    def _try(self, audit: Audit | None) -> Comparison:
        with self._engine.connect() as connection, connection.begin() as whole:
            shadow = Shadow(connection, self._projection.tables)
            reading = _Reading()
            while (cursor := self._cursor(connection)).position - reading.position > _NEAR:
                self._follow(connection, reading, cursor.position)
            cursor = self._key.lock(connection)
            self._follow(connection, reading, cursor.position)
            self._check(connection, reading, cursor)
            found = self._compare(shadow, reading)
            if audit is None or not found.differences:
                whole.rollback()
                return found
            shadow.put_right()
            audit(connection, found)
            whole.commit()
        return replace(found, repaired=True)

    def _compare(self, shadow: Shadow, reading: _Reading) -> Comparison:
        live, made = shadow.counts()
        return Comparison(
            producer=self._projection.producer,
            log_id=reading.log_id,
            position=reading.position,
            unnumbered=0,
            events=reading.events,
            rows_live=live,
            rows_computed=made,
            differences=shadow.differences(),
        )

    def _cursor(self, connection: Connection) -> Cursor:
        """Without a lock. Raises CannotCompare."""
        row = connection.execute(sa.select(feed_cursor).where(self._key.of(feed_cursor))).one_or_none()
        if row is None:
            return Cursor(0, GENESIS, None, "running")
        if row.state != "running":
            raise CannotCompare(
                f"对 {self._projection.producer} 的订阅因日志分叉停着，先处理这件事项（运维手册第五节）"
            )
        return Cursor(row.position, row.hash, row.log_id, row.state)

    def _left_out(self, connection: Connection) -> Set[int]:
        """What had no effect on the live table. A replayed event has had it."""
        statement = sa.select(parked.c.position).where(self._key.of(parked), parked.c.status != "replayed")
        return frozenset(connection.execute(statement).scalars())

    def _follow(self, connection: Connection, reading: _Reading, to: int) -> None:
        """Read on and react, up to a position."""
        left_out, told = self._left_out(connection), reading.position
        while reading.position < to:
            page = self._read(reading.position, self._reactor.wanted)
            if page.anchor_hash != reading.hash or reading.log_id not in (None, page.log_id) or not page.events:
                raise CannotCompare(f"{self._projection.producer} 现在的日志与本服务见过的不是同一份（运维手册第五节）")
            reading.log_id = page.log_id
            for event in page.events[: to - reading.position]:
                self._take(connection, reading, event, left_out)
            if reading.position - told >= _TOLD_EVERY:
                told = reading.position
                self._progress(reading.position, to)

    def _take(self, connection: Connection, reading: _Reading, event: CloudEvent, left_out: Set[int]) -> None:
        wanted = self._reactor.wants(event)
        follows = event.position == reading.position + 1 and event.prevhash == reading.hash
        if not follows or (wanted and not is_whole(event)):
            raise CannotCompare(f"{self._projection.producer} 的日志在第 {event.position} 条断开或被改动")
        if event.position in left_out:
            reading.left_out.add(event.position)
        elif wanted:
            self._react(connection, event)
            reading.events += 1
        reading.position, reading.hash = event.position, event.hash

    def _react(self, connection: Connection, event: CloudEvent) -> None:
        try:
            told = self._reactor.react(connection, event)
        except (Unfit, ReactionFailed) as error:
            raise CannotCompare(f"第 {event.position} 条事件 {event.type} 重算失败：{type(error).__name__}") from error
        if told:
            raise TypeError(f"a reaction that keeps {self._projection.name} told events")

    def _check(self, connection: Connection, reading: _Reading, cursor: Cursor) -> None:
        """Under the cursor's lock. Raises _MovedOn, CannotCompare."""
        if cursor.state != "running":
            self._cursor(connection)
        # An event that was parked when it was read may have been replayed since.
        if cursor.position != reading.position or self._left_out(connection) != reading.left_out:
            raise _MovedOn
        if cursor.hash != reading.hash or cursor.log_id not in (None, reading.log_id):
            raise CannotCompare(f"{self._projection.producer} 现在的日志与本服务见过的不是同一份（运维手册第五节）")
