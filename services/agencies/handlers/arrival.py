"""Telling once that a task has come to its agency."""

from uuid import UUID

from services.agencies.domain.task import Task
from services.agencies.storage.unit import AgenciesUnit
from shared.outgoing import deliveries


def tell_arrival(unit: AgenciesUnit, task: Task, channel: str) -> bool:
    """The agency has the task in hand otherwise than by its webhook. False when that was known."""
    id_ = deliveries.handed_over(unit, task.id, task.agency.value)
    if id_ is None:
        return False
    tell_delivered(unit, id_, channel)
    return True


def tell_delivered(unit: AgenciesUnit, delivery_id: UUID, channel: str) -> None:
    """task-delivered.v1 for a delivery that this unit has settled."""
    found = unit.deliveries.load(unit.connection, delivery_id)
    unit.record(found, unit.deliveries, found.deliver(channel, unit.now))
