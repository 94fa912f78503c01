"""Imports of existing cases, as the county that asked for them sees them."""

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection

from services.cases.queries.file_imports import seen_import
from services.cases.storage.case_import_jobs import view_of
from services.cases.storage.case_import_tables import case_import, case_import_row
from shared.contracts.base import Page
from shared.contracts.case_imports import CaseImportRowView, CaseImportView, GetCaseImport, ListCaseImportRows
from shared.paging import Listing, page
from shared.principal import Actor

_r = case_import_row.c
_ROWS = TypeAdapter(list[CaseImportRowView])
_LISTING = Listing(tuple(_r[name] for name in CaseImportRowView.model_fields), keys=(_r.row_no,), rising=True)


def get_case_import(q: GetCaseImport, by: Actor, connection: Connection) -> CaseImportView:
    """NotFound for what the caller may not see."""
    return view_of(seen_import(case_import, q.id, by, connection))


def list_case_import_rows(q: ListCaseImportRows, by: Actor, connection: Connection) -> Page[CaseImportRowView]:
    """In file order. NotFound for what the caller may not see."""
    seen_import(case_import, q.id, by, connection)
    where: list[ColumnElement[bool]] = [_r.import_id == q.id]
    if q.outcome is not None:
        where.append(_r.outcome == q.outcome)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
