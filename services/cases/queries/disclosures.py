"""Who received which field of a case, when, on what basis: the ledger of disclosure."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from services.cases.domain.joint_task import Task
from services.cases.storage.disclosures import disclosure
from services.cases.storage.repository import CaseStore, JointActionStore
from services.cases.storage.tables import joint_action
from shared.contracts.base import Page
from shared.contracts.codes import DisclosurePurpose
from shared.contracts.disclosure import DisclosureView, ListDisclosures
from shared.delivery.tables import event_log
from shared.paging import Listing, page
from shared.principal import Actor

_CASES, _ACTIONS = CaseStore(), JointActionStore()
_c = disclosure.c
_SENT = sa.select(event_log.c.actor_name).where(event_log.c.aggregate_id == _c.id, event_log.c.aggregate_seq == 1)
_CAME = sa.select(sa.cast(event_log.c.payload["at"].astext, sa.TIMESTAMP(timezone=True))).where(
    event_log.c.aggregate_id == _c.id, event_log.c.aggregate_seq == 2
)
_LISTING = Listing(
    columns=(
        *(_c[name] for name in ("id", "at", "to_agency", "purpose", "fields", "basis", "rule_key", "about")),
        _c.from_agency,
        _SENT.scalar_subquery().label("told_by"),
        _CAME.scalar_subquery().label("came_at"),
    ),
    keys=(_c.at, _c.id),
)


def list_disclosures(q: ListDisclosures, by: Actor, connection: Connection) -> Page[DisclosureView]:
    """Raises NotFound for a case that is not the actor's to see."""
    case = _CASES.get_seen(connection, by, q.id)
    of_case: ColumnElement[bool] = _c.case_id == case.id
    if case.clue_id is not None:
        of_case = sa.or_(of_case, sa.and_(_c.case_id.is_(None), _c.clue_id == case.clue_id))
    where = [of_case]
    if q.to_agency is not None:
        where.append(_c.to_agency == q.to_agency.value)
    if q.purpose is not None:
        where.append(_c.purpose == q.purpose.value)
    tasks = _tasks_of(connection, case.id)
    return page(_LISTING, where, q, connection, lambda rows: [_view(row, tasks) for row in rows])


def _tasks_of(connection: Connection, case_id: UUID) -> dict[UUID, Task]:
    rows = connection.execute(sa.select(joint_action).where(joint_action.c.case_id == case_id)).mappings()
    return {task.id: task for row in rows for task in _ACTIONS.from_row(row).tasks}


def _view(row: dict[str, Any], tasks: dict[UUID, Task]) -> DisclosureView:
    letter = tasks.get(row["about"]) if row["purpose"] == DisclosurePurpose.TASK_LETTER else None
    came_at = row["came_at"] if letter is None else letter.delivered_at or letter.signed_at
    told = {name: value for name, value in row.items() if name != "came_at"}
    return DisclosureView.model_validate(
        {**told, "received_at": came_at, "received_by": letter.signed_by if letter else None}
    )
