"""Cases, as the office reads them."""

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.queries.assistance import open_letters
from services.cases.queries.discretion import case_for
from services.cases.queries.parts import lies_in, mu
from services.cases.storage.repository import CaseStore
from services.cases.storage.scope import visible
from services.cases.storage.tables import case
from shared.contracts.base import Page
from shared.contracts.cases import (
    CaseRow,
    CaseView,
    GetCase,
    ListCases,
)
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = CaseStore()
_c = case.c
_ROWS = TypeAdapter(list[CaseRow])
_LISTING = Listing(
    columns=(
        _c.id,
        _c.case_no,
        _c.version,
        _c.state,
        _c.title,
        _c.violation_types,
        _c.party_name,
        _c.lead_agency,
        _c.division_code,
        _c.division_name,
        _c.area_m2,
        mu(_c.area_m2).label("area_mu"),
        _c.filed_at,
        _c.due_on,
        _c.clue_id,
        _c.clue_no,
    ),
    keys=(_c.filed_at, _c.id),
)


def get_case(q: GetCase, by: Actor, connection: Connection) -> CaseView:
    found = _STORE.get_seen(connection, by, q.id)
    view = case_for(by, found.view(*_STORE.beside(connection, q.id)))
    return view.model_copy(update={"open_assistance": open_letters(q.id, by, connection)})


def list_cases(q: ListCases, by: Actor, connection: Connection) -> Page[CaseRow]:
    """q.no: the number of the case, the one it had before, of its clue or of the patch."""
    where = [visible(case, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.division is not None:
        where.append(lies_in(_c.division_code, q.division))
    if q.no is not None:
        where.append(sa.or_(_c.case_no == q.no, _c.clue_no == q.no, _c.patch_no == q.no, _c.old_no == q.no))
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
