"""What every object of cases counts as: kept as cases tells it, counted for any instant and any position of its log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from services.notify.domain.counted import KINDS, Clock, Counted, Counts
from services.notify.domain.figures import Group
from services.notify.storage.bulletin_tables import AREAS, COUNTED, climbed_step, counted_object, counting_gap, standing
from shared.clock import local_day
from shared.contracts.codes import WorkKind
from shared.statistics import Sum

_s = standing.c
_UUID = pg.UUID(as_uuid=True)
COUNTED_KINDS = tuple(kind for kind, _ in KINDS.values())
_INFINITY: sa.ColumnElement[datetime] = sa.literal_column("'infinity'::timestamptz")


@dataclass(frozen=True)
class Point:
    """What stood before an instant, as far as a position of the log of cases had told.

    known: by what is known of its days, also where that was told after them; else by what had been told by then.
    """

    ends_at: datetime
    position: int
    known: bool = False

    def holds(self, county_code: str, kinds: Iterable[WorkKind] = COUNTED_KINDS) -> list[ColumnElement[bool]]:
        """Conditions on standing."""
        since, until = (_s.valid_at, _s.until_valid_at) if self.known else (_s.told_at, _s.until_told_at)
        # The first alternative is what the index holds; the second, of what ended by events not told yet, is mostly
        # empty, and nothing when the position is the last one.
        still = sa.or_(sa.func.coalesce(until, _INFINITY) >= self.ends_at, _s.until_position > self.position)
        mine = [_s.county_code == county_code, _s.kind.in_([kind.value for kind in kinds])]
        return [*mine, _s.position <= self.position, since < self.ends_at, still]

    @property
    def overdue(self) -> ColumnElement[bool]:
        """Whether the term of a row of standing had run out."""
        return sa.func.coalesce(_s.due_on < local_day(self.ends_at), sa.false())


def find(connection: Connection, id_: UUID) -> tuple[Counted, int] | None:
    """The object as it is now, and the position of its last row."""
    row = connection.execute(sa.select(counted_object).where(counted_object.c.id == id_)).mappings().one_or_none()
    return None if row is None else (_counted(row), row["position"])


def keep(connection: Connection, now: Counted, former: Counted | None, last: int, position: int) -> None:
    """The object after an event at a position. last: of its former row in standing, 0 for none."""
    counts_otherwise = former is None or now.counts != former.counts
    insert = pg.insert(counted_object).values(**_row(now), position=position if counts_otherwise else last)
    changes = {column.name: insert.excluded[column.name] for column in counted_object.c if column.name != "id"}
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changes))
    if not counts_otherwise:
        return
    if former is not None:
        ended = sa.update(standing).where(_s.object_id == now.id, _s.position == last)
        connection.execute(
            ended.values(until_position=position, until_told_at=now.told_at, until_valid_at=now.valid_at)
        )
    connection.execute(
        pg.insert(standing).values(
            object_id=now.id,
            position=position,
            kind=now.kind.value,
            county_code=now.county_code,
            township_code=now.township_code,
            told_at=now.told_at,
            valid_at=now.valid_at,
            **_counts(now.counts),
        )
    )


def note_step(
    connection: Connection, object_id: UUID, rule_id: str, step: str, *, position: int, raised_at: datetime, over: int
) -> None:
    """A step of the ladder that was climbed; the first time it was."""
    values = {
        "object_id": object_id,
        "rule_id": rule_id,
        "step": step,
        "position": position,
        "raised_at": raised_at,
        "days_over": over,
    }
    connection.execute(pg.insert(climbed_step).values(**values).on_conflict_do_nothing())


def is_whole(connection: Connection) -> bool:
    """Whether everything that was settled was counted too."""
    return connection.execute(sa.select(counting_gap.c.id)).first() is None


_GROUPED = ("township_code", "kind", "state", "outcome", "part")


def count(connection: Connection, county_code: str, at: Point) -> list[Group]:
    """Everything of a county that stood at a point, in groups."""
    keys = [_s[name] for name in _GROUPED]
    overdue = at.overdue.label("overdue")
    sums = [sa.func.sum(_s[name]).label(name) for name in AREAS]
    found = (
        sa.select(*keys, overdue, sa.func.count().label("items"), *sums)
        .where(*at.holds(county_code))
        .group_by(*keys, overdue)
    )
    return [group_of(row) for row in connection.execute(found).mappings()]


def frozen_groups(bulletin_id: UUID, point: str, county_code: str, at: Point, *, members: bool) -> sa.Select[Any]:
    """Rows for bulletin_group, with what they count by name; ids as the text of an array.

    To be read, not to be inserted from: PostgreSQL counts with several processes only for who reads.
    """
    keys = [_s[name] for name in _GROUPED]
    overdue = at.overdue.label("overdue")
    held = (
        sa.select(*keys, overdue, _s.object_id, *(_s[name] for name in AREAS)).where(*at.holds(county_code)).subquery()
    )
    h = held.c
    of: list[Any] = [h[name] for name in _GROUPED]
    sums: list[Any] = [sa.func.sum(h[name]).label(name) for name in AREAS]
    ids: list[Any] = [sa.func.array_agg(h.object_id).label("ids")] if members else []
    # Grouped first and put in order afterwards: sorting all objects by five words took seconds.
    grouped = (
        sa.select(*of, h.overdue, sa.func.count().label("items"), *sums, *ids).group_by(*of, h.overdue).cte("grouped")
    )
    g = grouped.c
    found: list[Any] = [
        sa.literal(bulletin_id, _UUID).label("bulletin_id"),
        sa.literal(point).label("point"),
        sa.func.row_number().over(order_by=[*(g[name] for name in _GROUPED), g.overdue]).label("place"),
        *(g[name] for name in (*_GROUPED, "overdue", "items", *AREAS)),
    ]
    if not members:
        return sa.select(*found, sa.literal("").label("members_sha256"), sa.null().label("members"))
    one = sa.func.unnest(g.ids).column_valued("one")
    in_order = sa.select(sa.func.array_agg(pg.aggregate_order_by(one, one)).label("members")).lateral("in_order")
    text = sa.func.convert_to(sa.func.array_to_string(in_order.c.members, ","), "UTF8")
    digest = sa.func.encode(sa.func.sha256(text), sa.literal("hex")).label("members_sha256")
    said = sa.cast(in_order.c.members, sa.Text).label("members")
    return sa.select(*found, digest, said).select_from(grouped.join(in_order, sa.true()))


def group_of(row: RowMapping) -> Group:
    return Group(
        township_code=row["township_code"],
        kind=WorkKind(row["kind"]),
        state=row["state"],
        outcome=row["outcome"],
        part=row["part"],
        overdue=row["overdue"],
        sum=Sum(int(row["items"]), *(row[name] for name in AREAS)),
        members_sha256=row.get("members_sha256") or "",
    )


def _row(of: Counted) -> dict[str, Any]:
    return {
        "id": of.id,
        "kind": of.kind.value,
        "number": of.number,
        "title": of.title,
        "case_id": of.case_id,
        "division_code": of.division_code,
        **_counts(of.counts),
        "measured": of.measured,
        "clocks": [
            {
                "rule_id": clock.rule_id,
                "due_on": clock.due_on.isoformat() if clock.due_on else None,
                "last": clock.last,
                "held": list(clock.held),
            }
            for clock in of.clocks
        ],
        "told_at": of.told_at,
        "valid_at": of.valid_at,
    }


def _counts(of: Counts) -> dict[str, Any]:
    return {name: getattr(of, name) for name in COUNTED}


def _counted(row: RowMapping) -> Counted:
    return Counted(
        id=row["id"],
        kind=WorkKind(row["kind"]),
        counts=Counts(**{name: row[name] for name in COUNTED}),
        number=row["number"],
        title=row["title"],
        case_id=row["case_id"],
        division_code=row["division_code"],
        measured=row["measured"],
        clocks=tuple(_clock(one) for one in row["clocks"]),
        told_at=row["told_at"],
        valid_at=row["valid_at"],
    )


def _clock(said: dict[str, Any]) -> Clock:
    due_on = date.fromisoformat(said["due_on"]) if said["due_on"] else None
    return Clock(said["rule_id"], due_on, said["last"], tuple(said["held"]))


def first_told_at(connection: Connection, county_code: str) -> datetime | None:
    """When the first of what is counted of a county was told; None for a county of which nothing is."""
    mine = sa.select(standing.c.told_at).where(_s.county_code == county_code)
    if connection.execute(mine.limit(1)).first() is None:
        return None
    first: datetime = connection.execute(mine.order_by(_s.position).limit(1)).scalar_one()
    return first
