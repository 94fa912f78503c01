"""Imports of satellite patches, as the county that asked for them sees them."""

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection

from services.cases.queries.file_imports import seen_import
from services.cases.storage.import_jobs import view_of
from services.cases.storage.import_tables import clue_import, clue_import_row
from shared.contracts.base import Page
from shared.contracts.clue_imports import ClueImportView, GetClueImport, ImportRowView, ListImportRows
from shared.paging import Listing, page
from shared.principal import Actor

_r = clue_import_row.c
_ROWS = TypeAdapter(list[ImportRowView])
_LISTING = Listing(tuple(_r[name] for name in ImportRowView.model_fields), keys=(_r.row_no,), rising=True)


def get_clue_import(q: GetClueImport, by: Actor, connection: Connection) -> ClueImportView:
    """NotFound for what the caller may not see."""
    return view_of(seen_import(clue_import, q.id, by, connection))


def list_import_rows(q: ListImportRows, by: Actor, connection: Connection) -> Page[ImportRowView]:
    """In file order. NotFound for what the caller may not see."""
    seen_import(clue_import, q.id, by, connection)
    where: list[ColumnElement[bool]] = [_r.import_id == q.id]
    if q.outcome is not None:
        where.append(_r.outcome == q.outcome)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
