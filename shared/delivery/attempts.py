"""Tries of a reaction, committed before the try, so that even a crash counts (reliability.md 7)."""

import random
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from shared.delivery.tables import attempt

MOST_FAILURES = 5
MOST_CRASHES = 3
LONGEST_S = 60.0
BASE_S = 0.5

_BEGIN = sa.text("""
INSERT INTO attempt (consumer, producer, position, tries, next_at)
VALUES (:consumer, :producer, :position, 1, now())
ON CONFLICT (consumer, producer, position)
DO UPDATE SET tries = greatest(attempt.tries - :forgiven, 0) + CASE WHEN attempt.next_at <= now() THEN 1 ELSE 0 END
RETURNING tries, error, greatest(extract(epoch FROM next_at - now()), 0) AS wait_s
""")
_FAILED = sa.text("""
INSERT INTO attempt (consumer, producer, position, tries, error, next_at)
VALUES (:consumer, :producer, :position, 1, :error, now() + make_interval(secs => :wait_s))
ON CONFLICT (consumer, producer, position)
DO UPDATE SET error = excluded.error, next_at = excluded.next_at
RETURNING tries
""")


@dataclass(frozen=True)
class Place:
    consumer: str
    producer: str
    position: int


@dataclass(frozen=True)
class Tried:
    """tries: this one included. error: of the last try that ended; None when none did. wait_s: not due before."""

    tries: int
    error: str | None
    wait_s: float

    @property
    def must_park(self) -> bool:
        return self.tries > (MOST_CRASHES if self.error is None else MOST_FAILURES)


def begin(engine: Engine, place: Place, forgiven: int = 0) -> Tried:
    """Count a try, durably, before it is made; nothing is counted when it is not due yet.

    forgiven: tries that ended because the database failed, not the event; they are taken back.
    """
    with engine.begin() as connection:
        row = connection.execute(_BEGIN, {**vars(place), "forgiven": forgiven}).one()
    return Tried(row.tries, row.error, float(row.wait_s))


def failed(engine: Engine, place: Place, error: str) -> float:
    """Keep why the try failed and when the next one is due; seconds until then."""
    with engine.begin() as connection:
        known = connection.execute(
            sa.select(attempt.c.tries).where(
                attempt.c.consumer == place.consumer,
                attempt.c.producer == place.producer,
                attempt.c.position == place.position,
            )
        ).scalar_one_or_none()
        wait_s = random.uniform(0, min(LONGEST_S, BASE_S * 2 ** (known or 1)))
        connection.execute(_FAILED, {**vars(place), "error": error[:2000], "wait_s": wait_s})
    return wait_s


def clear(connection: Connection, consumer: str, producer: str, up_to: int) -> None:
    """Forget tries of what now has an outcome, in the transaction that records it."""
    connection.execute(
        sa.delete(attempt).where(
            attempt.c.consumer == consumer, attempt.c.producer == producer, attempt.c.position <= up_to
        )
    )
