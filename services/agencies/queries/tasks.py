"""Tasks as an agency and the coordinator see them, and what an agency is told of them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.engine import RowMapping

from services.agencies.domain.task import Task
from services.agencies.ports import Registry
from services.agencies.storage import scope
from services.agencies.storage.reach import admit
from services.agencies.storage.repository import TaskStore
from services.agencies.storage.tables import agency_task, delivery, task_message
from services.agencies.task_view import Place, form_of, task_view
from shared.contracts.agencies import (
    GetTask,
    ListTaskMessages,
    ListTasks,
    TaskMessageView,
    TaskRow,
    TaskView,
)
from shared.contracts.base import Page
from shared.errors import NotFound
from shared.paging import Listing, page
from shared.principal import Actor

# Whatever is sent again later, it came then.
_DELIVERED_AT = delivery.c.arrived_at.label("delivered_at")
_WITH_DELIVERY = agency_task.outerjoin(
    delivery, sa.and_(delivery.c.subject_id == agency_task.c.id, delivery.c.party == agency_task.c.agency)
)
_ROWS = TypeAdapter(list[TaskRow])
_NEWEST_FIRST = Listing(
    # What the list shows, no brief, no result.
    columns=(
        *(agency_task.c[name] for name in TaskRow.model_fields if name in agency_task.c),
        agency_task.c.brief["case_no"].astext.label("case_no"),
        agency_task.c.letter["matter"].astext.label("matter"),
        _DELIVERED_AT,
    ),
    keys=(agency_task.c.position,),
    source=_WITH_DELIVERY,
)
_MAILBOX = replace(_NEWEST_FIRST, rising=True)
_MESSAGE_ROWS = TypeAdapter(list[TaskMessageView])
_MESSAGES = Listing(
    columns=(
        *(column for column in task_message.c if column.name in TaskMessageView.model_fields),
        agency_task.c.action_id,
        agency_task.c.action_no,
        _DELIVERED_AT,
    ),
    keys=(task_message.c.position,),
    source=task_message.join(agency_task, agency_task.c.id == task_message.c.task_id).outerjoin(
        delivery, delivery.c.subject_id == task_message.c.id
    ),
)
_MESSAGES_RISING = replace(_MESSAGES, rising=True)


class TaskQueries:
    """get and page need to know how each agency writes its tasks."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._store = TaskStore()

    def get(self, q: GetTask, by: Actor, connection: Connection) -> TaskView:
        """NotFound for what the caller may not see; NotActivated for a system (reach.admit)."""
        admit(connection, by)
        statement = sa.select(agency_task).where(agency_task.c.id == q.id, scope.visible_tasks(by))
        row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound
        return view_of_task(connection, self._store.from_row(row), self._registry)


def list_tasks(q: ListTasks, by: Actor, connection: Connection) -> Page[TaskRow]:
    """Newest first; with `after` the mailbox, oldest first. A task that an agency once saw keeps its position.

    Raises NotActivated.
    """
    admit(connection, by)
    where = [scope.visible_tasks(by), *_filters(q)]
    if q.after is None:
        return page(_NEWEST_FIRST, where, q, connection, _ROWS.validate_python)
    where.append(agency_task.c.position > q.after)
    return page(_MAILBOX, where, q, connection, _ROWS.validate_python)


def list_messages(q: ListTaskMessages, by: Actor, connection: Connection) -> Page[TaskMessageView]:
    """Of the tasks the actor sees. Newest first; with `after` oldest first above that position. Raises NotActivated."""
    admit(connection, by)
    where: list[ColumnElement[bool]] = [
        task_message.c.task_id.in_(sa.select(agency_task.c.id).where(scope.visible_tasks(by))),
        scope.shown_messages(by),
    ]
    if q.task_id is not None:
        where.append(task_message.c.task_id == q.task_id)
    if q.after is None:
        return page(_MESSAGES, where, q, connection, _MESSAGE_ROWS.validate_python)
    where.append(task_message.c.position > q.after)
    return page(_MESSAGES_RISING, where, q, connection, _MESSAGE_ROWS.validate_python)


def own_messages(connection: Connection, ids: Sequence[UUID], by: Actor) -> list[tuple[UUID, str]]:
    """Those of the messages that are to the actor's own agency, each with its party, in mailbox order."""
    own = sa.select(agency_task.c.id).where(scope.own_tasks(by))
    statement = sa.select(task_message.c.id, task_message.c.agency).where(
        task_message.c.id.in_(ids), task_message.c.task_id.in_(own), scope.shown_messages(by)
    )
    return [(row.id, row.agency) for row in connection.execute(statement.order_by(task_message.c.position))]


def view_of_task(connection: Connection, task: Task, registry: Registry) -> TaskView:
    """The task as it is in memory, with its place and delivery from the database."""
    place = _place_of(connection, task.id)
    form = form_of(task, registry.integration(task.agency))
    return task_view(task, form, Place(place["position"], place["delivered_at"], place["state"]))


def _place_of(connection: Connection, task_id: UUID) -> RowMapping:
    statement = sa.select(agency_task.c.position, delivery.c.state, _DELIVERED_AT).select_from(_WITH_DELIVERY)
    return connection.execute(statement.where(agency_task.c.id == task_id)).mappings().one()


def _filters(q: ListTasks) -> list[ColumnElement[bool]]:
    wanted = {
        "state": q.state and q.state.value,
        "agency": q.agency and q.agency.value,
        "action_id": q.action_id,
        "case_id": q.case_id,
    }
    return [agency_task.c[name] == value for name, value in wanted.items() if value is not None]
