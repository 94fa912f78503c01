"""Publishes numbered events in order and remembers how far it came (reliability.md 4)."""

import logging
from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Engine

from shared.crash_points import CrashPoint, reach
from shared.delivery.envelopes import above
from shared.delivery.log import HashName
from shared.delivery.sequencer import BATCH, number_waiting

PUBLISH_BATCH = 200
# Messages sent before their confirms are awaited.
PIPELINED = 5

log = logging.getLogger(__name__)

_HEAD = sa.text("SELECT log_id, position, published FROM log_head WHERE id = 1")
_PUBLISHED = sa.text("UPDATE log_head SET published = :now WHERE id = 1 AND published = :before")

Envelopes = Sequence[dict[str, Any]]


class Publisher(Protocol):
    def publish(self, source: str, batches: Sequence[Envelopes]) -> bool:
        """One message a batch, in order; returns when the bus has all. False: nobody listens. Raises Unavailable."""
        ...


class Relay:
    """Numbers and publishes for one service. Two at once are harmless: head lock, compare-and-set.

    unrouted: whether the last messages found no consumer's queue; their consumers will catch up.
    """

    def __init__(self, engine: Engine, source: str, publisher: Publisher, digest: HashName = "sha256") -> None:
        self._engine = engine
        self._source = source
        self._publisher = publisher
        self._digest = digest
        self.unrouted = False

    def number(self) -> int:
        """Number what waits, one batch a transaction; how many were numbered."""
        total = 0
        while True:
            with self._engine.begin() as connection:
                count = number_waiting(connection, digest=self._digest)
                if count:
                    reach(CrashPoint.SEQUENCER_BEFORE_COMMIT, connection)
            if count:
                reach(CrashPoint.SEQUENCER_AFTER_COMMIT)
            total += count
            if count < BATCH:
                return total

    def publish(self) -> int:
        """Publish what is numbered and not yet published; how many. Raises Unavailable, to be tried again."""
        total = 0
        while True:
            with self._engine.connect() as connection:
                head = connection.execute(_HEAD).one()
                if head.published >= head.position:
                    return total
                events = above(connection, self._source, head.log_id, head.published, PUBLISH_BATCH * PIPELINED)
            reach(CrashPoint.RELAY_BEFORE_PUBLISH)
            self._send(events)
            reach(CrashPoint.RELAY_AFTER_CONFIRM)
            with self._engine.begin() as connection:
                connection.execute(_PUBLISHED, {"now": events[-1]["position"], "before": head.published})
                reach(CrashPoint.RELAY_BEFORE_MARK, connection)
            reach(CrashPoint.RELAY_AFTER_MARK)
            total += len(events)

    def _send(self, events: list[dict[str, Any]]) -> None:
        batches = [events[start : start + PUBLISH_BATCH] for start in range(0, len(events), PUBLISH_BATCH)]
        heard = self._publisher.publish(self._source, batches)
        if not heard and not self.unrouted:
            log.error("nobody listens to the events of %s; consumers will catch up", self._source)
        self.unrouted = not heard
