"""A joint action (联合执法): one order, a task for each agency, and what comes back (domain.md 4.3, 4.4)."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain import join_policy
from services.cases.domain.case import Case
from services.cases.domain.joint_action_answers import TaskAnswers
from services.cases.domain.joint_action_table import (
    ANSWER,
    CONTACT_CLOCK,
    OPEN_STATES,
    SIGN_CLOCKS,
    AgencyTwice,
    LeadNotInvited,
    TaskNotDeclined,
    TaskUnknown,
)
from services.cases.domain.joint_action_table import TABLE as TABLE
from services.cases.domain.joint_task import MOVED_AT, Task, live, unanswered
from services.cases.domain.progress import Charged, Moment
from shared.clock import local_day
from shared.contracts.action_step_events import JointActionFeedbackCompletedV1, JointActionSummarisedV1
from shared.contracts.clocks import DeadlineFact
from shared.contracts.codes import Agency, DisclosurePurpose, JointActionState, TaskState
from shared.contracts.hand_over import OPEN
from shared.contracts.joint_action_events import (
    ActionBrief,
    ConvenedTask,
    JointActionCancelledV1,
    JointActionClosedV1,
    JointActionConvenedV1,
    JointActionEvent,
    JointActionJoinChangedV1,
    JointActionPostponedV1,
    JointActionRescheduledV1,
    JointActionTaskAcceptedV1,
    JointActionTaskDeclinedV1,
    JointActionTaskMovedV1,
    JointActionTaskReassignedV1,
    JointActionTaskReportedV1,
    JointActionTaskSignedV1,
    JointActionTaskUndeliveredV1,
)
from shared.contracts.joint_actions import (
    CancelAction,
    ChangeJoin,
    ConveneJointAction,
    JointActionView,
    PostponeAction,
    ReassignTask,
    RescheduleAction,
)
from shared.contracts.parts import DeadlineView
from shared.ids import derived_id


def told_brief(whole: ActionBrief, agency: Agency, moment: Moment) -> ActionBrief:
    """What the letter to this agency may say of the case."""
    return moment.rules.disclosure(agency, DisclosurePurpose.TASK_LETTER, moment.today).brief(whole)


# Of the on-site record and of the summary.
_LEADS_CLOCKS = ("J05", "J10")


@dataclass(kw_only=True)
class JointAction(TaskAnswers):
    TYPE: ClassVar[str] = "joint_action"

    action_no: str = ""
    case_id: UUID | None = None
    title: str = ""
    reason: str = ""
    place: str = ""
    acting_at: datetime | None = None
    brief: ActionBrief | None = None
    closed_at: datetime | None = None

    @property
    def names(self) -> dict[str, Any]:
        return {"action_id": self.id, "action_no": self.action_no, "case_id": self.case_id}

    def charged(self, clock: DeadlineView) -> Charged:
        """Agencies that have not signed, of the clock for signing; that have named no contact, of that one (J03);
        that have not reported, of the others.

        What came back is the coordinator's: a clock for which nobody else is waited for is his.
        """
        waiting = [task for task in unanswered(self.tasks) if not (clock.rule_id in SIGN_CLOCKS and task.is_signed)]
        if clock.rule_id == CONTACT_CLOCK:
            day = local_day(clock.started_at)
            owing = [task for task in waiting if (at := task.names_contact_since) is not None and local_day(at) <= day]
            return replace(
                super().charged(clock), agencies=tuple(task.letter.agency for task in owing) or (self.lead_agency,)
            )
        if clock.rule_id in _LEADS_CLOCKS:
            return replace(super().charged(clock), agencies=(self.lead_agency,))
        if clock.rule_id == "J06":
            return replace(super().charged(clock), agencies=tuple(self.owes_evidence) or (self.lead_agency,))
        theirs = tuple(task.letter.agency for task in waiting if not task.has_come_back)
        holder = "coordinator" if waiting and not theirs else None
        return replace(super().charged(clock), agencies=theirs or (self.lead_agency,), holder=holder)

    @property
    def come_back(self) -> list[Task]:
        """Tasks that wait for the coordinator to give them anew or do without."""
        return [task for task in self.tasks if task.has_come_back]

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
        join_policy.check(cmd.join, len(seen))
        answer_by = moment.end_of(ANSWER[cmd.urgent])
        sign = moment.deadlines.start("J02U" if cmd.urgent else "J02", moment.now)
        acting_at = moment.ahead(cmd.acting_at, "acting_at")
        # Of an action on site the term in the letters is that of the plan; it counts anew from the action itself.
        feedback = moment.deadlines.start("J07", acting_at)
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
                        answer_by=answer_by,
                        brief=told_brief(case.brief(), letter.agency, moment),
                    )
                    for letter in cmd.tasks
                ],
                join=cmd.join,
                form=cmd.form,
                **self.step(
                    row,
                    moment,
                    reason=cmd.reason,
                    starts=[sign, *self.first_clocks(cmd.form, cmd.urgent, acting_at, moment)],
                ),
            )
        ]

    def reassign(self, cmd: ReassignTask, moment: Moment) -> list[JointActionEvent]:
        """A new task takes the place of one that came back. Raises TaskUnknown, TaskNotDeclined, AgencyTwice."""
        if self.state not in OPEN_STATES:
            TABLE.permit(self.state, cmd.verb, moment.by)
        declined = self.task(cmd.task_id)
        if declined is None:
            raise TaskUnknown(cmd.task_id)
        if not declined.may_be_given_anew:
            raise TaskNotDeclined(declined.state, declined.replaced_by)
        others = [task for task in live(self.tasks) if task is not declined]
        if any(task.letter.agency == cmd.letter.agency for task in others):
            raise AgencyTwice("letter.agency", cmd.letter.agency)
        sign = moment.deadlines.start("J02U" if self.urgent else "J02", moment.now)
        task = ConvenedTask(
            task_id=derived_id(declined.id, "reassigned"),
            letter=cmd.letter,
            sign_due_on=sign.due_on,
            feedback_due_on=declined.feedback_due_on,
            answer_by=moment.end_of(ANSWER[self.urgent]),
            brief=self.brief and told_brief(self.brief, cmd.letter.agency, moment),
        )
        row = TABLE.permit(self.state, cmd.verb, moment.by, outcome=self._place([*others, Task.convened(task)]))
        row = self.settling(row, [*others, Task.convened(task)])
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

    def change_join(self, cmd: ChangeJoin, moment: Moment) -> list[JointActionEvent]:
        """Closes the action when by the new policy the feedback is complete. Raises QuorumTooLarge."""
        row = TABLE.permit(self.state, cmd.verb, moment.by, outcome=str(self.state))
        join_policy.check(cmd.join, len(live(self.tasks)))
        told = JointActionJoinChangedV1(join=cmd.join, **self.told(row, moment, reason=cmd.reason))
        return [told, *self.completing(cmd.join, self.tasks, moment)]

    def postpone(self, cmd: PostponeAction, moment: Moment) -> list[JointActionEvent]:
        """The clocks to and from the action stop; that of the signing goes on."""
        self.not_acted(cmd.verb)
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        return [JointActionPostponedV1(**self.told(row, moment, reason=cmd.reason))]

    def reschedule(self, cmd: RescheduleAction, moment: Moment) -> list[JointActionEvent]:
        """Feedback is due after the new date. Raises InvalidInput for a day that is over."""
        if self.state is not JointActionState.POSTPONED:
            TABLE.permit(self.state, cmd.verb, moment.by)
        row = TABLE.permit(self.state, cmd.verb, moment.by, outcome=self._place(self.tasks))
        acting_at = moment.ahead(cmd.acting_at, "acting_at")
        starts = self.first_clocks(self.form, self.urgent, acting_at, moment)
        told = self.told(row, moment, reason=cmd.reason, starts=starts)
        return [JointActionRescheduledV1(acting_at=cmd.acting_at, **told)]

    def cancel(self, cmd: CancelAction, moment: Moment) -> list[JointActionEvent]:
        """Open tasks are withdrawn; agencies hear of it by this event."""
        self.not_acted(cmd.verb)
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        withdrawn = [task.id for task in live(self.tasks) if task.state in OPEN]
        return [JointActionCancelledV1(task_ids=withdrawn, **self.told(row, moment, reason=cmd.reason))]

    # changes

    @singledispatchmethod
    def _change(self, event: JointActionEvent) -> None:
        if not self._note_step(event):
            raise TypeError(type(event).__name__)

    @_change.register
    def _(self, _: JointActionFeedbackCompletedV1) -> None:
        """Agencies ends its tasks and tells of each."""

    @_change.register
    def _(self, event: JointActionSummarisedV1) -> None:
        self._note_step(event)
        self.closed_at = event.at

    @_change.register
    def _(self, event: JointActionConvenedV1) -> None:
        self.action_no, self.case_id = event.action_no, event.case_id
        self.title, self.reason, self.place = event.title, event.reason or "", event.place
        self.acting_at, self.urgent, self.lead_agency = event.acting_at, event.urgent, event.lead_agency
        self.brief = event.brief
        self.jurisdiction = event.brief.division_code
        self.tasks = [Task.convened(task) for task in event.tasks]
        self.join, self.form = event.join, event.form
        self.convened_at = event.at

    @_change.register
    def _(self, event: JointActionTaskReassignedV1) -> None:
        self._set(event.declined_task_id, replaced_by=event.task.task_id)
        self.tasks = [*self.tasks, Task.convened(event.task)]

    @_change.register
    def _(self, event: JointActionTaskSignedV1) -> None:
        self._set(
            event.task_id,
            state=TaskState.SIGNED,
            signed_at=event.at,
            signed_by=event.signed_by,
            sign_channel=event.channel,
            receipt=event.receipt,
        )

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
            proposed_agency=event.proposed_agency,
        )

    @_change.register
    def _(self, event: JointActionTaskReportedV1) -> None:
        task = self.task(event.task_id)
        reports = 1 if task is None else task.reports + 1
        self._set(event.task_id, state=TaskState.REPORTED, reported_at=event.at, reports=reports, result=event.result)

    @_change.register
    def _(self, event: JointActionTaskMovedV1) -> None:
        changes = {"state": event.task_state, MOVED_AT[event.task_state]: event.at}
        if event.task_state is TaskState.DELIVERED:
            changes["delivery_error"] = None
        self._set(event.task_id, **changes)

    @_change.register
    def _(self, event: JointActionTaskUndeliveredV1) -> None:
        self._set(event.task_id, delivery_error=event.error)

    @_change.register
    def _(self, event: JointActionJoinChangedV1) -> None:
        self.join = event.join

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
            form=self.form,
            steps=self.steps,
            join=self.join,
            progress=join_policy.progress(self.join, self.lead_agency, self.tasks),
            tasks=[task.view() for task in self.tasks],
            deadlines=self.deadlines,
        )
