"""Imports of existing cases, as the county that asked for them sees them."""

from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection

from services.cases.storage.case_import_jobs import view_of
from services.cases.storage.case_import_tables import case_import, case_import_row
from services.cases.storage.scope import visible_to_county
from shared.contracts.base import Page
from shared.contracts.case_imports import CaseImportRowView, CaseImportView, GetCaseImport, ListCaseImportRows
from shared.errors import NotFound
from shared.paging import Listing, page
from shared.principal import Actor

_r = case_import_row.c
_ROWS = TypeAdapter(list[CaseImportRowView])
_LISTING = Listing(tuple(_r[name] for name in CaseImportRowView.model_fields), keys=(_r.row_no,), rising=True)


def get_case_import(q: GetCaseImport, by: Actor, connection: Connection) -> CaseImportView:
    """NotFound for what the caller may not see."""
    statement = sa.select(case_import).where(case_import.c.id == q.id, visible_to_county(case_import, by))
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    return view_of(row)


def list_case_import_rows(q: ListCaseImportRows, by: Actor, connection: Connection) -> Page[CaseImportRowView]:
    """In file order. NotFound for what the caller may not see."""
    _require_seen(q.id, by, connection)
    where: list[ColumnElement[bool]] = [_r.import_id == q.id]
    if q.outcome is not None:
        where.append(_r.outcome == q.outcome)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)


def _require_seen(id_: UUID, by: Actor, connection: Connection) -> None:
    statement = sa.select(case_import.c.id).where(case_import.c.id == id_, visible_to_county(case_import, by))
    if connection.execute(statement).one_or_none() is None:
        raise NotFound
