"""Publishes numbered events in order and remembers how far it came (reliability.md 4)."""

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Engine

from shared.delivery.envelopes import above
from shared.delivery.sequencer import BATCH, number_waiting

PUBLISH_BATCH = 200

_HEAD = sa.text("SELECT log_id, position, published FROM log_head WHERE id = 1")
_PUBLISHED = sa.text("UPDATE log_head SET published = :now WHERE id = 1 AND published = :before")


class Publisher(Protocol):
    def publish(self, source: str, envelopes: Sequence[dict[str, Any]]) -> bool:
        """Returns when the bus has them; False when nobody listens. Raises Unavailable."""
        ...


class Relay:
    """Numbers and publishes for one service. Two at once are harmless: head lock, compare-and-set."""

    def __init__(self, engine: Engine, source: str, publisher: Publisher) -> None:
        self._engine = engine
        self._source = source
        self._publisher = publisher

    def number(self) -> int:
        """Number what waits, one batch a transaction; how many were numbered."""
        total = 0
        while True:
            with self._engine.begin() as connection:
                count = number_waiting(connection)
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
                batch = above(connection, self._source, head.log_id, head.published, PUBLISH_BATCH)
            self._publisher.publish(self._source, batch)
            with self._engine.begin() as connection:
                connection.execute(_PUBLISHED, {"now": batch[-1]["position"], "before": head.published})
            total += len(batch)
