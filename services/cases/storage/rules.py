"""Rules in and out of their tables, and the book of them that every process keeps fresh."""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from services.cases.domain.rule import Kept, Rule, rule_id
from services.cases.domain.rule_book import Entry, RuleBook
from services.cases.storage.rule_tables import rule, rule_revision, rule_row, rule_seed
from shared.clock import Clock, local_day
from shared.contracts.codes import RuleRegister
from shared.contracts.rules import RuleFact, RuleRow, RuleView
from shared.delivery.unit import TableStore
from shared.errors import StaleVersion

log = logging.getLogger(__name__)

FACT = tuple(name for name in RuleFact.model_fields)
_REVISION = sa.select(rule_revision.c.revision)


class RuleStore(TableStore[Rule]):
    """A rule that nobody edited has no row of its own: it is what is shipped, at version 0."""

    def __init__(self) -> None:
        super().__init__(rule)

    def lock_key(
        self,
        connection: Connection,
        register: RuleRegister,
        key: str,
        jurisdiction: str,
        expected_version: int | None = None,
    ) -> Rule:
        """Locked until the unit ends; two first edits of one key meet on its primary key. Raises StaleVersion."""
        id_ = rule_id(register, key)
        found = connection.execute(sa.select(rule).where(rule.c.id == id_).with_for_update()).mappings().one_or_none()
        version = 0 if found is None else found["version"]
        if expected_version is not None and version != expected_version:
            raise StaleVersion(expected_version, version)
        if found is not None:
            return self.with_rows(connection, self.from_row(found))
        shipped = [Kept(fact) for fact, superseded_at in shipped_rows(connection, register, key) if not superseded_at]
        return Rule(id=id_, jurisdiction=jurisdiction, register=register, key=key, kept=shipped)

    def insert_many(self, connection: Connection, aggregates: Sequence[Rule]) -> None:
        super().insert_many(connection, aggregates)
        if rows := [row for aggregate in aggregates for row in _rows_of(aggregate)]:
            connection.execute(sa.insert(rule_row), rows)

    def save(self, connection: Connection, aggregate: Rule, stored_version: int) -> None:
        super().save(connection, aggregate, stored_version)
        insert = pg.insert(rule_row)
        moved = {"superseded_at": insert.excluded.superseded_at}
        connection.execute(insert.on_conflict_do_update(index_elements=["row_id"], set_=moved), _rows_of(aggregate))

    def to_row(self, aggregate: Rule) -> Mapping[str, Any]:
        return {
            "division_code": aggregate.jurisdiction,
            "register": aggregate.register.value,
            "key": aggregate.key,
        }

    def from_row(self, row: RowMapping) -> Rule:
        return Rule(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["division_code"],
            register=RuleRegister(row["register"]),
            key=row["key"],
        )

    @staticmethod
    def with_rows(connection: Connection, found: Rule) -> Rule:
        found.kept = [Kept(fact, superseded_at) for fact, superseded_at in edited_rows(connection, found.id)]
        return found


def edited_rows(connection: Connection, rule_id_: UUID) -> list[tuple[RuleFact, Any]]:
    """Every row of an edited rule with the end of its recorded time."""
    rows = connection.execute(sa.select(rule_row).where(rule_row.c.rule_id == rule_id_)).mappings()
    return [(fact_of(row), row["superseded_at"]) for row in rows]


def shipped_rows(connection: Connection, register: RuleRegister, key: str) -> list[tuple[RuleFact, Any]]:
    """Every shipped row of a key, of this release and of former ones."""
    c = rule_seed.c
    rows = connection.execute(sa.select(rule_seed).where(c.register == register.value, c.key == key)).mappings()
    return [(fact_of(row), row["superseded_at"]) for row in rows]


def fact_of(row: RowMapping) -> RuleFact:
    return RuleFact.model_validate({name: row[name] for name in FACT})


def believed(*columns: str) -> sa.CompoundSelect[Any]:
    """Every row that is believed or was, with register and key: of an edited key its own rows, else the shipped ones.

    columns: beside register and key.
    """
    edited = sa.select(rule.c.register, rule.c.key, *(rule_row.c[name] for name in columns)).select_from(
        rule_row.join(rule, rule.c.id == rule_row.c.rule_id)
    )
    taken = sa.exists().where(rule.c.register == rule_seed.c.register, rule.c.key == rule_seed.c.key)
    shipped = sa.select(rule_seed.c.register, rule_seed.c.key, *(rule_seed.c[name] for name in columns)).where(~taken)
    return sa.union_all(edited, shipped)


def find(connection: Connection, register: RuleRegister, key: str) -> Rule | None:
    """A rule as it is, without a lock; None for a key that nobody shipped or edited."""
    id_ = rule_id(register, key)
    row = connection.execute(sa.select(rule).where(rule.c.id == id_)).mappings().one_or_none()
    if row is not None:
        store = RuleStore()
        return store.with_rows(connection, store.from_row(row))
    kept = [Kept(fact, ended) for fact, ended in shipped_rows(connection, register, key) if ended is None]
    return Rule(id=id_, jurisdiction="", register=register, key=key, kept=kept) if kept else None


def view_of(found: Rule, connection: Connection) -> RuleView:
    """The rule with everything that was ever believed of it, and what is shipped beside what was edited."""
    shipped = shipped_rows(connection, found.register, found.key)
    mine = {kept.fact.row_id for kept in found.kept}
    former = [(kept.fact, kept.superseded_at) for kept in found.kept if kept.superseded_at is not None]
    former += [(fact, ended) for fact, ended in shipped if ended is not None and fact.row_id not in mine]
    return RuleView(
        id=found.id,
        version=found.version,
        register_name=found.register,
        key=found.key,
        rows=[row_view(found.register, found.key, fact) for fact in found.rows],
        former=[
            row_view(found.register, found.key, fact, ended)
            for fact, ended in sorted(former, key=lambda pair: (pair[1], pair[0].valid_from), reverse=True)
        ],
        shipped=[
            row_view(found.register, found.key, fact)
            for fact, ended in sorted(shipped, key=lambda pair: pair[0].valid_from)
            if ended is None and found.version > 0
        ],
    )


def row_view(register: RuleRegister, key: str, fact: RuleFact, superseded_at: datetime | None = None) -> RuleRow:
    return RuleRow(register_name=register, key=key, superseded_at=superseded_at, **dict(fact))


class Rules:
    """The book of a process: asked for at every unit, read anew within a second of an edit, whoever made it.

    engine: of its own, so that a worker that asks while it holds a connection of the main pool waits for nobody.
    """

    def __init__(self, engine: Engine, clock: Clock, look_every_s: float = 1.0) -> None:
        self._engine = engine
        self._clock = clock
        self._look_every_s = look_every_s
        self._lock = threading.Lock()
        self._book: RuleBook | None = None
        self._revision = -1
        self._looked_at = float("-inf")
        self.unreadable = 0

    def book(self) -> RuleBook:
        """At most one cheap read a second; while one greenlet reads, the others work by the book there is."""
        if self._book is not None and time.monotonic() - self._looked_at < self._look_every_s:
            return self._book
        if not self._lock.acquire(blocking=self._book is None):
            assert self._book is not None
            return self._book
        try:
            return self._looked()
        finally:
            self._lock.release()

    def _looked(self) -> RuleBook:
        if self._book is not None and time.monotonic() - self._looked_at < self._look_every_s:
            return self._book
        today = local_day(self._clock.now())
        with self._engine.connect() as connection:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            revision = connection.execute(_REVISION).scalar_one()
            if self._book is None or revision != self._revision:
                self._book, self.unreadable = read_book(connection, today)
            elif self._book.today != today:
                self._book = self._book.on(today)
        self._revision, self._looked_at = revision, time.monotonic()
        return self._book


def read_book(connection: Connection, today: date) -> tuple[RuleBook, int]:
    """The rules as believed now, and how many rows this release cannot read: left out, told by the health answer."""
    entries, unreadable = read_register(connection)
    return RuleBook(entries, today), unreadable


def book_of(connection: Connection, *registers: RuleRegister) -> RuleBook:
    """The book of some registers, for queries; its day is the database's. Units hold the whole book: unit.rules."""
    today = local_day(connection.execute(sa.select(sa.func.now())).scalar_one())
    return RuleBook(read_register(connection, *registers)[0], today)


def read_register(connection: Connection, *registers: RuleRegister) -> tuple[list[Entry], int]:
    """What is believed now of some registers, or of all, and how many rows this release cannot read."""
    found = believed(*FACT, "superseded_at").subquery()
    query = sa.select(found).where(found.c.superseded_at.is_(None))
    if registers:
        query = query.where(found.c.register.in_([register.value for register in registers]))
    entries, unreadable = [], 0
    for row in connection.execute(query).mappings():
        try:
            entries.append(Entry.of(RuleRegister(row["register"]), row["key"], fact_of(row)))
        except (ValidationError, ValueError):
            unreadable += 1
            log.exception("a rule cannot be read", extra={"register": row["register"], "key": row["key"]})
    return entries, unreadable


def _rows_of(aggregate: Rule) -> list[dict[str, Any]]:
    return [
        {
            **kept.fact.model_dump(mode="python", exclude={"source", "mark"}),
            "mark": kept.fact.mark.value,
            "source": kept.fact.source.model_dump(mode="json", exclude_none=True),
            "rule_id": aggregate.id,
            "superseded_at": kept.superseded_at,
        }
        for kept in aggregate.kept
    ]
