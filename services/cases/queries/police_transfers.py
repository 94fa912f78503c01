"""Hand-overs to public security, for those who may know of them."""

from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.storage.path_repository import PoliceTransferStore
from services.cases.storage.path_tables import police_transfer
from services.cases.storage.scope import visible
from shared.contracts.base import Page
from shared.contracts.police_transfers import (
    GetPoliceTransfer,
    ListPoliceTransfers,
    PoliceTransferRow,
    PoliceTransferView,
)
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = PoliceTransferStore()
_c = police_transfer.c
_ROWS = TypeAdapter(list[PoliceTransferRow])
_LISTING = Listing(
    columns=(
        _c.id,
        _c.transfer_no,
        _c.version,
        _c.state,
        _c.case_id,
        _c.case_no,
        _c.lead_agency,
        _c.division_code,
        _c.mandatory,
        _c.opened_at,
        _c.due_on,
    ),
    keys=(_c.opened_at, _c.id),
)


def get_police_transfer(q: GetPoliceTransfer, by: Actor, connection: Connection) -> PoliceTransferView:
    return _STORE.get_seen(connection, by, q.id).view()


def list_police_transfers(q: ListPoliceTransfers, by: Actor, connection: Connection) -> Page[PoliceTransferRow]:
    where = [visible(police_transfer, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.case_id is not None:
        where.append(_c.case_id == q.case_id)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
