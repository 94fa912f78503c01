"""Where a consumer is in a producer's log: one row, one lock, under which alone positions get their outcomes (R6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.delivery.log import GENESIS
from shared.delivery.tables import attempt, feed_cursor, inbox, parked

_INSERT = sa.text("""
INSERT INTO feed_cursor (consumer, producer, position, hash, state)
VALUES (:consumer, :producer, 0, :genesis, 'running') ON CONFLICT DO NOTHING
""")
_SUPERSEDE = sa.text("""
WITH gone AS (
    DELETE FROM inbox WHERE consumer = :consumer AND producer = :producer AND position > :position
    RETURNING consumer, producer, position, event_id, outcome, at
)
INSERT INTO inbox_superseded (consumer, producer, log_id, position, event_id, outcome, at)
SELECT consumer, producer, CAST(:log_id AS uuid), position, event_id, outcome, at FROM gone
ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True)
class Cursor:
    """state: running, forked or accepting. log_id: None before the first event."""

    position: int
    hash: str
    log_id: UUID | None
    state: str


@dataclass(frozen=True)
class Rewound:
    """outcomes: how many are superseded. dead_letter_ids: of events that were parked among them."""

    outcomes: int
    dead_letter_ids: list[UUID]


@dataclass(frozen=True)
class FeedKey:
    """One consumer's reading of one producer."""

    consumer: str
    producer: str

    def of(self, table: sa.Table) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.consumer == self.consumer, table.c.producer == self.producer)

    def lock(self, connection: Connection) -> Cursor:
        """The cursor, locked until the transaction ends; made on first use."""
        statement = sa.select(feed_cursor).where(self.of(feed_cursor)).with_for_update()
        row = connection.execute(statement).one_or_none()
        if row is None:
            connection.execute(_INSERT, {**vars(self), "genesis": GENESIS})
            row = connection.execute(statement).one()
        return Cursor(row.position, row.hash, row.log_id, row.state)

    def move(self, connection: Connection, position: int, hash_: str, log_id: UUID | None) -> None:
        connection.execute(
            sa.update(feed_cursor).where(self.of(feed_cursor)).values(position=position, hash=hash_, log_id=log_id)
        )

    def set_state(self, connection: Connection, state: str) -> None:
        connection.execute(sa.update(feed_cursor).where(self.of(feed_cursor)).values(state=state))

    def record(self, connection: Connection, outcomes: Sequence[Mapping[str, Any]]) -> None:
        """position, event_id and outcome of each; a position that has one already fails the transaction (R4)."""
        connection.execute(sa.insert(inbox), [{**vars(self), **outcome} for outcome in outcomes])

    def event_id_at(self, connection: Connection, position: int) -> UUID | None:
        """The event that was settled there."""
        statement = sa.select(inbox.c.event_id).where(self.of(inbox), inbox.c.position == position)
        found: UUID | None = connection.execute(statement).scalar_one_or_none()
        return found

    def rewind(self, connection: Connection, position: int, hash_: str, log_id: UUID) -> Rewound:
        """Go on in another log from here; outcomes beyond are kept as superseded."""
        cursor = self.lock(connection)
        gone = connection.execute(
            _SUPERSEDE, {**vars(self), "position": position, "log_id": str(cursor.log_id or log_id)}
        )
        connection.execute(sa.delete(attempt).where(self.of(attempt)))
        beyond = sa.delete(parked).where(self.of(parked), parked.c.position > position)
        letters = connection.execute(beyond.returning(parked.c.dead_letter_id)).scalars()
        self.move(connection, position, hash_, log_id)
        self.set_state(connection, "running")
        return Rewound(gone.rowcount, list(letters))
