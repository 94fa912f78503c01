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
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects import postgresql as pg

from services.cases.domain import grams
from services.cases.queries.work import COLUMNS, told, within
from services.cases.storage.work_scope import seen, sights
from services.cases.storage.work_tables import BLOCK, work_item, work_text
from shared.contracts.base import Page
from shared.contracts.work import Search, WorkRow
from shared.errors import InvalidInput
from shared.paging import CursorInvalid, cursor_of, read_cursor
from shared.principal import Actor

_w, _t = work_item.c, work_text.c
_ROWS = TypeAdapter(list[WorkRow])
# Blocks of the first look and of the second at most; what is found fewer times in the first is looked for everywhere.
_FIRST, _MOST, _FEW = 2, 16, 4
_TEXTS = pg.ARRAY(sa.Text)
_BOUNDS: ColumnElement[Any] = sa.literal_column(
    "box(point(work_text.east, work_text.north), point(work_text.west, work_text.south))"
)


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
    while len(rows) <= q.limit and (blocks := looks.next(len(rows), q.limit + 1)) is not None:
        rows += _found([*where, *blocks], q, by, before, q.limit + 1 - len(rows), connection)
    shown = rows[: q.limit]
    return Page(
        items=_ROWS.validate_python([told(row, now) for row in shown]),
        next_cursor=cursor_of(False, shown[-1]["serial"]) if len(rows) > q.limit else None,
    )


def _found(
    where: Sequence[ColumnElement[bool]],
    q: Search,
    by: Actor,
    before: int | None,
    most: int,
    connection: Connection,
) -> list[dict[str, Any]]:
    """What matches, collected before it is ordered: the order must not tempt the server to walk through all rows."""
    if before is not None:
        where = [*where, _t.serial < before]
    hit = sa.select(_t.id, _t.serial).where(*where).cte("hit").prefix_with("MATERIALIZED")
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
    west, south, east, north = q.box
    box = sa.func.box(sa.func.point(east, north), sa.func.point(west, south))
    where: list[ColumnElement[bool]] = [_t.west.is_not(None), _BOUNDS.op("&&", is_comparison=True)(box)]
    if q.polygon is not None:
        ring = ",".join(f"({longitude!r},{latitude!r})" for longitude, latitude in q.points)
        polygon = sa.cast(sa.literal(f"({ring})"), _Polygon())
        where.append(polygon.op("@>", is_comparison=True)(sa.func.point(_t.longitude, _t.latitude)))
    return where


class _Polygon(sa.types.UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "polygon"


def _place(q: Search) -> int | None:
    """The number behind which the page begins. Raises CursorInvalid."""
    if q.cursor is None:
        return None
    said = read_cursor(q.cursor)
    if len(said) != 2 or said[0] is not False or type(said[1]) is not int or not 0 <= said[1] < 2**62:
        raise CursorInvalid
    return int(said[1])


class _Looks:
    """Which blocks to look through next: the newest few, then as many as it takes by what those held, then the rest.

    The rest is looked through without asking the index for blocks, of which it would make a list of every row: by
    then little is known to be left. rare: what is looked for is known to be little.
    """

    def __init__(self, connection: Connection, before: int | None, *, rare: bool) -> None:
        newest = before
        if newest is None:
            newest = connection.execute(sa.select(sa.func.max(_t.serial))).scalar_one()
        self._next = -1 if newest is None else newest // BLOCK
        self._most = 0 if rare else _FIRST if newest is None or newest % BLOCK > BLOCK // 2 else _FIRST + 1
        self._seen = 0

    def next(self, found: int, wanted: int) -> list[ColumnElement[bool]] | None:
        """Conditions of the next look; None when all was looked through."""
        if self._next < 0:
            return None
        width = self._width(found, wanted)
        first = self._next - width + 1
        if width == 0 or first <= 0:
            last, self._next = self._next, -1
            # As an expression: the index is not to be asked.
            return [_t.block + 0 <= last]
        last, self._next = self._next, first - 1
        self._seen += width
        return [_t.block.between(first, last)]

    def _width(self, found: int, wanted: int) -> int:
        """Blocks; 0: all that are left."""
        if not self._seen:
            return self._most
        if self._seen > _FIRST + 1 or found < _FEW:
            return 0
        return min(_MOST, 1 + self._seen * (wanted - found) * 3 // (2 * found))
