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
    """Nothing is complete without an answer, whatever was withdrawn meanwhile."""
    counted = live(tasks)
    answered = [task for task in counted if task.state in ANSWERED]
    match policy.kind:
        case JoinKind.ALL:
            return bool(answered) and len(answered) == len(counted)
        case JoinKind.ANY:
            return bool(answered)
        case JoinKind.QUORUM:
            return len(answered) >= (policy.quorum or 1)
        case JoinKind.LEAD:
            return any(task.letter.agency is lead for task in answered)


def progress(policy: JoinPolicy, lead: Agency, tasks: Sequence[Task]) -> JoinProgress:
    counted = live(tasks)
    return JoinProgress(
        needed=len(counted) if policy.kind is JoinKind.ALL else policy.quorum or 1,
        answered=sum(task.state in ANSWERED for task in counted),
        under_way=sum(task.state in OPEN for task in counted),
        come_back=sum(task.state in COME_BACK for task in counted),
        undelivered=sum(task.delivery_error is not None for task in counted),
        is_met=is_met(policy, lead, tasks),
    )
