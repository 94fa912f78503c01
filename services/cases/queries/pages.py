"""Pages of a list, newest first, by keyset: the cursor is the place of the last row seen."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ColumnElement, Connection

from shared.contracts.base import ListQuery, Page, View
from shared.errors import InvalidInput

V = TypeVar("V", bound=View)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Listing:
    """What a list shows and its order. at, id: the sort key, both descending; both among the columns."""

    columns: Sequence[ColumnElement[Any]]
    at: Column[Any]
    id: Column[Any]


def page(
    listing: Listing,
    where: Sequence[ColumnElement[bool]],
    q: ListQuery,
    connection: Connection,
    build: Callable[[dict[str, Any]], V],
) -> Page[V]:
    """One page, in one statement; a second one only when the total was asked for. Raises InvalidInput on the cursor."""
    statement = sa.select(*listing.columns).where(*where)
    if q.cursor is not None:
        statement = statement.where(sa.tuple_(listing.at, listing.id) < sa.tuple_(*_place(q.cursor)))
    statement = statement.order_by(listing.at.desc(), listing.id.desc()).limit(q.limit + 1)
    found = connection.execute(statement)
    # Plain dicts, since validating SQLAlchemy's mappings takes twice as long.
    names = tuple(found.keys())
    rows = [dict(zip(names, row, strict=True)) for row in found]
    shown = rows[: q.limit]
    more = len(rows) > q.limit
    return Page(
        items=[build(row) for row in shown],
        next_cursor=_cursor(shown[-1][listing.at.name], shown[-1][listing.id.name]) if more else None,
        total=_total(listing, where, connection) if q.with_total else None,
    )


def _total(listing: Listing, where: Sequence[ColumnElement[bool]], connection: Connection) -> int:
    statement = sa.select(sa.func.count()).select_from(listing.id.table).where(*where)
    return int(connection.execute(statement).scalar_one())


def _cursor(at: datetime, id_: UUID) -> str:
    since = (at - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(since.to_bytes(8, "big", signed=True) + id_.bytes).decode()


def _place(cursor: str) -> tuple[datetime, UUID]:
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        since, id_ = int.from_bytes(raw[:8], "big", signed=True), UUID(bytes=raw[8:])
        return _EPOCH + timedelta(microseconds=since), id_
    except (ValueError, OverflowError) as error:
        raise InvalidInput("cursor-invalid", "cursor") from error
