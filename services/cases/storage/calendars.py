"""What clocks are counted by, as the rules have it: for queries, and for whoever counts clocks again after a change."""

from collections.abc import Iterable
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import postgresql as pg

from services.cases.domain.deadlines import DeadlineRegister
from services.cases.domain.rule_book import Entry, RuleBook
from services.cases.storage.deadline_tables import counted_calendar
from services.cases.storage.rule_tables import rule_revision
from services.cases.storage.rules import book_of
from shared.contracts.codes import RuleRegister
from shared.workdays import WorkDays

_REVISION = sa.select(rule_revision.c.revision)
_READ: WeakKeyDictionary[Engine, tuple[int, RuleBook]] = WeakKeyDictionary()


def calendar(connection: Connection, *, overlay: bool) -> WorkDays:
    """The nation's, or with the region's holidays laid over it."""
    calendars = _counting(connection).calendars
    return calendars.local if overlay else calendars.national


def deadline_register(connection: Connection) -> DeadlineRegister:
    """The rules of clocks, for queries that say more of a clock than it carries."""
    return _counting(connection).deadlines


def _counting(connection: Connection) -> RuleBook:
    """What clocks are counted by. Read anew only when a rule has changed."""
    revision = connection.execute(_REVISION).scalar_one()
    known = _READ.get(connection.engine)
    if known is None or known[0] != revision:
        book = book_of(connection, RuleRegister.CALENDAR, RuleRegister.DEADLINE, RuleRegister.LADDER)
        known = _READ[connection.engine] = (revision, book)
    return known[1]


def to_count(connection: Connection, calendars: Iterable[Entry]) -> list[Entry]:
    """Calendars by which the running clocks have not been counted yet."""
    counted = {row.key: row.row_id for row in connection.execute(sa.select(counted_calendar))}
    return [entry for entry in calendars if counted.get(entry.key) != entry.row_id]


def is_counted(connection: Connection, key: str, row_id: UUID) -> None:
    """The running clocks have been counted by that row of a calendar."""
    row = pg.insert(counted_calendar).values(key=key, row_id=row_id)
    connection.execute(row.on_conflict_do_update(index_elements=["key"], set_={"row_id": row_id}))
