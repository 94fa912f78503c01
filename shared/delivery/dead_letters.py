"""The register of what needs a person (R7): opened in the transaction of the trouble, ended by decisions, all told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import DBAPIError

from shared.contracts.base import Event
from shared.contracts.dead_letters import (
    EVENTS_OF,
    WAITING,
    DeadLetterDiscarded,
    DeadLetterDiscardProposed,
    DeadLetterEvents,
    DeadLetterKind,
    DeadLetterOpened,
    DeadLetterReplayFailed,
    DeadLetterSettled,
    DeadLetterStatus,
    Settlement,
)
from shared.delivery.tables import dead_letter
from shared.delivery.unit import TableStore, Unit
from shared.errors import Conflict, NotFound, StaleVersion, TianweiError
from shared.ids import new_id
from shared.principal import Actor

_LONGEST_EXCERPT = 500


class DeadLetterEnded(Conflict):
    """It is settled or discarded already."""

    def __init__(self, status: DeadLetterStatus) -> None:
        super().__init__("dead-letter-ended", None, status=status.value)


class DiscardNotProposed(Conflict):
    """There is no proposal to agree with."""

    def __init__(self) -> None:
        super().__init__("discard-not-proposed")


class SecondPersonNeeded(Conflict):
    """Whoever proposes to discard cannot be the one who agrees."""

    def __init__(self) -> None:
        super().__init__("second-person-needed")


@dataclass(frozen=True)
class Trouble:
    """What went wrong, as it is opened. error: without content of events (see `told`)."""

    kind: DeadLetterKind
    reason: str
    jurisdiction: str
    error: str | None = None
    tries: int = 0
    producer: str | None = None
    position: int | None = None
    event_type: str | None = None
    subject_id: UUID | None = None
    party: str | None = None


@dataclass
class DeadLetter:
    """One thing that needs a person."""

    TYPE: ClassVar[str] = "dead_letter"

    id: UUID
    events: DeadLetterEvents
    version: int = 0
    jurisdiction: str = ""
    kind: DeadLetterKind = DeadLetterKind.PARKED_EVENT
    status: DeadLetterStatus = DeadLetterStatus.OPEN
    reason: str = ""
    error: str | None = None
    tries: int = 0
    producer: str | None = None
    position: int | None = None
    event_type: str | None = None
    subject_id: UUID | None = None
    party: str | None = None
    opened_at: datetime | None = None
    proposed_by: str | None = None
    proposed_reason: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision: str | None = None

    @property
    def is_open(self) -> bool:
        return self.status in WAITING

    def open(self, trouble: Trouble, now: datetime) -> list[Event]:
        facts = {name: value for name, value in vars(trouble).items() if name != "jurisdiction"}
        return [self.events.opened(at=now, dead_letter_id=self.id, **facts)]

    def fail_again(self, reason: str, error: str | None, tries: int, now: datetime) -> list[Event]:
        self.require_open()
        return [
            self.events.replay_failed(at=now, dead_letter_id=self.id, reason=reason, error=error, tries=tries),
        ]

    def settle(self, how: Settlement, by: Actor, now: datetime) -> list[Event]:
        self.require_open()
        return [self.events.settled(at=now, dead_letter_id=self.id, how=how, by=by.account_id)]

    def propose_discard(self, reason: str, by: Actor, now: datetime) -> list[Event]:
        """A later proposal takes the place of an earlier one."""
        self.require_open()
        return [self.events.discard_proposed(at=now, dead_letter_id=self.id, reason=reason, by=by.account_id)]

    def confirm_discard(self, by: Actor, now: datetime) -> list[Event]:
        """Raises DiscardNotProposed, SecondPersonNeeded."""
        self.require_open()
        if self.proposed_by is None:
            raise DiscardNotProposed
        if self.proposed_by == by.account_id:
            raise SecondPersonNeeded
        return [
            self.events.discarded(
                at=now,
                dead_letter_id=self.id,
                reason=self.proposed_reason or "",
                proposed_by=self.proposed_by,
                by=by.account_id,
            )
        ]

    def require_open(self) -> None:
        if not self.is_open:
            raise DeadLetterEnded(self.status)

    def apply(self, event: Any) -> None:
        match event:
            case DeadLetterOpened():
                for name in ("kind", "reason", "error", "tries", "producer", "position"):
                    setattr(self, name, getattr(event, name))
                self.event_type, self.subject_id, self.party = event.event_type, event.subject_id, event.party
                self.status, self.opened_at = DeadLetterStatus.OPEN, event.at
            case DeadLetterReplayFailed():
                self.reason, self.error, self.tries = event.reason, event.error, event.tries
                self.status, self.proposed_by, self.proposed_reason = DeadLetterStatus.OPEN, None, None
            case DeadLetterSettled():
                self.status, self.decision = DeadLetterStatus.SETTLED, event.how.value
                self.decided_at, self.decided_by = event.at, event.by
            case DeadLetterDiscardProposed():
                self.status = DeadLetterStatus.DISCARD_PROPOSED
                self.proposed_by, self.proposed_reason = event.by, event.reason
            case DeadLetterDiscarded():
                self.status, self.decision = DeadLetterStatus.DISCARDED, event.reason
                self.decided_at, self.decided_by = event.at, event.by
            case _:
                raise TypeError(f"{type(event).__name__} is no event of a dead letter")


class DeadLetterStore(TableStore[DeadLetter]):
    def __init__(self, events: DeadLetterEvents) -> None:
        super().__init__(dead_letter)
        self._events = events

    def save(self, connection: Connection, aggregate: DeadLetter, stored_version: int) -> None:
        """One of the first release is in the table, though no event told of it: its version is 0."""
        if stored_version > 0:
            super().save(connection, aggregate, stored_version)
            return
        values = {**self.to_row(aggregate), "version": aggregate.version}
        made = pg.insert(dead_letter).values(id=aggregate.id, **values)
        over = made.on_conflict_do_update(index_elements=["id"], set_=values, where=dead_letter.c.version == 0)
        if connection.execute(over).rowcount != 1:
            raise StaleVersion(stored_version, aggregate.version)

    def to_row(self, aggregate: DeadLetter) -> Mapping[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in _PLAIN},
            "kind": aggregate.kind.value,
            "status": aggregate.status.value,
        }

    def from_row(self, row: RowMapping) -> DeadLetter:
        return DeadLetter(
            id=row["id"],
            events=self._events,
            version=row["version"],
            kind=DeadLetterKind(row["kind"]),
            status=DeadLetterStatus(row["status"]),
            **{name: row[name] for name in _PLAIN},
        )


_PLAIN = (
    "jurisdiction",
    "reason",
    "error",
    "tries",
    "producer",
    "position",
    "event_type",
    "subject_id",
    "party",
    "opened_at",
    "proposed_by",
    "proposed_reason",
    "decided_at",
    "decided_by",
    "decision",
)


class DeadLetterBook:
    """One service's register. events: its own classes, by default those of its source."""

    def __init__(self, source: str, events: DeadLetterEvents | None = None) -> None:
        self.source = source
        self.events = events or EVENTS_OF[source]
        self.store = DeadLetterStore(self.events)

    def open(self, unit: Unit, trouble: Trouble, id_: UUID | None = None) -> UUID:
        """Enter it and tell of it, in the unit's transaction. id_: where the trouble has a name of its own."""
        letter = DeadLetter(id_ or new_id(), self.events, jurisdiction=trouble.jurisdiction)
        unit.record(letter, self.store, letter.open(trouble, unit.now))
        return letter.id

    def open_once(self, unit: Unit, trouble: Trouble, excerpt: str) -> None:
        """As open; while one of this kind, producer and reason is open, it is only counted again: no flood.

        excerpt: the beginning of what was refused, for whoever has the database; no list shows it.
        """
        connection = unit.connection
        connection.execute(
            sa.text("SELECT pg_advisory_xact_lock(hashtext(:what))"),
            {"what": f"{trouble.kind} {trouble.producer} {trouble.reason}"},
        )
        same = (
            dead_letter.c.kind == trouble.kind.value,
            dead_letter.c.producer == trouble.producer,
            dead_letter.c.reason == trouble.reason,
            dead_letter.c.status.in_([status.value for status in WAITING]),
        )
        known = connection.execute(sa.select(dead_letter.c.id).where(*same)).scalar_one_or_none()
        seen = {"last_at": sa.func.clock_timestamp(), "excerpt": excerpt[:_LONGEST_EXCERPT]}
        if known is None:
            id_ = self.open(unit, trouble)
            unit.flush()
            connection.execute(sa.update(dead_letter).where(dead_letter.c.id == id_).values(**seen))
        else:
            again = sa.update(dead_letter).where(dead_letter.c.id == known)
            connection.execute(again.values(times=dead_letter.c.times + 1, **seen))

    def find_open(self, connection: Connection, id_: UUID) -> DeadLetter | None:
        """Locked; None when there is none or it has ended."""
        try:
            letter = self.store.lock(connection, id_)
        except NotFound:
            return None
        return letter if letter.is_open else None

    def open_of(
        self, connection: Connection, kind: DeadLetterKind, subject_id: UUID, party: str | None = None
    ) -> list[UUID]:
        """Those of a subject that wait for a person. party: only those to it."""
        statement = sa.select(dead_letter.c.id).where(
            dead_letter.c.kind == kind.value,
            dead_letter.c.subject_id == subject_id,
            dead_letter.c.status.in_([status.value for status in WAITING]),
        )
        if party is not None:
            statement = statement.where(dead_letter.c.party == party)
        return list(connection.execute(statement).scalars())

    def settle(self, unit: Unit, id_: UUID, how: Settlement) -> None:
        """End it if it is open; nothing otherwise."""
        letter = self.find_open(unit.connection, id_)
        if letter is not None:
            unit.record(letter, self.store, letter.settle(how, unit.by, unit.now))


def told(error: BaseException) -> str:
    """What may be written down of an error: its kind and where it arose, never values: they may be personal data."""
    if isinstance(error, TianweiError):
        return f"{error.code}{f' at {error.field}' if error.field else ''}"
    if isinstance(error, DBAPIError):
        diagnosis = getattr(error.orig, "diag", None)
        facts = (getattr(error.orig, "pgcode", None), getattr(diagnosis, "constraint_name", None))
        return " ".join(str(fact) for fact in (type(error.orig).__name__, *facts) if fact)
    return f"{type(error).__name__}{_place(error)}"


def _place(error: BaseException) -> str:
    """Of the innermost frame: file and line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" in {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
