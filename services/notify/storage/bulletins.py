"""Bulletins in the database, and the figures that were frozen with them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.engine import RowMapping

from services.notify.domain.bulletin import Bulletin
from services.notify.domain.bulletin_facts import Points
from services.notify.domain.bulletin_period import BulletinPeriod
from services.notify.domain.counted import KINDS
from services.notify.domain.document_table import office_of
from services.notify.domain.figures import Figures, Group
from services.notify.storage.bulletin_tables import bulletin, bulletin_group
from services.notify.storage.standings import Point, frozen_groups, group_of, is_whole
from shared.audit import checkpoints
from shared.contracts.audit import Chain
from shared.contracts.bulletins import BulletinSnapshot, LogHead
from shared.contracts.catalogue import of_source
from shared.contracts.codes import BulletinKind, BulletinState
from shared.contracts.documents import COORDINATION
from shared.delivery.cursor import Cursor, FeedKey
from shared.delivery.tables import feed_cursor, log_head, parked
from shared.delivery.unit import TableStore
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import NotFound
from shared.principal import Actor

CONSUMER = "notify"
_SNAPSHOT = TypeAdapter(BulletinSnapshot | None)
_b = bulletin.c
_POINTS = ("this", "before", "year_before")
_COUNTED = tuple(event.type for event in of_source("cases") if issubclass(event, tuple(KINDS)))


class BulletinStore(TableStore[Bulletin]):
    def __init__(self) -> None:
        super().__init__(bulletin)

    def to_row(self, aggregate: Bulletin) -> Mapping[str, Any]:
        period, drafted = aggregate.of, aggregate.drafted
        return {
            "jurisdiction": aggregate.jurisdiction,
            "state": aggregate.state.value if aggregate.state else None,
            "kind": period.kind.value,
            "period": period.said,
            "name": period.name,
            "since": period.since,
            "until": period.until,
            "due_on": aggregate.due_on,
            "revision": aggregate.revision,
            "told_at": aggregate.told_at,
            "drafted": _SNAPSHOT.dump_python(drafted, mode="json"),
            "document_id": drafted.document_id if drafted else None,
        }

    def from_row(self, row: RowMapping) -> Bulletin:
        period = BulletinPeriod(BulletinKind(row["kind"]), row["period"], row["since"], row["until"], row["name"])
        return Bulletin(
            id=row["id"],
            jurisdiction=row["jurisdiction"],
            version=row["version"],
            state=BulletinState(row["state"]),
            period=period,
            due_on=row["due_on"],
            revision=row["revision"],
            told_at=row["told_at"],
            drafted=_SNAPSHOT.validate_python(row["drafted"]),
        )

    def get_seen(self, connection: Connection, id_: UUID, by: Actor) -> Bulletin:
        """Raises NotFound, also for what the actor does not see."""
        if connection.execute(sa.select(_b.id).where(_b.id == id_, visible(by))).first() is None:
            raise NotFound
        return self.get(connection, id_)

    def latest(self, connection: Connection, county_code: str, said: str) -> Bulletin | None:
        """Of a period, the last revision."""
        mine = sa.and_(_b.jurisdiction == full_code(county_code), _b.period == said)
        row = connection.execute(sa.select(bulletin).where(mine).order_by(_b.revision.desc()).limit(1))
        found = row.mappings().one_or_none()
        return None if found is None else self.from_row(found)

    def of_document(self, connection: Connection, document_id: UUID) -> Bulletin | None:
        """The bulletin that a document belongs to: its own, its report, its letter."""
        said = str(document_id)
        belongs = sa.or_(
            _b.document_id == document_id,
            _b.drafted["report_id"].astext == said,
            _b.drafted["copy_id"].astext == said,
        )
        found = connection.execute(sa.select(bulletin).where(belongs)).mappings().one_or_none()
        return None if found is None else self.from_row(found)


def hold_county(connection: Connection, county_code: str) -> None:
    """Who drafts a bulletin of a county waits for who drafts another one of it."""
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(7200451, :county)"), {"county": int(county_code)})


def visible(by: Actor) -> ColumnElement[bool]:
    """Those of the county, for the people of its office of the leading group."""
    if office_of(by) != COORDINATION or len(by.jurisdiction) < COUNTY_DIGITS:
        return sa.false()
    return _b.jurisdiction == full_code(by.jurisdiction[:COUNTY_DIGITS])


def freeze(connection: Connection, bulletin_id: UUID, county_code: str, period: BulletinPeriod, at: Point) -> Points:
    """Count the three points of a period and keep what they come to; whose ids are kept for the first alone."""
    # Hashed in memory: groups are few and their members are many, while a sort by five words takes seconds.
    connection.execute(sa.text("SET LOCAL work_mem = '64MB'"))
    connection.execute(sa.text("SET LOCAL enable_sort = off"))
    ends = (period.ends_at, period.begins_at, period.year_before_ends_at)
    members = sa.cast(sa.bindparam("members", type_=sa.Text), bulletin_group.c.members.type)
    keep = sa.insert(bulletin_group).values(members=members)
    for name, ends_at in zip(_POINTS, ends, strict=True):
        point = Point(ends_at, at.position, at.known)
        rows = connection.execute(frozen_groups(bulletin_id, name, county_code, point, members=name == "this"))
        if found := [dict(row) for row in rows.mappings()]:
            connection.execute(keep, found)
    connection.execute(sa.text("SET LOCAL enable_sort = on"))
    return frozen(connection, bulletin_id)


def frozen(connection: Connection, bulletin_id: UUID) -> Points:
    """The figures of a bulletin as they were frozen."""
    g = bulletin_group.c
    columns = [column for column in g if column.name != "members"]
    rows = connection.execute(sa.select(*columns).where(g.bulletin_id == bulletin_id).order_by(g.place)).mappings()
    found: dict[str, list[Any]] = {name: [] for name in _POINTS}
    for row in rows:
        found[row["point"]].append(group_of(row))
    return Points(*(Figures(tuple(found[name])) for name in _POINTS))


def places(connection: Connection, bulletin_id: UUID) -> list[tuple[int, Group]]:
    """The groups of a bulletin's own point, each with its place."""
    g = bulletin_group.c
    columns = [column for column in g if column.name != "members"]
    mine = sa.select(*columns).where(g.bulletin_id == bulletin_id, g.point == "this").order_by(g.place)
    return [(row["place"], group_of(row)) for row in connection.execute(mine).mappings()]


def cursor(connection: Connection) -> Cursor:
    """How far the log of cases has been counted."""
    row = connection.execute(sa.select(feed_cursor).where(FeedKey(CONSUMER, "cases").of(feed_cursor))).one_or_none()
    return Cursor(0, "", None, "running") if row is None else Cursor(row.position, row.hash, row.log_id, row.state)


def unfinished(connection: Connection) -> tuple[str, int] | None:
    """Why not everything that cases told has been counted, and how many events are parked; None when it has."""
    if not is_whole(connection):
        return "uncounted", 0
    if cursor(connection).state != "running":
        return "feed-stopped", 0
    waiting = sa.select(sa.func.count()).where(
        FeedKey(CONSUMER, "cases").of(parked), parked.c.status == "open", parked.c.type.in_(_COUNTED)
    )
    number = int(connection.execute(waiting).scalar_one())
    return ("events-parked", number) if number else None


def heads(connection: Connection) -> list[LogHead]:
    """The ends of the logs of the services, those of others as far as they have been read; then those of access."""
    read = sa.select(feed_cursor).where(feed_cursor.c.consumer == CONSUMER).order_by(feed_cursor.c.producer)
    found = [
        LogHead(service=row.producer, log_id=row.log_id, position=row.position, hash=row.hash)
        for row in connection.execute(read)
    ]
    own = connection.execute(sa.select(log_head)).one_or_none()
    if own is not None:
        found.append(LogHead(service=CONSUMER, log_id=own.log_id, position=own.position, hash=own.hash))
    return [*found, *_signed(connection)]


def _signed(connection: Connection) -> list[LogHead]:
    """The ends of the chains of access, which only a checkpoint tells here."""
    kept = checkpoints.newest(connection)
    heads_there = [] if kept is None else checkpoints.heads_of(checkpoints.read(kept))
    return [LogHead(**head.model_dump()) for head in heads_there if head.chain is Chain.ACCESS]
