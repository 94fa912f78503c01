"""Telling an agency's system what became of its task after the letter: owed like the letter, carried the same way."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.agencies.domain import telling
from services.agencies.domain.task import Task
from services.agencies.storage import messages
from services.agencies.storage.messages import TaskMessage
from services.agencies.storage.reach import transport_of
from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.codes import TaskMessageKind
from shared.ids import derived_id
from shared.outgoing import deliveries


def owe(unit: AgenciesUnit, task: Task, kind: TaskMessageKind, because: UUID | None = None, **facts: Any) -> None:
    """Owe the agency this message about its task, by the way it is reached now. Call it after the step is recorded.

    because: the event it tells of, where that is none of the task's. The id follows from it, or from the task's
    version: nothing is told twice.
    """
    id_ = derived_id("task-message", task.id, because or task.version)
    made = TaskMessage(id_, task.id, task.version, kind, task.agency, facts, unit.now, because)
    messages.add(unit.connection, made)
    channel = transport_of(unit.connection, unit.desk.registry, task.agency).name
    deliveries.add(unit.connection, id_, task.agency.value, channel, unit.correlation_id)


def message_data(found: TaskMessage, public_url: str) -> Mapping[str, Any]:
    """What every protocol says of a message."""
    version, action_no = found.task_version, found.action_no
    return telling.message_data(found.id, found.task_id, version, action_no, found.facts, public_url)
