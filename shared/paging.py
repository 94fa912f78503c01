"""Pages of a list by keyset: the cursor is the place of the last row seen, so no row is lost or shown twice."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import Column, ColumnElement, Connection, FromClause

from shared.contracts.base import ListQuery, Page, View
from shared.errors import InvalidInput

V = TypeVar("V", bound=View)

_MOST_INT = 2**63


class CursorInvalid(InvalidInput):
    """The cursor is none that this list gave."""

    def __init__(self) -> None:
        super().__init__("cursor-invalid", "cursor")


@dataclass(frozen=True)
class Listing:
    """What a list shows and in which order.

    keys: tell every row apart, of instants, UUIDs, integers or text; among the columns. rising: smallest first.
    source: where the columns come from, if not from the table of the keys alone.
    """

    columns: Sequence[ColumnElement[Any]]
    keys: Sequence[Column[Any]]
    rising: bool = False
    source: FromClause | None = None


def page(
    listing: Listing,
    where: Sequence[ColumnElement[bool]],
    q: ListQuery,
    connection: Connection,
    views: Callable[[list[dict[str, Any]]], list[V]],
) -> Page[V]:
    """One page, in one statement; a second one only when the total was asked for. Raises CursorInvalid.

    where: on the table of the keys. views: the rows of the page as the reader sees them, in their order.
    """
    rows = _rows(listing, where, q, connection)
    shown = rows[: q.limit]
    return Page(
        items=views(shown),
        next_cursor=_cursor(listing, shown[-1]) if len(rows) > q.limit else None,
        total=_total(listing, where, connection) if q.with_total else None,
    )


def page_rows(
    listing: Listing, where: Sequence[ColumnElement[bool]], q: ListQuery, connection: Connection
) -> tuple[list[dict[str, Any]], str | None]:
    """As page(), with the rows as they are and the cursor of the next page; for answers that are no list of views."""
    rows = _rows(listing, where, q, connection)
    shown = rows[: q.limit]
    return shown, _cursor(listing, shown[-1]) if len(rows) > q.limit else None


def _rows(
    listing: Listing, where: Sequence[ColumnElement[bool]], q: ListQuery, connection: Connection
) -> list[dict[str, Any]]:
    """The rows of the page, and the first of the next one if there is one."""
    statement = sa.select(*listing.columns).where(*where)
    if listing.source is not None:
        statement = statement.select_from(listing.source)
    if q.cursor is not None:
        statement = statement.where(beyond(listing, q.cursor))
    order = [key.asc() if listing.rising else key.desc() for key in listing.keys]
    found = connection.execute(statement.order_by(*order).limit(q.limit + 1))
    # Plain dicts, since validating SQLAlchemy's mappings takes twice as long.
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found]


def beyond(listing: Listing, cursor: str) -> ColumnElement[bool]:
    """The condition that a row comes after the place that a cursor names. Raises CursorInvalid."""
    here, seen = sa.tuple_(*listing.keys), _place(listing, cursor)
    return here > seen if listing.rising else here < seen


def _total(listing: Listing, where: Sequence[ColumnElement[bool]], connection: Connection) -> int:
    statement = sa.select(sa.func.count()).select_from(listing.keys[0].table).where(*where)
    return int(connection.execute(statement).scalar_one())


def _cursor(listing: Listing, row: Mapping[str, Any]) -> str:
    return cursor_of(listing.rising, *(row[key.name] for key in listing.keys))


def cursor_of(rising: bool, *keys: Any) -> str:
    """The cursor behind the row with these keys.

    The direction too: a cursor given for one does not silently skip rows in the other.
    """
    return base64.urlsafe_b64encode(orjson.dumps([rising, *keys])).decode()


def read_cursor(cursor: str) -> list[Any]:
    """What cursor_of was given, as JSON has it and without any trust. Raises CursorInvalid."""
    try:
        said = orjson.loads(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid from error
    if not isinstance(said, list) or not said:
        raise CursorInvalid
    return said


def _place(listing: Listing, cursor: str) -> sa.Tuple:
    rising, *said = read_cursor(cursor)
    if rising is not listing.rising:
        raise CursorInvalid
    try:
        return sa.tuple_(
            *(
                sa.literal(_READERS[key.type.python_type](value), key.type)
                for key, value in zip(listing.keys, said, strict=True)
            )
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise CursorInvalid from error


def _instant(said: Any) -> datetime:
    at = datetime.fromisoformat(said)
    if at.tzinfo is None:
        raise ValueError("no zone")
    return at


def _number(said: Any) -> int:
    if type(said) is not int or not -_MOST_INT <= said < _MOST_INT:
        raise ValueError("no integer of 64 bits")
    return said


def _text(said: Any) -> str:
    if type(said) is not str or "\x00" in said:
        raise ValueError("no text")
    return said


_READERS: dict[type, Callable[[Any], Any]] = {datetime: _instant, UUID: UUID, int: _number, str: _text}
