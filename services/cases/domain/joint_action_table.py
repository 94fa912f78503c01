"""The transition table of a joint action, and what can be wrong with an order to it (domain.md 4.3)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.cases.domain.transitions import ALL_CLOCKS, Row, Transitions
from shared.contracts.codes import Agency, JointActionState, TaskState
from shared.errors import Conflict, InvalidInput

_STATE = JointActionState
OPEN_STATES = (_STATE.NOTIFIED, _STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED, _STATE.FEEDBACK_PARTIAL)
_FACT: frozenset[Any] = frozenset()


class AgencyTwice(InvalidInput):
    """An agency has one open task in an action."""

    def __init__(self, name: str, agency: Agency) -> None:
        super().__init__("cases.agency-twice", name, agency=agency)


class LeadNotInvited(InvalidInput):
    """The lead agency takes part in the action it leads (domain.md 4.3)."""

    def __init__(self, agency: Agency, invited: Iterable[Agency]) -> None:
        super().__init__("cases.lead-not-invited", "lead_agency", agency=agency, invited=list(invited))


class TaskUnknown(InvalidInput):
    """The action has no such task."""

    def __init__(self, task_id: UUID) -> None:
        super().__init__("cases.task-unknown", "task_id", task_id=str(task_id))


class TaskNotDeclined(Conflict):
    """Only a task that came back, and that nobody took over yet, can be given anew."""

    def __init__(self, state: TaskState, replaced_by: UUID | None) -> None:
        super().__init__(
            "cases.task-not-declined",
            "task_id",
            law="RULES 4.3",
            state=state,
            replaced_by=replaced_by and str(replaced_by),
        )


def _to(verb: str, ats: Sequence[JointActionState], tos: Sequence[JointActionState], **more: Any) -> list[Row[Any]]:
    """Rows of a verb whose new state follows from the tasks: the outcome is the name of that state."""
    return [Row(verb, at, to, outcome=to.value, **more) for at in ats for to in tos]


SIGN_CLOCKS = frozenset({"J02", "J02U"})
# By urgency: how long an offer stands, and how long the coordinator has for what came back.
ANSWER = {False: "S12", True: "S12U"}
COME_BACK_CLOCK = {False: "S13", True: "S13U"}

_NOT_ALL_SIGNED = [state for state in OPEN_STATES if state is not _STATE.ALL_SIGNED]

TABLE: Transitions[JointActionState] = Transitions(
    "joint_action",
    Row("convene", None, _STATE.NOTIFIED, starts=("J02", "J07")),
    # What agencies' tasks tell; `who` is empty because agencies has checked it.
    *_to("task-signed", [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED], [_STATE.PARTLY_SIGNED], who=_FACT),
    *_to(
        "task-signed",
        [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED],
        [_STATE.ALL_SIGNED],
        who=_FACT,
        stops=SIGN_CLOCKS,
    ),
    *_to("task-signed", [_STATE.FEEDBACK_PARTIAL], [_STATE.FEEDBACK_PARTIAL], who=_FACT),
    *_to("task-accepted", [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED], [_STATE.PARTLY_SIGNED], who=_FACT),
    *_to(
        "task-accepted",
        [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED],
        [_STATE.ALL_SIGNED],
        who=_FACT,
        stops=SIGN_CLOCKS,
    ),
    *_to("task-accepted", [_STATE.FEEDBACK_PARTIAL], [_STATE.FEEDBACK_PARTIAL], who=_FACT),
    *(row for state in OPEN_STATES for row in _to("task-declined", [state], [state], who=_FACT)),
    *_to("task-reported", OPEN_STATES, [_STATE.FEEDBACK_PARTIAL], who=_FACT),
    *_to("reassign", [_STATE.NOTIFIED], [_STATE.NOTIFIED]),
    *_to("reassign", [_STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED], [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED]),
    *_to("reassign", [_STATE.FEEDBACK_PARTIAL], [_STATE.FEEDBACK_PARTIAL]),
    Row("close", _STATE.FEEDBACK_PARTIAL, _STATE.CLOSED, who=_FACT, stops=ALL_CLOCKS),
    # Every other step of a task, and whether its letter arrives.
    *_to("task-moved", OPEN_STATES, _NOT_ALL_SIGNED, who=_FACT),
    *_to("task-moved", OPEN_STATES, [_STATE.ALL_SIGNED], who=_FACT, stops=SIGN_CLOCKS),
    *(row for state in OPEN_STATES for row in _to("change-join", [state], [state])),
    # What agencies tells after the end: a report that was on its way, and how its tasks ended.
    *(
        row
        for verb in ("task-signed", "task-accepted", "task-declined", "task-reported", "task-moved")
        for state in (_STATE.CLOSED, _STATE.CANCELLED)
        for row in _to(verb, [state], [state], who=_FACT)
    ),
    # Side states (domain.md 4.3). What agencies tell meanwhile is taken in and moves the action no more.
    *(Row("postpone", state, _STATE.POSTPONED, stops=frozenset({"J07"})) for state in OPEN_STATES),
    *_to("reschedule", [_STATE.POSTPONED], _NOT_ALL_SIGNED, starts=("J07",)),
    *_to("reschedule", [_STATE.POSTPONED], [_STATE.ALL_SIGNED], starts=("J07",), stops=SIGN_CLOCKS),
    Row("close", _STATE.POSTPONED, _STATE.CLOSED, who=_FACT, stops=ALL_CLOCKS),
    *(Row("cancel", state, _STATE.CANCELLED, stops=ALL_CLOCKS) for state in (*OPEN_STATES, _STATE.POSTPONED)),
    *(
        row
        for verb in ("task-signed", "task-accepted", "task-declined", "task-reported", "task-moved")
        for row in _to(verb, [_STATE.POSTPONED], [_STATE.POSTPONED], who=_FACT)
    ),
    law="SEED 9",
)
