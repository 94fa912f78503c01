"""When the feedback of a joint action is complete: all, any, a quorum of its agencies, or the lead agency decides."""

from collections.abc import Sequence

from services.cases.domain.joint_task import Task, live
from shared.contracts.codes import Agency, JoinKind
from shared.contracts.hand_over import ANSWERED, COME_BACK, OPEN
from shared.contracts.joint_actions import JoinPolicy, JoinProgress
from shared.errors import InvalidInput


class QuorumTooLarge(InvalidInput):
    """More answers are asked for than there are agencies."""

    def __init__(self, quorum: int, most: int) -> None:
        super().__init__("cases.quorum-too-large", "join.quorum", quorum=quorum, most=most)


def check(policy: JoinPolicy, agencies: int) -> None:
    """Raises QuorumTooLarge."""
    if policy.quorum is not None and policy.quorum > agencies:
        raise QuorumTooLarge(policy.quorum, agencies)


def is_met(policy: JoinPolicy, lead: Agency, tasks: Sequence[Task]) -> bool:
    needed, answered = _answers(policy, lead, live(tasks))
    return answered >= needed


def progress(policy: JoinPolicy, lead: Agency, tasks: Sequence[Task]) -> JoinProgress:
    counted = live(tasks)
    needed, answered = _answers(policy, lead, counted)
    return JoinProgress(
        needed=needed,
        answered=answered,
        under_way=sum(task.state in OPEN for task in counted),
        come_back=sum(task.state in COME_BACK for task in counted),
        undelivered=sum(task.delivery_error is not None for task in counted),
        is_met=answered >= needed,
    )


def _answers(policy: JoinPolicy, lead: Agency, counted: Sequence[Task]) -> tuple[int, int]:
    """How many answers complete the feedback, and how many of those are there.

    Nothing is complete without an answer, whatever was withdrawn meanwhile.
    """
    answered = [task for task in counted if task.state in ANSWERED]
    match policy.kind:
        case JoinKind.ALL:
            return max(1, len(counted)), len(answered)
        case JoinKind.ANY:
            return 1, len(answered)
        case JoinKind.QUORUM:
            return policy.quorum or 1, len(answered)
        case JoinKind.LEAD:
            return 1, sum(task.letter.agency is lead for task in answered)
