"""The hand-over of a task between coordinator and agency: who answers for it in which state, and what is still open.

TASK_HOLDERS is the whole answer to "who has it?": one holder in every state, and a test finds a state without one.
"""

from collections.abc import Mapping
from enum import StrEnum

from shared.contracts.codes import TaskState


class TaskHolder(StrEnum):
    COORDINATOR = "coordinator"
    AGENCY = "agency"


_COORDINATOR, _AGENCY = TaskHolder.COORDINATOR, TaskHolder.AGENCY

TASK_HOLDERS: Mapping[TaskState, TaskHolder] = {
    # Until it is proven to have arrived nobody else can be asked about it.
    TaskState.OFFERED: _COORDINATOR,
    TaskState.DELIVERED: _AGENCY,
    TaskState.SIGNED: _AGENCY,
    TaskState.ACCEPTED: _AGENCY,
    TaskState.IN_PROGRESS: _AGENCY,
    TaskState.RETURNED: _AGENCY,
    TaskState.DECLINED: _COORDINATOR,
    TaskState.EXPIRED: _COORDINATOR,
    TaskState.WITHDRAWN: _COORDINATOR,
    TaskState.REPORTED: _COORDINATOR,
    TaskState.DONE: _COORDINATOR,
}

# Offered and not answered yet: at most one such task for an agency in an action.
PENDING: frozenset[TaskState] = frozenset({TaskState.OFFERED, TaskState.DELIVERED, TaskState.SIGNED})
# Somebody is still to act on it at the agency.
OPEN: frozenset[TaskState] = PENDING | {TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.RETURNED}
# Came back undone: the coordinator gives it anew or does without.
COME_BACK: frozenset[TaskState] = frozenset({TaskState.DECLINED, TaskState.EXPIRED})
# The agency has answered with its result.
ANSWERED: frozenset[TaskState] = frozenset({TaskState.REPORTED, TaskState.DONE})


def holder_of(state: TaskState) -> TaskHolder:
    """The one who answers for a task in this state."""
    return TASK_HOLDERS[state]
