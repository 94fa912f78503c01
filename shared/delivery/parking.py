"""Events put aside: each holds back the later ones of its aggregate, and is replayed in order (R5, R7)."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.contracts.dead_letters import DeadLetterKind, Settlement
from shared.contracts.envelope import CloudEvent
from shared.delivery.cursor import FeedKey
from shared.delivery.dead_letters import DeadLetterBook, Trouble, told
from shared.delivery.reactor import ReactionFailed, Reactor, Unfit
from shared.delivery.tables import parked
from shared.delivery.unit import Unit
from shared.ids import new_id

# Replayed in one unit of work; more of one aggregate take another call.
MOST_REPLAYED = 200


@dataclass(frozen=True)
class Replayed:
    """What became of an aggregate's parked events. failed: the dead letter at which it stopped."""

    replayed: int
    remaining: int
    failed: UUID | None = None


class Parking:
    """One feed's parked events."""

    def __init__(self, key: FeedKey, book: DeadLetterBook) -> None:
        self._key = key
        self._book = book

    def blockers(self, connection: Connection, subjects: Collection[UUID]) -> dict[UUID, int]:
        """Aggregate -> position of its latest open parked event. Under the cursor's lock."""
        rows = connection.execute(
            sa.select(parked.c.aggregate_id, sa.func.max(parked.c.position).label("latest"))
            .where(self._key.of(parked), parked.c.aggregate_id.in_(subjects), parked.c.status == "open")
            .group_by(parked.c.aggregate_id)
        )
        return {row.aggregate_id: row.latest for row in rows}

    def park(self, unit: Unit, event: CloudEvent, reason: str, error: str | None, tries: int) -> None:
        """Put the event aside and open its dead letter, in the unit's transaction."""
        id_ = new_id()
        unit.connection.execute(
            sa.insert(parked).values(
                **vars(self._key),
                position=event.position,
                aggregate_id=event.subject,
                type=event.type,
                reason=reason,
                error=error,
                tries=tries,
                envelope=event.model_dump(mode="json"),
                status="open",
                dead_letter_id=id_,
            )
        )
        trouble = Trouble(
            kind=DeadLetterKind.PARKED_EVENT,
            reason=reason,
            jurisdiction=event.jurisdiction,
            error=error,
            tries=tries,
            producer=self._key.producer,
            position=event.position,
            event_type=event.type,
            subject_id=event.subject,
        )
        self._book.open(unit, trouble, id_)

    def replay(self, unit: Unit, aggregate_id: UUID, reactor: Reactor) -> Replayed:
        """Everything parked of an aggregate, in order, until one fails again; that one stays and says why.

        The whole is one transaction under the cursor's lock, so nothing of the aggregate is applied meanwhile.
        """
        self._key.lock(unit.connection)
        rows = unit.connection.execute(
            sa.select(parked)
            .where(self._key.of(parked), parked.c.aggregate_id == aggregate_id, parked.c.status == "open")
            .order_by(parked.c.position)
        ).all()
        done = 0
        for row in rows[:MOST_REPLAYED]:
            failure = self._try(unit.connection, CloudEvent.model_validate(row.envelope), reactor)
            if failure is not None:
                self._failed_again(unit, row, *failure)
                return Replayed(done, len(rows) - done, row.dead_letter_id)
            self._end(unit.connection, row.position, "replayed", unit.by.account_id, "replay")
            self._book.settle(unit, row.dead_letter_id, Settlement.REPLAYED)
            done += 1
        return Replayed(done, len(rows) - done)

    def discard(self, unit: Unit, dead_letter_id: UUID, reason: str) -> None:
        """Never apply it; the later ones of its aggregate can then be replayed."""
        self._key.lock(unit.connection)
        position = unit.connection.execute(
            sa.select(parked.c.position).where(parked.c.dead_letter_id == dead_letter_id)
        ).scalar_one()
        self._end(unit.connection, position, "discarded", unit.by.account_id, reason)

    @staticmethod
    def _try(connection: Connection, event: CloudEvent, reactor: Reactor) -> tuple[str, str] | None:
        """(reason, error) when it failed; what it had done is taken back."""
        try:
            with connection.begin_nested():
                reactor.react(connection, event)
        except Unfit as unfit:
            return unfit.reason, unfit.error
        except ReactionFailed as failure:
            return "handler_error", told(failure.cause)
        return None

    def _failed_again(self, unit: Unit, row: sa.Row[tuple[object, ...]], reason: str, error: str) -> None:
        known = row._mapping
        unit.connection.execute(
            sa.update(parked)
            .where(self._key.of(parked), parked.c.position == known["position"])
            .values(reason=reason, error=error, tries=known["tries"] + 1)
        )
        letter = self._book.find_open(unit.connection, known["dead_letter_id"])
        if letter is not None:
            unit.record(letter, self._book.store, letter.fail_again(reason, error, known["tries"] + 1, unit.now))

    def _end(self, connection: Connection, position: int, status: str, by: str, decision: str) -> None:
        connection.execute(
            sa.update(parked)
            .where(self._key.of(parked), parked.c.position == position)
            .values(status=status, decided_by=by, decision=decision)
        )
