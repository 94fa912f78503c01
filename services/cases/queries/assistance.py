"""Letters of assistance, for who has asked, who is asked, and the coordinator."""

from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.domain.work import HOLDERS
from services.cases.storage.path_repository import AssistanceStore
from services.cases.storage.path_tables import assistance_request
from services.cases.storage.scope import visible
from shared.contracts.assistance import AssistanceRow, AssistanceView, GetAssistance, ListAssistance
from shared.contracts.base import Page
from shared.contracts.codes import Holder, WorkKind
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = AssistanceStore()
_c = assistance_request.c
_ROWS = TypeAdapter(list[AssistanceRow])
_LISTING = Listing(
    columns=tuple(_c[name] for name in AssistanceRow.model_fields),
    keys=(_c.requested_at, _c.id),
)
_OPEN = [state for state, holder in HOLDERS[WorkKind.ASSISTANCE_REQUEST].items() if holder is not Holder.NOBODY]


def get_assistance(q: GetAssistance, by: Actor, connection: Connection) -> AssistanceView:
    return _STORE.get_seen(connection, by, q.id).view()


def list_assistance(q: ListAssistance, by: Actor, connection: Connection) -> Page[AssistanceRow]:
    where = [visible(assistance_request, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.case_id is not None:
        where.append(_c.case_id == q.case_id)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)


def open_letters(case_id: UUID, by: Actor, connection: Connection) -> list[str]:
    """Numbers of the case's letters that wait for their answer, as far as the actor sees them."""
    found = sa.select(_c.letter_no).where(_c.case_id == case_id, _c.state.in_(_OPEN), visible(assistance_request, by))
    return list(connection.execute(found.order_by(_c.letter_no)).scalars())
