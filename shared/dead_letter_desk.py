"""What people do about dead letters (R7), the same in every service: list, look, replay, discard by two people.

Whose: those who run the house and those who coordinate. What they see says where and why, never what.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from shared.clock import Clock
from shared.contracts.base import Page
from shared.contracts.codes import Role
from shared.contracts.dead_letters import (
    WAITING,
    ConfirmDiscard,
    DeadLetterKind,
    DeadLetterView,
    GetDeadLetter,
    ListDeadLetters,
    ProposeDiscard,
    ReplayDeadLetter,
    ReplayedView,
    Settlement,
)
from shared.delivery.cursor import FeedKey
from shared.delivery.dead_letters import DeadLetter, DeadLetterBook
from shared.delivery.parking import Parking, Replayed
from shared.delivery.reactor import Reactor
from shared.delivery.tables import dead_letter
from shared.delivery.unit import Unit
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import Conflict, NotFound
from shared.operations import Call, CommandOperation, Operation, QueryOperation, ScopeRule
from shared.paging import Listing, page
from shared.principal import Actor

Resume = Callable[[Any, UUID, str], None]
"""(unit, subject_id, party): owe a delivery again that was given up."""

_ROLES = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})
# Of no place: what the first release had refused without knowing whose it was.
_NOWHERE = "000000000000"

DEAD_LETTERS = ScopeRule(
    "dead-letters", "those of the place whose jurisdiction begins with the actor's own; what is of no place, all"
)

_LIST = Listing(
    columns=[column for column in dead_letter.c if column.name not in ("excerpt", "jurisdiction")],
    keys=[dead_letter.c.opened_at, dead_letter.c.id],
)


class NotReplayable(Conflict):
    """Nothing of it is kept to be tried again."""

    def __init__(self, kind: DeadLetterKind) -> None:
        super().__init__("dead-letter-not-replayable", None, kind=kind.value)


@dataclass(frozen=True)
class DeadLetterDesk:
    """reactors: per producer. resume: of a service that sends."""

    book: DeadLetterBook
    reactors: Mapping[str, Reactor]
    clock: Clock
    resume: Resume | None = None

    def operations(self) -> tuple[Operation, ...]:
        return (
            QueryOperation(ListDeadLetters, self.list, _ROLES, DEAD_LETTERS),
            QueryOperation(GetDeadLetter, self.get, _ROLES, DEAD_LETTERS),
            CommandOperation(ReplayDeadLetter, self.replay, _ROLES, DEAD_LETTERS),
            CommandOperation(ProposeDiscard, self.propose_discard, _ROLES, DEAD_LETTERS),
            CommandOperation(ConfirmDiscard, self.confirm_discard, _ROLES, DEAD_LETTERS),
        )

    # queries

    def list(self, q: ListDeadLetters, by: Actor, connection: Connection) -> Page[DeadLetterView]:
        where = [_seen_by(by)]
        if q.ended is not None:
            waiting = dead_letter.c.status.in_([status.value for status in WAITING])
            where.append(~waiting if q.ended else waiting)
        for name in ("kind", "producer", "subject_id"):
            if (wanted := getattr(q, name)) is not None:
                where.append(dead_letter.c[name] == wanted)
        return page(_LIST, where, q, connection, lambda rows: [self._view(row) for row in rows])

    def get(self, q: GetDeadLetter, by: Actor, connection: Connection) -> DeadLetterView:
        statement = sa.select(*_LIST.columns).where(dead_letter.c.id == q.id, _seen_by(by))
        row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound
        return self._view({**row})

    def _view(self, row: Mapping[str, Any]) -> DeadLetterView:
        until: datetime = row["decided_at"] or self.clock.now()
        age_s = max(0, int((until - row["opened_at"]).total_seconds()))
        return DeadLetterView(**row, service=self.book.source, age_s=age_s)

    # commands

    def replay(self, _: ReplayDeadLetter, call: Call, unit: Unit) -> ReplayedView:
        """Raises NotReplayable, DeadLetterEnded, StaleVersion, NotFound."""
        letter = self._letter(call, unit)
        letter.require_open()
        done = self._replay(letter, unit)
        view = self._after(letter.id, call, unit)
        return ReplayedView(
            **view.model_dump(), replayed=done.replayed, remaining=done.remaining, failed_id=done.failed
        )

    def _replay(self, letter: DeadLetter, unit: Unit) -> Replayed:
        if letter.kind is DeadLetterKind.PARKED_EVENT and letter.producer and letter.subject_id:
            parking = Parking(self._feed_of(letter), self.book)
            return parking.replay(unit, letter.subject_id, self.reactors[letter.producer])
        if letter.kind is DeadLetterKind.EXHAUSTED_DELIVERY and self.resume and letter.subject_id and letter.party:
            self.resume(unit, letter.subject_id, letter.party)
        elif letter.kind is DeadLetterKind.FORKED_FEED:
            # It looks again, and stops again if the log still contradicts what was settled here.
            self._set_feed(letter, unit, "running")
        else:
            raise NotReplayable(letter.kind)
        self.book.settle(unit, letter.id, Settlement.REPLAYED)
        return Replayed(1, 0)

    def propose_discard(self, cmd: ProposeDiscard, call: Call, unit: Unit) -> DeadLetterView:
        """Raises DeadLetterEnded, StaleVersion, NotFound."""
        letter = self._letter(call, unit)
        unit.record(letter, self.book.store, letter.propose_discard(cmd.reason, call.by, unit.now))
        return self._after(letter.id, call, unit)

    def confirm_discard(self, _: ConfirmDiscard, call: Call, unit: Unit) -> DeadLetterView:
        """Raises DiscardNotProposed, SecondPersonNeeded, DeadLetterEnded, StaleVersion, NotFound."""
        letter = self._letter(call, unit)
        told = letter.confirm_discard(call.by, unit.now)
        if letter.kind is DeadLetterKind.PARKED_EVENT:
            Parking(self._feed_of(letter), self.book).discard(unit, letter.id, letter.proposed_reason or "")
        elif letter.kind is DeadLetterKind.FORKED_FEED:
            # What was settled of the old log is given up as far as the new one does not have it.
            self._set_feed(letter, unit, "accepting")
        unit.record(letter, self.book.store, told)
        return self._after(letter.id, call, unit)

    def _letter(self, call: Call, unit: Unit) -> DeadLetter:
        """Locked. The feed's lock comes first, as where events are applied: the other order would be a deadlock."""
        letter = self.book.store.get(unit.connection, call.target)
        if not _covers(call.by, letter.jurisdiction):
            raise NotFound
        if letter.producer is not None and letter.kind is not DeadLetterKind.REFUSED_MESSAGE:
            self._feed_of(letter).lock(unit.connection)
        return self.book.store.lock(unit.connection, call.target, call.expected_version)

    def _feed_of(self, letter: DeadLetter) -> FeedKey:
        return FeedKey(self.book.source, letter.producer or "")

    def _set_feed(self, letter: DeadLetter, unit: Unit, state: str) -> None:
        self._feed_of(letter).set_state(unit.connection, state)

    def _after(self, id_: UUID, call: Call, unit: Unit) -> DeadLetterView:
        """As it is once the unit has written."""
        unit.flush()
        return self.get(GetDeadLetter(id=id_), call.by, unit.connection)


def _seen_by(by: Actor) -> ColumnElement[bool]:
    if not _has_place(by):
        return sa.false()
    return sa.or_(
        dead_letter.c.jurisdiction.startswith(by.jurisdiction, autoescape=True),
        dead_letter.c.jurisdiction == _NOWHERE,
    )


def _covers(by: Actor, jurisdiction: str) -> bool:
    return _has_place(by) and (jurisdiction.startswith(by.jurisdiction) or jurisdiction == _NOWHERE)


def _has_place(by: Actor) -> bool:
    """An empty prefix would begin every code of the country."""
    return len(by.jurisdiction) >= COUNTY_DIGITS and by.jurisdiction.isascii() and by.jurisdiction.isdigit()
