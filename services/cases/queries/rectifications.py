"""Rectification items, as the office reads them."""

from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.queries.parts import lies_in, mu
from services.cases.storage.repository import RectificationStore
from services.cases.storage.scope import visible
from services.cases.storage.tables import rectification
from shared.contracts.base import Page
from shared.contracts.rectifications import GetRectification, ListRectifications, RectificationRow, RectificationView
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = RectificationStore()
_c = rectification.c
_REMAINING = _c.area_m2 - _c.rectified_area_m2
_ROWS = TypeAdapter(list[RectificationRow])
_LISTING = Listing(
    columns=(
        _c.id,
        _c.item_no,
        _c.version,
        _c.state,
        _c.title,
        _c.case_id,
        _c.case_no,
        _c.division_code,
        _c.division_name,
        _c.method,
        _c.area_m2,
        _c.rectified_area_m2,
        _REMAINING.label("remaining_area_m2"),
        mu(_REMAINING).label("remaining_area_mu"),
        _c.ordered_at,
        _c.term_on,
        _c.due_on,
        _c.struck_off_at,
    ),
    keys=(_c.ordered_at, _c.id),
)


def get_rectification(q: GetRectification, by: Actor, connection: Connection) -> RectificationView:
    return _STORE.get_seen(connection, by, q.id).view()


def list_rectifications(q: ListRectifications, by: Actor, connection: Connection) -> Page[RectificationRow]:
    where = [visible(rectification, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.case_id is not None:
        where.append(_c.case_id == q.case_id)
    if q.division is not None:
        where.append(lies_in(_c.division_code, q.division))
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
