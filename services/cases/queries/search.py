"""Search: by words, numbers, parties, places and position, over all kinds of objects, the last entered first.

An index of words gives what matches in no order, and a common word matches a tenth of a county. So the rows are
numbered as they are entered and the index begins with blocks of these numbers: search looks into the newest blocks,
then into as many more at a time as it takes, and into everything at once only for what is so rare that all of it is
little. Rare is what the index finds rarely, not what is shown rarely: a common word may never occur in one township.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import CTE, ColumnElement, Connection, FromClause
from sqlalchemy.dialects import postgresql as pg

from services.cases.domain import grams
from services.cases.queries.positions import has_inside, touches
from services.cases.queries.work import COLUMNS, told, within
from services.cases.storage.work_scope import Sight, seen, sights
from services.cases.storage.work_tables import BLOCK, work_item, work_text
from shared.contracts.base import Page
from shared.contracts.work import Search, WorkRow
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import InvalidInput
from shared.paging import CursorInvalid, cursor_of, read_cursor
from shared.principal import Actor

_w, _t = work_item.c, work_text.c
_ROWS = TypeAdapter(list[WorkRow])
# Blocks of one look at most. What has fewer rows a block than _FEW is looked for everywhere at once, and block by block
# after all when that comes to more than _LITTLE rows.
_MOST, _FEW, _LITTLE = 16, 3, 1000
_TEXTS = pg.ARRAY(sa.Text)


class TooShort(InvalidInput):
    """Nothing to look for: neither a Chinese character nor three letters or digits in a row."""

    def __init__(self, field: str) -> None:
        super().__init__("cases.search-too-short", field)


class NothingAsked(InvalidInput):
    def __init__(self) -> None:
        super().__init__("cases.search-empty", "q")


def search(q: Search, by: Actor, connection: Connection, now: datetime) -> Page[WorkRow]:
    """One page. Raises TooShort, NothingAsked, CursorInvalid."""
    (indexed, fits), (touched, inside) = _words(q), _position(q)
    indexed += touched
    if not indexed:
        raise NothingAsked
    before = _place(q)
    fits += inside if before is None else [*inside, _t.serial < before]
    fits += [_t.kind == q.kind.value] if q.kind else []
    if not sights(by):
        return Page(items=[])
    rows: list[dict[str, Any]] = []
    looks = _Looks(connection, before, rare=q.no is not None)
    whole = _sees_all(by) and q.division is None
    while len(rows) <= q.limit and (look := looks.next(q.limit + 1 - len(rows))) is not None:
        hits, read = _hits(look, indexed, fits, q, by, connection, whole=whole)
        if looks.took(look, read, len(hits)):
            rows += hits
    shown = rows[: q.limit]
    return Page(
        items=_ROWS.validate_python([told(row, now) for row in shown]),
        next_cursor=cursor_of(False, shown[-1]["serial"]) if len(rows) > q.limit else None,
    )


def _sees_all(by: Actor) -> bool:
    """Whether the actor sees all of a county, so that hits need not be narrowed before they are counted."""
    found = sights(by)
    return len(found) == 1 and found[0] == Sight(by.jurisdiction[:COUNTY_DIGITS])


def _hits(
    look: Sequence[int] | int,
    indexed: Sequence[ColumnElement[bool]],
    fits: Sequence[ColumnElement[bool]],
    q: Search,
    by: Actor,
    connection: Connection,
    *,
    whole: bool,
) -> tuple[list[dict[str, Any]], int]:
    """What fits and is shown, the last entered first, up to one more than a page; and how many rows were read for it.

    look: blocks, or the last of all that are left. Collected before it is ordered, lest the server walk through all
    rows in that order. whole: nearly all that fits is shown, and so it is ordered before its rows are fetched, of which
    a common word has a thousand.
    """
    read = _read(look, indexed, fits)
    count = sa.select(sa.func.count().label("read")).select_from(read).subquery("count")
    hit: FromClause = sa.select(read.c.id, read.c.serial).where(read.c.fits).subquery("hit")
    most = q.limit + 1
    if whole:
        county = sa.select(_w.id).where(_w.id == hit.c.id, seen(by)).exists()
        hit = sa.select(hit).where(county).order_by(hit.c.serial.desc()).limit(most).subquery("last")
    narrowed = within(q.division) if q.division else []
    shown = sa.join(hit, work_item, _w.id == hit.c.id)
    # One row at least, with the count.
    rows = connection.execute(
        sa.select(*COLUMNS, hit.c.serial, count.c.read)
        .select_from(count.outerjoin(shown, sa.and_(seen(by), *narrowed)))
        .order_by(hit.c.serial.desc())
        .limit(most)
    ).mappings()
    found = [dict(row) for row in rows]
    return [row for row in found if row["serial"] is not None], found[0]["read"]


def _read(
    look: Sequence[int] | int, indexed: Sequence[ColumnElement[bool]], fits: Sequence[ColumnElement[bool]]
) -> CTE:
    """Id and serial of what the index finds, and whether it fits; of all that are left _LITTLE and one at most."""
    if isinstance(look, int):
        # Not asked of the index, which of a range of blocks would make a list of every row.
        fit = sa.and_(*fits, _t.block <= look).label("fits")
        # Planned without its limit, or the planner might read the whole table for the first of many.
        found = sa.select(_t.id, _t.serial, fit).where(*indexed).cte("found").prefix_with("MATERIALIZED")
        return sa.select(found).limit(_LITTLE + 1).cte("read").prefix_with("MATERIALIZED")
    blocks = sa.func.unnest(sa.cast(list(look), pg.ARRAY(sa.Integer))).table_valued("block").render_derived()
    # OFFSET 0 keeps it one lookup a block. The pieces of one word come together; the planner multiplies their shares,
    # believes that ten of a million rows have them all, and fetched a hundred thousand before it asked for the block.
    each = (
        sa.select(_t.id, _t.serial, sa.and_(sa.true(), *fits).label("fits"))
        .where(_t.block == blocks.c.block, *indexed)
        .offset(sa.literal_column("0"))
        .lateral("each")
    )
    return sa.select(each).join_from(blocks, each, sa.true()).cte("read").prefix_with("MATERIALIZED")


def _words(q: Search) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """By the index every piece of every word; then, read in the row, each word itself in what it was asked of."""
    wanted: set[str] = set()
    fits: list[ColumnElement[bool]] = []
    for name, said, column in (("q", q.q, _t.body), ("party", q.party, _t.party), ("place", q.place, _t.place)):
        if said is None:
            continue
        pieces = {gram for word in grams.words(said) for gram in grams.asked_grams(word)}
        if not pieces:
            raise TooShort(name)
        wanted |= pieces
        fits += [column.contains(word, autoescape=True) for word in grams.words(said)]
    if q.no is not None:
        wanted.add(grams.number_gram(q.no))
    return [_t.grams.contains(sa.cast(sorted(wanted), _TEXTS))] if wanted else [], fits


def _position(q: Search) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """By the index what a box touches; then what has its position in a polygon, edges included."""
    if q.box is None:
        return [], []
    return touches(q.box), [] if q.polygon is None else [has_inside(q.points)]


def _place(q: Search) -> int | None:
    """The number behind which the page begins. Raises CursorInvalid."""
    if q.cursor is None:
        return None
    said = read_cursor(q.cursor)
    if len(said) != 2 or said[0] is not False or type(said[1]) is not int or not 0 <= said[1] < 2**62:
        raise CursorInvalid
    return int(said[1])


class _Looks:
    """Which blocks to look through next: the newest, then as many as it takes by what they held, or all that are left.

    A block is looked up by itself and costs what it holds. All the rest is looked through without blocks, when little
    is thought to be left. rare: what is looked for is known to be little.
    """

    def __init__(self, connection: Connection, before: int | None, *, rare: bool) -> None:
        newest = before
        if newest is None:
            newest = connection.execute(sa.select(sa.func.max(_t.serial))).scalar_one()
        self._next = -1 if newest is None else newest // BLOCK
        self._first = 1 if newest is not None and newest % BLOCK > BLOCK // 2 else 2
        self._rare = rare
        self._common = False
        self._seen = self._shown = 0

    def next(self, wanted: int) -> Sequence[int] | int | None:
        """Blocks, or the last of all that are left; None when all was looked through. wanted: rows still to show."""
        if self._next < 0:
            return None
        if self._rare:
            return self._next
        return range(max(0, self._next + 1 - self._width(wanted)), self._next + 1)

    def took(self, look: Sequence[int] | int, read: int, shown: int) -> bool:
        """Note what a look gave. False: it was cut short and counts for nothing."""
        if isinstance(look, int):
            self._common = read > _LITTLE
            self._rare = False
            self._next = self._next if self._common else -1
            return not self._common
        self._next = look[0] - 1
        self._seen += len(look)
        self._shown += shown
        self._rare = not self._common and read < _FEW * len(look)
        return True

    def _width(self, wanted: int) -> int:
        if not self._seen:
            return self._first
        if not self._shown:
            return _MOST
        return min(_MOST, 1 + self._seen * wanted * 3 // (2 * self._shown))
