"""What can be wrong with an order to a task, by its stable code."""

from collections.abc import Sequence

from shared.contracts.codes import Agency, TaskState
from shared.contracts.hand_over import holder_of
from shared.errors import Conflict, InvalidInput


class TaskTransitionNotAllowed(Conflict):
    """The task's state has no row for this command: late, twice or too early. The facts tell what it is by now.

    law: the rule of the steps of joint work.
    """

    def __init__(self, verb: str, state: TaskState, version: int, allowed: Sequence[str]) -> None:
        super().__init__(
            "agencies.task-transition-not-allowed",
            None,
            object="task",
            law="RULES 4.3",
            verb=verb,
            state=state.value,
            version=version,
            holder=holder_of(state).value,
            allowed=list(allowed),
        )


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


class EndpointNotConfigured(Conflict):
    """Nobody has said yet how this agency is reached."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("agencies.endpoint-not-configured", "agency", agency=agency.value)


class EndpointNotPaused(Conflict):
    """Only a paused endpoint can be tried with one letter, or resumed."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("agencies.endpoint-not-paused", "agency", agency=agency.value)


class NothingToTry(Conflict):
    """No letter waits for this agency, or not that one."""

    def __init__(self, agency: Agency) -> None:
        super().__init__("agencies.nothing-to-try", "agency", agency=agency.value)
