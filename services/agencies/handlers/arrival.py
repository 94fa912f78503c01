"""Telling once that a task, or a message about it, has come to its agency."""

from uuid import UUID

from services.agencies.domain.task import Task
from services.agencies.storage.unit import AgenciesUnit
from shared.outgoing import circuit, deliveries


def tell_arrival(unit: AgenciesUnit, task: Task, channel: str) -> bool:
    """The agency has the task in hand otherwise than by its webhook. False when that was known. task: locked."""
    id_ = deliveries.handed_over(unit, task.id, task.agency.value)
    if id_ is None:
        return False
    circuit.tried(unit.connection, task.agency.value, id_, None)
    unit.record(task, unit.tasks, task.deliver(channel, unit.now))
    return True


def tell_message_arrival(unit: AgenciesUnit, message_id: UUID, party: str, channel: str) -> bool:
    """The agency has been shown the message. False when that was known."""
    id_ = deliveries.handed_over(unit, message_id, party)
    if id_ is None:
        return False
    circuit.tried(unit.connection, party, id_, None)
    tell_delivered(unit, id_, channel)
    return True


def tell_delivered(unit: AgenciesUnit, delivery_id: UUID, channel: str) -> None:
    """What a delivery that this unit has settled is proof of: that the task has arrived, or a message about it."""
    found = unit.deliveries.load(unit.connection, delivery_id)
    if found.message is None:
        task = unit.tasks.lock(unit.connection, found.task_id)
        unit.record(task, unit.tasks, task.deliver(channel, unit.now))
    else:
        unit.record(found, unit.deliveries, found.deliver(channel, unit.now))
