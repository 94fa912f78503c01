"""A joint action (联合执法): one order, a task for each agency, and what comes back (domain.md 4.3, 4.4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.case import Case
from services.cases.domain.joint_task import Task, standing
from services.cases.domain.progress import Charged, Moment, Progress
from services.cases.domain.transitions import ALL_CLOCKS, Row, Transitions
from shared.contracts.cases_events import (
    ActionBrief,
    ConvenedTask,
    JointActionCancelledV1,
    JointActionClosedV1,
    JointActionConvenedV1,
    JointActionEvent,
    JointActionPostponedV1,
    JointActionRescheduledV1,
    JointActionTaskAcceptedV1,
    JointActionTaskDeclinedV1,
    JointActionTaskReassignedV1,
    JointActionTaskReportedV1,
    JointActionTaskSignedV1,
)
from shared.contracts.clocks import DeadlineFact
from shared.contracts.codes import Agency, JointActionState, ReturnReason, TaskState
from shared.contracts.joint_actions import (
    CancelAction,
    ConveneJointAction,
    JointActionView,
    PostponeAction,
    ReassignTask,
    RescheduleAction,
)
from shared.contracts.parts import DeadlineView
from shared.errors import Conflict, InvalidInput
from shared.ids import derived_id

_STATE = JointActionState
_OPEN = (_STATE.NOTIFIED, _STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED, _STATE.FEEDBACK_PARTIAL)
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
    """Only a declined task that nobody took over yet can be reassigned."""

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


_SIGNED = frozenset({"J02", "J02U"})

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
        stops=_SIGNED,
    ),
    *_to("task-signed", [_STATE.FEEDBACK_PARTIAL], [_STATE.FEEDBACK_PARTIAL], who=_FACT),
    *_to("task-accepted", [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED], [_STATE.PARTLY_SIGNED], who=_FACT),
    *_to(
        "task-accepted",
        [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED],
        [_STATE.ALL_SIGNED],
        who=_FACT,
        stops=_SIGNED,
    ),
    *_to("task-accepted", [_STATE.FEEDBACK_PARTIAL], [_STATE.FEEDBACK_PARTIAL], who=_FACT),
    *(row for state in _OPEN for row in _to("task-declined", [state], [state], who=_FACT)),
    *_to("task-reported", _OPEN, [_STATE.FEEDBACK_PARTIAL], who=_FACT),
    *_to("reassign", [_STATE.NOTIFIED], [_STATE.NOTIFIED]),
    *_to("reassign", [_STATE.PARTLY_SIGNED, _STATE.ALL_SIGNED], [_STATE.NOTIFIED, _STATE.PARTLY_SIGNED]),
    *_to("reassign", [_STATE.FEEDBACK_PARTIAL], [_STATE.FEEDBACK_PARTIAL]),
    Row("close", _STATE.FEEDBACK_PARTIAL, _STATE.CLOSED, who=_FACT, stops=ALL_CLOCKS),
    # Side states (domain.md 4.3). What agencies tell meanwhile is taken in and moves the action no more.
    *(Row("postpone", state, _STATE.POSTPONED, stops=frozenset({"J07"})) for state in _OPEN),
    *_to(
        "reschedule", [_STATE.POSTPONED], [state for state in _OPEN if state is not _STATE.ALL_SIGNED], starts=("J07",)
    ),
    *_to("reschedule", [_STATE.POSTPONED], [_STATE.ALL_SIGNED], starts=("J07",), stops=_SIGNED),
    Row("close", _STATE.POSTPONED, _STATE.CLOSED, who=_FACT, stops=ALL_CLOCKS),
    *(Row("cancel", state, _STATE.CANCELLED, stops=ALL_CLOCKS) for state in (*_OPEN, _STATE.POSTPONED)),
    *(
        row
        for verb in ("task-signed", "task-accepted", "task-declined", "task-reported")
        for row in _to(verb, [_STATE.POSTPONED], [_STATE.POSTPONED], who=_FACT)
    ),
    law="SEED 9",
)


@dataclass(kw_only=True)
class JointAction(Progress):
    TYPE: ClassVar[str] = "joint_action"

    action_no: str = ""
    state: JointActionState | None = None
    case_id: UUID | None = None
    title: str = ""
    reason: str = ""
    place: str = ""
    acting_at: datetime | None = None
    urgent: bool = False
    lead_agency: Agency = Agency.NATURAL_RESOURCES
    brief: ActionBrief | None = None
    tasks: list[Task] = field(default_factory=list)
    convened_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def names(self) -> dict[str, Any]:
        return {"action_id": self.id, "action_no": self.action_no, "case_id": self.case_id}

    def charged(self, clock: DeadlineView) -> Charged:
        """Agencies that have not signed, of the clock for signing; that have not reported, of the others."""
        live = [task for task in self.tasks if task.replaced_by is None]
        waiting = [
            task.letter.agency
            for task in live
            if not (task.is_signed if clock.rule_id in _SIGNED else task.state is TaskState.REPORTED)
        ]
        return replace(super().charged(clock), agencies=tuple(waiting) or (self.lead_agency,))

    # decisions

    def convene(self, cmd: ConveneJointAction, moment: Moment, case: Case, action_no: str) -> list[JointActionEvent]:
        """Raises AgencyTwice, LeadNotInvited, and InvalidInput for a day that is over."""
        case.may_open(cmd.verb, moment)
        row = TABLE.permit(self.state, "convene", moment.by)
        seen: set[Agency] = set()
        for number, letter in enumerate(cmd.tasks):
            if letter.agency in seen:
                raise AgencyTwice(f"tasks.{number}.agency", letter.agency)
            seen.add(letter.agency)
        if cmd.lead_agency not in seen:
            raise LeadNotInvited(cmd.lead_agency, (letter.agency for letter in cmd.tasks))
        sign = moment.deadlines.start("J02U" if cmd.urgent else "J02", moment.now)
        feedback = moment.deadlines.start("J07", moment.ahead(cmd.acting_at, "acting_at"))
        return [
            JointActionConvenedV1(
                action_id=self.id,
                action_no=action_no,
                case_id=case.id,
                title=cmd.title,
                place=cmd.place,
                acting_at=cmd.acting_at,
                urgent=cmd.urgent,
                lead_agency=cmd.lead_agency,
                brief=case.brief(),
                tasks=[
                    ConvenedTask(
                        task_id=derived_id(self.id, letter.agency),
                        letter=letter,
                        sign_due_on=sign.due_on,
                        feedback_due_on=feedback.due_on,
                    )
                    for letter in cmd.tasks
                ],
                **self.step(row, moment, reason=cmd.reason, starts=[sign, feedback]),
            )
        ]

    def reassign(self, cmd: ReassignTask, moment: Moment) -> list[JointActionEvent]:
        """A new task takes the place of a declined one. Raises TaskUnknown, TaskNotDeclined, AgencyTwice."""
        if self.state not in _OPEN:
            TABLE.permit(self.state, cmd.verb, moment.by)
        declined = self.task(cmd.task_id)
        if declined is None:
            raise TaskUnknown(cmd.task_id)
        if declined.state is not TaskState.DECLINED or declined.replaced_by is not None:
            raise TaskNotDeclined(declined.state, declined.replaced_by)
        others = [task for task in self.tasks if task.replaced_by is None and task is not declined]
        if any(task.letter.agency == cmd.letter.agency for task in others):
            raise AgencyTwice("letter.agency", cmd.letter.agency)
        sign = moment.deadlines.start("J02U" if self.urgent else "J02", moment.now)
        task = ConvenedTask(
            task_id=derived_id(declined.id, "reassigned"),
            letter=cmd.letter,
            sign_due_on=sign.due_on,
            feedback_due_on=declined.feedback_due_on,
        )
        row = TABLE.permit(self.state, cmd.verb, moment.by, outcome=standing([*others, Task.convened(task)]))
        starts: list[DeadlineFact] = [] if self.is_running(sign.rule_id) else [sign]
        return [
            JointActionTaskReassignedV1(
                title=self.title,
                place=self.place,
                acting_at=self.acting_at,
                urgent=self.urgent,
                lead_agency=self.lead_agency,
                brief=self.brief,
                declined_task_id=declined.id,
                task=task,
                **self.told(row, moment, reason=cmd.reason, starts=starts),
            )
        ]

    def postpone(self, cmd: PostponeAction, moment: Moment) -> list[JointActionEvent]:
        """The clock of the feedback stops; that of the signing goes on."""
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        return [JointActionPostponedV1(**self.told(row, moment, reason=cmd.reason))]

    def reschedule(self, cmd: RescheduleAction, moment: Moment) -> list[JointActionEvent]:
        """Feedback is due after the new date. Raises InvalidInput for a day that is over."""
        if self.state is not _STATE.POSTPONED:
            TABLE.permit(self.state, cmd.verb, moment.by)
        row = TABLE.permit(self.state, cmd.verb, moment.by, outcome=standing(self.tasks))
        feedback = moment.deadlines.start("J07", moment.ahead(cmd.acting_at, "acting_at"))
        told = self.told(row, moment, reason=cmd.reason, starts=[feedback])
        return [JointActionRescheduledV1(acting_at=cmd.acting_at, **told)]

    def cancel(self, cmd: CancelAction, moment: Moment) -> list[JointActionEvent]:
        """Open tasks are withdrawn; agencies hear of it by this event."""
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        done = (TaskState.REPORTED, TaskState.DECLINED, TaskState.WITHDRAWN)
        withdrawn = [task.id for task in self.tasks if task.replaced_by is None and task.state not in done]
        return [JointActionCancelledV1(task_ids=withdrawn, **self.told(row, moment, reason=cmd.reason))]

    def task_signed(self, task_id: UUID, signed_by: str, moment: Moment) -> list[JointActionEvent]:
        """Told by agencies, as the next three; what was known already tells nothing."""
        task = self._advancing(task_id, TaskState.SIGNED)
        if task is None:
            return []
        row = self._after("task-signed", task, moment, signed_at=moment.now)
        return [JointActionTaskSignedV1(signed_by=signed_by, **self._told_of(task, row, moment))]

    def task_accepted(self, task_id: UUID, moment: Moment) -> list[JointActionEvent]:
        task = self._advancing(task_id, TaskState.ACCEPTED)
        if task is None:
            return []
        row = self._after("task-accepted", task, moment, accepted_at=moment.now)
        return [JointActionTaskAcceptedV1(**self._told_of(task, row, moment))]

    def task_declined(
        self, task_id: UUID, return_reason: ReturnReason, reason: str, moment: Moment
    ) -> list[JointActionEvent]:
        task = self._advancing(task_id, TaskState.DECLINED)
        if task is None:
            return []
        row = self._after("task-declined", task, moment, declined_at=moment.now)
        return [JointActionTaskDeclinedV1(return_reason=return_reason, **self._told_of(task, row, moment, reason))]

    def task_reported(self, task_id: UUID, result: dict[str, Any], moment: Moment) -> list[JointActionEvent]:
        """Closes the action when this was the last live task to report."""
        task = self._advancing(task_id, TaskState.REPORTED)
        if task is None:
            return []
        row = self._after("task-reported", task, moment, state=TaskState.REPORTED, reported_at=moment.now)
        told: list[JointActionEvent] = [JointActionTaskReportedV1(result=result, **self._told_of(task, row, moment))]
        waiting = [other for other in self.tasks if other.replaced_by is None and other is not task]
        if all(other.state is TaskState.REPORTED for other in waiting):
            closing = TABLE.permit(row.to, "close", moment.by)
            told.append(JointActionClosedV1(**self.told(closing, moment)))
        return told

    def task(self, task_id: UUID) -> Task | None:
        return next((task for task in self.tasks if task.id == task_id), None)

    def _advancing(self, task_id: UUID, to: TaskState) -> Task | None:
        """The task, if the fact is news. Raises TaskUnknown."""
        task = self.task(task_id)
        if task is None:
            raise TaskUnknown(task_id)
        return task if task.is_before(to) else None

    def _after(self, verb: str, task: Task, moment: Moment, **changes: Any) -> Row[JointActionState]:
        """The row to the state that the tasks come to once this one has changed."""
        changed = replace(task, **changes)
        tasks = [changed if other is task else other for other in self.tasks]
        to = _STATE.POSTPONED if self.state is _STATE.POSTPONED else standing(tasks)
        return TABLE.permit(self.state, verb, moment.by, outcome=to)

    def _told_of(
        self, task: Task, row: Row[JointActionState], moment: Moment, reason: str | None = None
    ) -> dict[str, Any]:
        return {"task_id": task.id, "agency": task.letter.agency, **self.told(row, moment, reason=reason)}

    # changes

    @singledispatchmethod
    def _change(self, event: JointActionEvent) -> None:
        raise TypeError(type(event).__name__)

    @_change.register
    def _(self, event: JointActionConvenedV1) -> None:
        self.action_no, self.case_id = event.action_no, event.case_id
        self.title, self.reason, self.place = event.title, event.reason or "", event.place
        self.acting_at, self.urgent, self.lead_agency = event.acting_at, event.urgent, event.lead_agency
        self.brief = event.brief
        self.jurisdiction = event.brief.division_code
        self.tasks = [Task.convened(task) for task in event.tasks]
        self.convened_at = event.at

    @_change.register
    def _(self, event: JointActionTaskReassignedV1) -> None:
        self._set(event.declined_task_id, replaced_by=event.task.task_id)
        self.tasks = [*self.tasks, Task.convened(event.task)]

    @_change.register
    def _(self, event: JointActionTaskSignedV1) -> None:
        self._set(event.task_id, state=TaskState.SIGNED, signed_at=event.at, signed_by=event.signed_by)

    @_change.register
    def _(self, event: JointActionTaskAcceptedV1) -> None:
        self._set(event.task_id, state=TaskState.ACCEPTED, accepted_at=event.at)

    @_change.register
    def _(self, event: JointActionTaskDeclinedV1) -> None:
        self._set(
            event.task_id,
            state=TaskState.DECLINED,
            declined_at=event.at,
            return_reason=event.return_reason,
            decline_reason=event.reason,
        )

    @_change.register
    def _(self, event: JointActionTaskReportedV1) -> None:
        self._set(event.task_id, state=TaskState.REPORTED, reported_at=event.at, result=event.result)

    @_change.register
    def _(self, event: JointActionClosedV1) -> None:
        self.closed_at = event.at

    @_change.register
    def _(self, _: JointActionPostponedV1) -> None:
        """Its date is open."""

    @_change.register
    def _(self, event: JointActionRescheduledV1) -> None:
        self.acting_at = event.acting_at

    @_change.register
    def _(self, event: JointActionCancelledV1) -> None:
        self.closed_at = event.at
        for task_id in event.task_ids:
            self._set(task_id, state=TaskState.WITHDRAWN)

    def _set(self, task_id: UUID, **changes: Any) -> None:
        self.tasks = [replace(task, **changes) if task.id == task_id else task for task in self.tasks]

    def view(self) -> JointActionView:
        assert self.state is not None
        assert self.case_id is not None
        assert self.acting_at is not None
        assert self.convened_at is not None
        assert self.brief is not None
        return JointActionView(
            id=self.id,
            action_no=self.action_no,
            version=self.version,
            state=self.state,
            title=self.title,
            case_id=self.case_id,
            case_no=self.brief.case_no,
            place=self.place,
            acting_at=self.acting_at,
            urgent=self.urgent,
            lead_agency=self.lead_agency,
            convened_at=self.convened_at,
            closed_at=self.closed_at,
            reason=self.reason,
            tasks=[task.view() for task in self.tasks],
            deadlines=self.deadlines,
        )
