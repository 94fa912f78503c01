"""What waits for the press: claimed by lease on the database's clock, so that a worker that dies loses nothing."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg

from services.notify.storage.tables import document_press

_CLAIM = sa.text("""
UPDATE document_press SET tries = tries + 1, next_at = clock_timestamp() + make_interval(secs => :lease_s)
WHERE document_id = (
    SELECT document_id FROM document_press WHERE next_at <= clock_timestamp()
    ORDER BY asked_at, document_id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING document_id, tries, correlation_id
""")


@dataclass(frozen=True)
class Job:
    """tries: with this one."""

    document_id: UUID
    tries: int
    correlation_id: str


def ask(connection: Connection, document_id: UUID, correlation_id: str) -> None:
    # Not the transaction's time: what is asked for in one is printed, and numbered, in the order it was asked for.
    asked = {"document_id": document_id, "correlation_id": correlation_id, "asked_at": sa.func.clock_timestamp()}
    connection.execute(pg.insert(document_press).values(**asked))


def done(connection: Connection, document_id: UUID) -> None:
    """Nothing is asked of the press any more; nothing happens when nothing was."""
    connection.execute(sa.delete(document_press).where(document_press.c.document_id == document_id))


def claim(connection: Connection, lease_s: float) -> Job | None:
    """The one that waits longest; the try counts before it is made."""
    row = connection.execute(_CLAIM, {"lease_s": lease_s}).one_or_none()
    return None if row is None else Job(row.document_id, row.tries, row.correlation_id)


def release(connection: Connection, document_id: UUID, wait_s: float, *, counted: bool) -> None:
    """It is tried again later. counted: this try counts, because it may be the document's own fault."""
    connection.execute(
        sa.update(document_press)
        .where(document_press.c.document_id == document_id)
        .values(
            tries=document_press.c.tries if counted else sa.func.greatest(document_press.c.tries - 1, 0),
            next_at=sa.func.clock_timestamp() + sa.func.make_interval(0, 0, 0, 0, 0, 0, wait_s),
        )
    )


def waiting(connection: Connection) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(document_press)).scalar_one())
