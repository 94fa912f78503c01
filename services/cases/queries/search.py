"""Search: by words, numbers, parties, places and position, over all kinds of objects, the last entered first.

An index of words gives what matches in no order, and a common word matches a tenth of a county. So the rows are
numbered as they are entered and the index begins with blocks of these numbers: search looks into the newest blocks,
then into the next hundred thousand rows, and into everything only for what is so rare that all of it is little.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, FromClause
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
# Blocks of the second look at most; what the first finds fewer times than this is looked for everywhere.
_MOST, _FEW = 16, 3
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
    where = [*_words(q), *_position(q)]
    if not where:
        raise NothingAsked
    before = _place(q)
    if not sights(by):
        return Page(items=[])
    rows: list[dict[str, Any]] = []
    looks = _Looks(connection, before, rare=q.no is not None)
    whole = _sees_all(by) and q.kind is None and q.division is None
    while len(rows) <= q.limit and (look := looks.next(q.limit + 1 - len(rows))) is not None:
        hits = _hits(look, where, q, by, before, connection, whole=whole)
        looks.found += len(hits)
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
    where: Sequence[ColumnElement[bool]],
    q: Search,
    by: Actor,
    before: int | None,
    connection: Connection,
    *,
    whole: bool,
) -> list[dict[str, Any]]:
    """What matches and is shown, the last entered first, up to one more than a page.

    look: blocks, or the last of all that are left. Collected before it is ordered, lest the server walk through all
    rows in that order. whole: nearly all that matches is shown, and so it is ordered before its rows are fetched, of
    which a common word has a thousand.
    """
    if before is not None:
        where = [*where, _t.serial < before]
    if isinstance(look, int):
        # As an expression: of a range of blocks the index would make a list of every row.
        found = sa.select(_t.id, _t.serial).where(*where, _t.block + 0 <= look)
    else:
        blocks = sa.func.unnest(sa.cast(list(look), pg.ARRAY(sa.Integer))).table_valued("block").render_derived()
        found = sa.select(_t.id, _t.serial).join_from(blocks, work_text, _t.block == blocks.c.block).where(*where)
    hit: FromClause = found.cte("hit").prefix_with("MATERIALIZED")
    most = q.limit + 1
    if whole:
        county = sa.select(_w.id).where(_w.id == hit.c.id, seen(by)).exists()
        hit = sa.select(hit).where(county).order_by(hit.c.serial.desc()).limit(most).subquery("last")
    narrowed = [_w.kind == q.kind.value] if q.kind else []
    if q.division:
        narrowed += within(q.division)
    rows = connection.execute(
        sa.select(*COLUMNS, hit.c.serial)
        .join_from(hit, work_item, _w.id == hit.c.id)
        .where(seen(by), *narrowed)
        .order_by(hit.c.serial.desc())
        .limit(most)
    )
    return [dict(row) for row in rows.mappings()]


def _words(q: Search) -> list[ColumnElement[bool]]:
    """By the index for every piece of every word; then each word itself, in what it was asked of."""
    wanted: set[str] = set()
    where: list[ColumnElement[bool]] = []
    for name, said, column in (("q", q.q, _t.body), ("party", q.party, _t.party), ("place", q.place, _t.place)):
        if said is None:
            continue
        pieces = {gram for word in grams.words(said) for gram in grams.asked_grams(word)}
        if not pieces:
            raise TooShort(name)
        wanted |= pieces
        where += [column.contains(word, autoescape=True) for word in grams.words(said)]
    if q.no is not None:
        wanted.add(grams.number_gram(q.no))
    if wanted:
        where.insert(0, _t.grams.contains(sa.cast(sorted(wanted), _TEXTS)))
    return where


def _position(q: Search) -> list[ColumnElement[bool]]:
    """What a box touches; what has its position in a polygon, edges included."""
    if q.box is None:
        return []
    where = touches(q.box)
    return where if q.polygon is None else [*where, has_inside(q.points)]


def _place(q: Search) -> int | None:
    """The number behind which the page begins. Raises CursorInvalid."""
    if q.cursor is None:
        return None
    said = read_cursor(q.cursor)
    if len(said) != 2 or said[0] is not False or type(said[1]) is not int or not 0 <= said[1] < 2**62:
        raise CursorInvalid
    return int(said[1])


class _Looks:
    """Which blocks to look through next: the newest, then as many as it takes by what that held, then all the rest.

    A block is looked up by itself and costs what it holds. The rest is looked through without blocks: by then little
    is known to be left. rare: what is looked for is known to be little. found: hits so far.
    """

    def __init__(self, connection: Connection, before: int | None, *, rare: bool) -> None:
        newest = before
        if newest is None:
            newest = connection.execute(sa.select(sa.func.max(_t.serial))).scalar_one()
        self._next = -1 if newest is None else newest // BLOCK
        self._first = 1 if newest is not None and newest % BLOCK > BLOCK // 2 else 2
        self._rare = rare
        self._seen = 0
        self.found = 0

    def next(self, wanted: int) -> Sequence[int] | int | None:
        """Blocks, or the last of all that are left; None when all was looked through."""
        if self._next < 0:
            return None
        last, width = self._next, self._width(wanted)
        if width is None:
            self._next = -1
            return last
        self._next = max(-1, last - width)
        self._seen += width
        return range(self._next + 1, last + 1)

    def _width(self, wanted: int) -> int | None:
        """None: all that are left."""
        if self._rare:
            return None
        if not self._seen:
            return self._first
        if self._seen > self._first or self.found < _FEW:
            return None
        return min(_MOST, 1 + self._seen * wanted * 3 // (2 * self.found))
