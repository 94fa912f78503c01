"""Clues, as the office reads them."""

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.queries.parts import lies_in, mu
from services.cases.storage.repository import ClueStore
from services.cases.storage.scope import visible
from services.cases.storage.tables import clue
from shared.contracts.base import Page
from shared.contracts.clues import ClueRow, ClueView, GetClue, ListClues
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = ClueStore()
_c = clue.c
_ROWS = TypeAdapter(list[ClueRow])
_LISTING = Listing(
    columns=(
        _c.id,
        _c.clue_no,
        _c.version,
        _c.state,
        _c.source,
        _c.division_code,
        _c.division_name,
        _c.place,
        _c.longitude,
        _c.latitude,
        _c.area_m2,
        mu(_c.area_m2).label("area_mu"),
        _c.patch_no,
        _c.township_code,
        _c.suspected_type,
        _c.received_at,
        _c.case_id,
        _c.due_on,
    ),
    keys=(_c.received_at, _c.id),
)


def get_clue(q: GetClue, by: Actor, connection: Connection) -> ClueView:
    return _STORE.get_seen(connection, by, q.id).view()


def list_clues(q: ListClues, by: Actor, connection: Connection) -> Page[ClueRow]:
    """q.no: the number of the clue or of its patch."""
    where = [visible(clue, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.source is not None:
        where.append(_c.source == q.source.value)
    if q.division is not None:
        where.append(lies_in(_c.division_code, q.division))
    if q.no is not None:
        where.append(sa.or_(_c.clue_no == q.no, _c.patch_no == q.no))
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
