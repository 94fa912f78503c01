"""The transition table of a joint action, and what can be wrong with an order to it (domain.md 4.3)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.cases.domain.transitions import ALL_CLOCKS, COORDINATOR, Row, Transitions
from shared.contracts.codes import ActionForm, Agency, DocumentKind, JointActionState, TaskState
from shared.errors import Conflict, InvalidInput

_STATE = JointActionState
_SIGNING = (_STATE.NOTIFIED, _STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED)
_DESK = (*_SIGNING, _STATE.FEEDBACK_PARTIAL)
# Tasks are still given, taken on and answered; the place in it follows from steps and tasks.
OPEN_STATES = (*_SIGNING, _STATE.MET, _STATE.ACTING, _STATE.ACTED, _STATE.FEEDBACK_PARTIAL)
_AFTERWARDS = (_STATE.ACTING, _STATE.ACTED, _STATE.FEEDBACK_PARTIAL, _STATE.FEEDBACK_COMPLETE)
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
            law="HOUSE.joint-action",
            state=state,
            replaced_by=replaced_by and str(replaced_by),
        )


class AgencyNotInvited(InvalidInput):
    """Who takes a step of the action has been called to it."""

    def __init__(self, name: str, agency: Agency, invited: Iterable[Agency]) -> None:
        super().__init__("cases.agency-not-invited", name, agency=agency, invited=list(invited))


class LeadAbsent(InvalidInput):
    """The lead agency acts (domain.md 4.3, step 6)."""

    def __init__(self, name: str, agency: Agency) -> None:
        super().__init__("cases.lead-absent", name, agency=agency)


class StepNotOfForm(Conflict):
    """A consultation takes no step on site (domain.md 4.1)."""

    def __init__(self, verb: str, form: ActionForm) -> None:
        facts = {"object": "joint_action", "verb": verb, "form": form, "law": "HOUSE.joint-action"}
        super().__init__("cases.step-not-of-form", None, **facts)


class MeetingMissing(Conflict):
    """The pre-meeting comes before the action; of an urgent one its minutes before the summary (J04)."""

    def __init__(self) -> None:
        super().__init__("cases.meeting-missing", None, rule_id="J04", law="HOUSE.joint-action")


class MeetingKnown(Conflict):
    """The pre-meeting of the action is on record."""

    def __init__(self) -> None:
        super().__init__("cases.meeting-known", None, law="HOUSE.joint-action")


class EvidenceOwed(Conflict):
    """Agencies that were there have not handed their evidence over, nor said that they took none (J06)."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        super().__init__("cases.evidence-owed", None, agencies=list(agencies), rule_id="J06", law="HOUSE.joint-action")


def _to(verb: str, ats: Sequence[JointActionState], tos: Sequence[JointActionState], **more: Any) -> list[Row[Any]]:
    """Rows of a verb whose new state follows from the tasks: the outcome is the name of that state."""
    return [Row(verb, at, to, outcome=to.value, **more) for at in ats for to in tos]


SIGN_CLOCKS = frozenset({"J02", "J02U"})
# By urgency: how long an offer stands, and how long the coordinator has for what came back.
ANSWER = {False: "S12", True: "S12U"}
COME_BACK_CLOCK = {False: "S13", True: "S13U"}
# Who has signed names whom to call and who comes.
CONTACT_CLOCK = "J03"

_MEETING = frozenset({DocumentKind.MEETING_MINUTES, DocumentKind.ACTION_PLAN, DocumentKind.RISK_PLAN})
_RECORD = frozenset({DocumentKind.ON_SITE_RECORD})
_SUMMARY = frozenset({DocumentKind.ACTION_SUMMARY})
_SIGNED_THERE = [_STATE.ACTED, _STATE.FEEDBACK_PARTIAL]
_NOT_ALL_SIGNED = [state for state in _DESK if state is not _STATE.ALL_SIGNED]

TABLE: Transitions[JointActionState] = Transitions(
    "joint_action",
    Row("convene", None, _STATE.NOTIFIED, starts=("J02", "J04", "J07")),
    # What agencies' tasks tell; `who` is empty because agencies has checked it.
    *_to(
        "task-signed",
        [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED],
        [_STATE.PARTLY_SIGNED],
        who=_FACT,
        starts=(CONTACT_CLOCK,),
    ),
    *_to(
        "task-signed",
        [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED],
        [_STATE.ALL_SIGNED],
        who=_FACT,
        starts=(CONTACT_CLOCK,),
        stops=SIGN_CLOCKS,
    ),
    *_to("task-signed", [_STATE.FEEDBACK_PARTIAL], [_STATE.FEEDBACK_PARTIAL], who=_FACT, starts=(CONTACT_CLOCK,)),
    *_to(
        "task-accepted",
        [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED],
        [_STATE.PARTLY_SIGNED],
        who=_FACT,
        stops=frozenset({CONTACT_CLOCK}),
    ),
    *_to(
        "task-accepted",
        [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED],
        [_STATE.ALL_SIGNED],
        who=_FACT,
        stops=SIGN_CLOCKS | {CONTACT_CLOCK},
    ),
    *_to(
        "task-accepted",
        [_STATE.FEEDBACK_PARTIAL],
        [_STATE.FEEDBACK_PARTIAL],
        who=_FACT,
        stops=frozenset({CONTACT_CLOCK}),
    ),
    *(row for state in _DESK for row in _to("task-declined", [state], [state], who=_FACT)),
    *_to("task-reported", _DESK, [_STATE.FEEDBACK_PARTIAL], who=_FACT),
    *_to("task-reported", [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED], [_STATE.PARTLY_SIGNED], who=_FACT),
    *_to("task-reported", _SIGNING, [_STATE.ALL_SIGNED], who=_FACT, stops=SIGN_CLOCKS),
    *_to("reassign", [_STATE.NOTIFIED], [_STATE.NOTIFIED]),
    *_to("reassign", [_STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED], [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED]),
    *_to("reassign", [_STATE.FEEDBACK_PARTIAL], [_STATE.FEEDBACK_PARTIAL]),
    Row("close", _STATE.FEEDBACK_PARTIAL, _STATE.CLOSED, who=_FACT, stops=ALL_CLOCKS),
    # Every other step of a task, and whether its letter arrives.
    *_to("task-moved", _DESK, _NOT_ALL_SIGNED, who=_FACT),
    *_to("task-moved", _DESK, [_STATE.ALL_SIGNED], who=_FACT, stops=SIGN_CLOCKS),
    *(row for state in OPEN_STATES for row in _to("change-join", [state], [state])),
    # The steps on site (domain.md 4.3, 5 to 8). Only urgent actions and inspections act without a pre-meeting.
    *(Row("record-meeting", state, _STATE.MET, needs=_MEETING, stops=frozenset({"J04"})) for state in _SIGNING),
    *(Row("record-meeting", state, state, needs=frozenset({DocumentKind.MEETING_MINUTES})) for state in _AFTERWARDS),
    *_to("record-acting", (*_SIGNING, _STATE.MET), [_STATE.ACTING], starts=("J05", "J06", "J07", "J10")),
    *_to("record-acting", (*_SIGNING, _STATE.MET), _SIGNED_THERE, starts=("J06", "J07", "J10")),
    *_to("record-on-site", [_STATE.ACTING], _SIGNED_THERE, needs=_RECORD, stops=frozenset({"J05"})),
    *(Row("record-evidence", state, state, stops=frozenset({"J06"})) for state in _AFTERWARDS),
    *(
        row
        for verb in ("task-signed", "task-accepted", "task-declined", "task-reported", "task-moved", "reassign")
        for state in (_STATE.MET, _STATE.ACTING)
        for row in _to(verb, [state], [state], who=COORDINATOR if verb == "reassign" else _FACT)
    ),
    *(
        row
        for verb in ("task-signed", "task-accepted", "task-declined", "task-reported", "task-moved", "reassign")
        for row in _to(verb, [_STATE.ACTED], _SIGNED_THERE, who=COORDINATOR if verb == "reassign" else _FACT)
    ),
    *(
        row
        for verb in ("task-moved", "reassign")
        for row in _to(
            verb, [_STATE.FEEDBACK_PARTIAL], [_STATE.ACTED], who=COORDINATOR if verb == "reassign" else _FACT
        )
    ),
    Row(
        "complete-feedback",
        _STATE.FEEDBACK_PARTIAL,
        _STATE.FEEDBACK_COMPLETE,
        who=_FACT,
        stops=SIGN_CLOCKS | {CONTACT_CLOCK, "J07", "S13", "S13U"},
    ),
    Row("summarise", _STATE.FEEDBACK_COMPLETE, _STATE.CLOSED, needs=_SUMMARY, stops=ALL_CLOCKS),
    # What agencies tells after the end: a report that was on its way, and how its tasks ended.
    *(
        row
        for verb in ("task-signed", "task-accepted", "task-declined", "task-reported", "task-moved")
        for state in (_STATE.FEEDBACK_COMPLETE, _STATE.CLOSED, _STATE.CANCELLED)
        for row in _to(verb, [state], [state], who=_FACT)
    ),
    # Side states (domain.md 4.3). What agencies tell meanwhile is taken in and moves the action no more.
    *(Row("postpone", state, _STATE.POSTPONED, stops=frozenset({"J04", "J07"})) for state in (*_DESK, _STATE.MET)),
    *_to("reschedule", [_STATE.POSTPONED], [*_NOT_ALL_SIGNED, _STATE.MET], starts=("J04", "J07")),
    *_to("reschedule", [_STATE.POSTPONED], [_STATE.ALL_SIGNED], starts=("J04", "J07"), stops=SIGN_CLOCKS),
    Row("close", _STATE.POSTPONED, _STATE.CLOSED, who=_FACT, stops=ALL_CLOCKS),
    *(Row("cancel", state, _STATE.CANCELLED, stops=ALL_CLOCKS) for state in (*_DESK, _STATE.MET, _STATE.POSTPONED)),
    *(
        row
        for verb in ("task-signed", "task-accepted", "task-declined", "task-reported", "task-moved")
        for row in _to(verb, [_STATE.POSTPONED], [_STATE.POSTPONED], who=_FACT)
    ),
    law="SEED 9",
)
