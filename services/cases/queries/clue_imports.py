"""Imports of satellite patches, as the county that asked for them sees them."""

from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection

from services.cases.storage.import_jobs import view_of
from services.cases.storage.import_tables import clue_import, clue_import_row
from services.cases.storage.scope import visible
from shared.contracts.base import Page
from shared.contracts.clue_imports import ClueImportView, GetClueImport, ImportRowView, ListImportRows
from shared.errors import NotFound
from shared.paging import Listing, page
from shared.principal import Actor

_r = clue_import_row.c
_ROWS = TypeAdapter(list[ImportRowView])
_LISTING = Listing(tuple(_r[name] for name in ImportRowView.model_fields), keys=(_r.row_no,), rising=True)


def get_clue_import(q: GetClueImport, by: Actor, connection: Connection) -> ClueImportView:
    """NotFound for what the caller may not see."""
    statement = sa.select(clue_import).where(clue_import.c.id == q.id, visible(clue_import, by))
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    return view_of(row)


def list_import_rows(q: ListImportRows, by: Actor, connection: Connection) -> Page[ImportRowView]:
    """In file order. NotFound for what the caller may not see."""
    _require_seen(q.id, by, connection)
    where: list[ColumnElement[bool]] = [_r.import_id == q.id]
    if q.outcome is not None:
        where.append(_r.outcome == q.outcome)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)


def _require_seen(id_: UUID, by: Actor, connection: Connection) -> None:
    statement = sa.select(clue_import.c.id).where(clue_import.c.id == id_, visible(clue_import, by))
    if connection.execute(statement).one_or_none() is None:
        raise NotFound
