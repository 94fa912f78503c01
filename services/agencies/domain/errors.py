"""What can be wrong with an order to a task, by its stable code."""

from shared.contracts.codes import Agency, TaskState
from shared.errors import Conflict, InvalidInput


class TaskTransitionNotAllowed(Conflict):
    """The task's state has no row for this command. law: the rule of the steps of joint work."""

    def __init__(self, verb: str, state: TaskState) -> None:
        super().__init__("agencies.task-transition-not-allowed", None, law="RULES 4.3", verb=verb, state=state.value)


class ResultKindWrong(InvalidInput):
    """Each agency reports in its own trade."""

    def __init__(self, agency: Agency, expected: str, given: str) -> None:
        super().__init__(
            "agencies.result-kind-wrong", "result.kind", agency=agency.value, expected=expected, given=given
        )


class ResultImplausible(InvalidInput):
    """The figures contradict each other. rule: farmland-within-measured, pbf-within-farmland, …"""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__("agencies.result-implausible", f"result.{field}", rule=rule)


class EndpointNotUsed(InvalidInput):
    """The agency fetches its tasks from its mailbox: nothing is pushed to it."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("agencies.endpoint-not-used", "agency", agency=agency.value)
