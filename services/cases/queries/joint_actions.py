"""Joint actions, as the coordinator reads them."""

from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.storage.repository import JointActionStore
from services.cases.storage.scope import visible
from services.cases.storage.tables import joint_action
from shared.contracts.base import Page
from shared.contracts.joint_actions import GetJointAction, JointActionRow, JointActionView, ListJointActions
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = JointActionStore()
_c = joint_action.c
_ROWS = TypeAdapter(list[JointActionRow])
_LISTING = Listing(
    columns=(
        _c.id,
        _c.action_no,
        _c.version,
        _c.state,
        _c.title,
        _c.case_id,
        _c.case_no,
        _c.place,
        _c.acting_at,
        _c.urgent,
        _c.lead_agency,
        _c.convened_at,
        _c.closed_at,
    ),
    keys=(_c.convened_at, _c.id),
)


def get_joint_action(q: GetJointAction, by: Actor, connection: Connection) -> JointActionView:
    return _STORE.get_seen(connection, by, q.id).view()


def list_joint_actions(q: ListJointActions, by: Actor, connection: Connection) -> Page[JointActionRow]:
    where = [visible(joint_action, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.case_id is not None:
        where.append(_c.case_id == q.case_id)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
