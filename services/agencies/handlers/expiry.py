"""Offers that nobody answered in their term come back to the coordinator.

The sweep is this service's own and not a clock of cases: whether the agency accepted in time or the term ran out first
is decided under the lock of the task's row, so one of the two happens and the other is told what is.
"""

from services.agencies.handlers.messages import owe
from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.codes import TaskMessageKind
from shared.outgoing import deliveries

MOST = 100


def expire_offers(unit: AgenciesUnit, most: int = MOST) -> int:
    """End the offers whose term is over; how many."""
    ended = 0
    for task_id in unit.tasks.overdue(unit.connection, unit.now, most):
        task = unit.tasks.find(unit.connection, task_id)
        told = [] if task is None else task.expire(unit.now)
        if task is None or not told:
            continue  # answered while we waited for its lock
        unit.record(task, unit.tasks, told)
        deliveries.cancel(unit, task.id, "expired")
        owe(unit, task, TaskMessageKind.EXPIRED)
        ended += 1
    return ended
