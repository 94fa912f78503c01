"""Imports of satellite patches, as the county that asked for them sees them."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from services.cases.storage.import_jobs import view_of
from services.cases.storage.import_tables import clue_import, clue_import_row
from services.cases.storage.scope import visible
from shared.contracts.base import Page
from shared.contracts.clue_imports import ClueImportView, GetClueImport, ImportRowView, ListImportRows
from shared.errors import InvalidInput, NotFound
from shared.principal import Actor

_r = clue_import_row.c
_COLUMNS = tuple(_r[name] for name in ImportRowView.model_fields)


def get_clue_import(q: GetClueImport, by: Actor, connection: Connection) -> ClueImportView:
    """NotFound for what the caller may not see."""
    statement = sa.select(clue_import).where(clue_import.c.id == q.id, visible(clue_import, by))
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    return view_of(row)


def list_import_rows(q: ListImportRows, by: Actor, connection: Connection) -> Page[ImportRowView]:
    """In file order. cursor: the row number of the last row seen. NotFound for what the caller may not see."""
    _require_seen(q.id, by, connection)
    asked: list[ColumnElement[bool]] = [_r.import_id == q.id]
    if q.outcome is not None:
        asked.append(_r.outcome == q.outcome)
    statement = sa.select(*_COLUMNS).where(*asked, _r.row_no > _place(q.cursor))
    rows = connection.execute(statement.order_by(_r.row_no).limit(q.limit + 1)).mappings().all()
    shown: list[Any] = list(rows[: q.limit])
    return Page(
        items=[ImportRowView.model_validate(dict(row)) for row in shown],
        next_cursor=str(shown[-1]["row_no"]) if len(rows) > q.limit else None,
        total=_total(asked, connection) if q.with_total else None,
    )


def _require_seen(id_: UUID, by: Actor, connection: Connection) -> None:
    statement = sa.select(clue_import.c.id).where(clue_import.c.id == id_, visible(clue_import, by))
    if connection.execute(statement).one_or_none() is None:
        raise NotFound


def _total(asked: list[ColumnElement[bool]], connection: Connection) -> int:
    statement = sa.select(sa.func.count()).select_from(clue_import_row).where(*asked)
    return int(connection.execute(statement).scalar_one())


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise InvalidInput("cursor-invalid", "cursor")
    return int(cursor)
