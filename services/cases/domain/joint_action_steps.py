"""The steps of a joint action on site: pre-meeting, acting, evidence, summary (domain.md 4.3, 4.4).

Only of actions and inspections: a consultation takes none of them and closes by its feedback.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.cases.domain import join_policy
from services.cases.domain.joint_action_table import (
    COME_BACK_CLOCK,
    CONTACT_CLOCK,
    OPEN_STATES,
    SIGN_CLOCKS,
    TABLE,
    AgencyNotInvited,
    AgencyTwice,
    EvidenceOwed,
    LeadAbsent,
    MeetingKnown,
    MeetingMissing,
    StepNotOfForm,
)
from services.cases.domain.joint_task import Task, live, standing
from services.cases.domain.progress import Moment, Progress
from services.cases.domain.transitions import DocumentMissing, Row, TransitionNotAllowed
from shared.contracts import action_step_events as said
from shared.contracts.action_steps import (
    Acted,
    ActionSteps,
    EvidenceHanded,
    MeetingHeld,
    OnSiteSigned,
    RecordActing,
    RecordEvidence,
    RecordMeeting,
    RecordOnSite,
    SummariseAction,
    Summary,
)
from shared.contracts.clocks import DeadlineFact
from shared.contracts.codes import ActionForm, Agency, DocumentKind, JointActionState, TaskState
from shared.contracts.hand_over import OPEN
from shared.contracts.joint_action_events import JointActionClosedV1, JointActionEvent
from shared.contracts.joint_actions import JoinPolicy
from shared.contracts.parts import DocumentRef
from shared.errors import InvalidInput


@dataclass(kw_only=True)
class SiteSteps(Progress):
    """What of a joint action its steps depend on, and the steps; JointAction is the whole."""

    state: JointActionState | None = None
    urgent: bool = False
    lead_agency: Agency = Agency.NATURAL_RESOURCES
    tasks: list[Task] = field(default_factory=list)
    join: JoinPolicy = field(default_factory=JoinPolicy)
    form: ActionForm = ActionForm.CONSULTATION
    steps: ActionSteps = field(default_factory=ActionSteps)
    convened_at: datetime | None = None

    @property
    def on_site(self) -> bool:
        return self.form is not ActionForm.CONSULTATION

    @property
    def owes_evidence(self) -> list[Agency]:
        """Who was on site and has not handed its evidence over to the lead, nor said that there is none."""
        present = [] if self.steps.acting is None else [entry.agency for entry in self.steps.acting.muster]
        invited = {task.letter.agency for task in live(self.tasks)}
        done = {self.lead_agency, *(handed.agency for handed in self.steps.evidence)}
        return [agency for agency in present if agency in invited and agency not in done]

    # decisions

    def record_meeting(self, cmd: RecordMeeting, moment: Moment) -> list[JointActionEvent]:
        """Raises StepNotOfForm, MeetingKnown, AgencyNotInvited, InvalidInput."""
        row = self._row(cmd.verb, moment, self._held(cmd.documents))
        if self.steps.meeting is not None:
            raise MeetingKnown
        self._check_invited("attended", cmd.attended)
        met_at = moment.after(cmd.met_at, self.convened_at, "met_at")
        meeting = MeetingHeld(met_at=met_at, attended=cmd.attended, by_phone=cmd.by_phone, account=cmd.account)
        return [said.JointActionMetV1(meeting=meeting, **self.told(row, moment, documents=cmd.documents))]

    def record_acting(self, cmd: RecordActing, moment: Moment) -> list[JointActionEvent]:
        """Starts what counts from the action itself. Raises as record_meeting, MeetingMissing, LeadAbsent."""
        self._check_form(cmd.verb)
        present = [entry.agency for entry in cmd.muster]
        acting = Acted(**cmd.model_dump(include=set(Acted.model_fields)))
        signers = [person for entry in cmd.muster for person in entry.persons]
        brought = any(document.kind is DocumentKind.ON_SITE_RECORD for document in cmd.documents)
        signed = OnSiteSigned(at=moment.now, at_scene=True, signed_by=signers) if brought else None
        steps = self.steps.model_copy(update={"acting": acting, "on_site": signed})
        row = TABLE.permit(self.state, cmd.verb, moment.by, outcome=standing(self.tasks, self.form, steps))
        if self.form is ActionForm.ACTION and not self.urgent and self.steps.meeting is None:
            raise MeetingMissing
        self._check_invited("muster", present)
        if self.lead_agency not in present:
            raise LeadAbsent("muster", self.lead_agency)
        earliest = self.convened_at if self.steps.meeting is None else self.steps.meeting.met_at
        started_at = moment.after(cmd.started_at, earliest, "started_at")
        if cmd.ended_at is not None:
            moment.past(cmd.ended_at, "ended_at")
            if cmd.ended_at < started_at:
                facts = {"value": cmd.ended_at.isoformat(), "earlier": started_at.isoformat()}
                raise InvalidInput("cases.before-earlier-step", "ended_at", **facts)
        starts = [moment.deadlines.start(rule_id, started_at) for rule_id in row.starts]
        feedback = next(clock for clock in starts if clock.rule_id == "J07")
        event = said.JointActionActedV1(
            acting=acting,
            on_site=signed,
            feedback_due_on=feedback.due_on,
            **self.told(row, moment, documents=cmd.documents, starts=starts),
        )
        return [event, *self.completing(self.join, self.tasks, moment, row.to)]

    def record_on_site(self, cmd: RecordOnSite, moment: Moment) -> list[JointActionEvent]:
        signed = OnSiteSigned(at=moment.now, at_scene=False, signed_by=cmd.signed_by)
        steps = self.steps.model_copy(update={"on_site": signed})
        if self.state is not JointActionState.ACTING:
            TABLE.permit(self.state, cmd.verb, moment.by)
        to = standing(self.tasks, self.form, steps)
        row = TABLE.permit(self.state, cmd.verb, moment.by, self._held(cmd.documents), outcome=to)
        event = said.JointActionOnSiteSignedV1(on_site=signed, **self.told(row, moment, documents=cmd.documents))
        return [event, *self.completing(self.join, self.tasks, moment, row.to)]

    def record_evidence(self, cmd: RecordEvidence, moment: Moment) -> list[JointActionEvent]:
        """Stops J06 once nobody owes any more. Raises StepNotOfForm, AgencyNotInvited, DocumentMissing."""
        row = self._row(cmd.verb, moment, self._held(cmd.documents))
        assert self.steps.acting is not None  # the states of its rows
        self._check_invited("agency", [cmd.agency])
        handed_at = moment.after(cmd.handed_at, self.steps.acting.started_at, "handed_at")
        listed = {DocumentKind.EVIDENCE_HANDOVER_LIST}
        if cmd.items and listed.isdisjoint(self._held(cmd.documents)):
            raise DocumentMissing(TABLE.name, cmd.verb, listed, TABLE.law(cmd.verb))
        handed = EvidenceHanded(
            agency=cmd.agency, handed_at=handed_at, received_by=cmd.received_by, items=list(cmd.items)
        )
        if set(self.owes_evidence) - {cmd.agency}:
            row = replace(row, stops=frozenset())
        return [said.JointActionEvidenceHandedV1(evidence=handed, **self.told(row, moment, documents=cmd.documents))]

    def summarise(self, cmd: SummariseAction, moment: Moment) -> list[JointActionEvent]:
        """The end. Raises MeetingMissing (an urgent one is minuted afterwards), EvidenceOwed, AgencyNotInvited."""
        row = TABLE.permit(self.state, cmd.verb, moment.by, self._held(cmd.documents))
        if self.form is ActionForm.ACTION and self.steps.meeting is None:
            raise MeetingMissing
        if owed := self.owes_evidence:
            raise EvidenceOwed(owed)
        self._check_invited("scores", [score.agency for score in cmd.scores])
        summary = Summary(at=moment.now, account=cmd.account, scores=cmd.scores, lessons=cmd.lessons)
        return [said.JointActionSummarisedV1(summary=summary, **self.told(row, moment, documents=cmd.documents))]

    def completing(
        self, policy: JoinPolicy, tasks: Sequence[Task], moment: Moment, state: JointActionState | None = None
    ) -> list[JointActionEvent]:
        """What follows when with these tasks the feedback is complete; once, as after it no row is left.

        A consultation is closed by it; on site feedback counts after the action, and the lead's summary closes.
        """
        state = state or self.state
        ready = (JointActionState.FEEDBACK_PARTIAL,) if self.on_site else (*OPEN_STATES, JointActionState.POSTPONED)
        if state not in ready or not join_policy.is_met(policy, self.lead_agency, tasks):
            return []
        row = TABLE.permit(state, "complete-feedback" if self.on_site else "close", moment.by)
        ends = {
            "done_task_ids": [task.id for task in live(tasks) if task.state is TaskState.REPORTED],
            "withdrawn_task_ids": [task.id for task in live(tasks) if task.state in OPEN],
        }
        event = said.JointActionFeedbackCompletedV1 if self.on_site else JointActionClosedV1
        return [event(**ends, **self.told(row, moment))]

    def first_clocks(self, form: ActionForm, urgent: bool, acting_at: datetime, moment: Moment) -> list[DeadlineFact]:
        """What counts to or from the planned action: the pre-meeting (J04); of a consultation its feedback (J07)."""
        if form is ActionForm.CONSULTATION:
            return [moment.deadlines.start("J07", acting_at)]
        meets = form is ActionForm.ACTION and not urgent and self.steps.meeting is None
        return [moment.deadlines.start("J04", acting_at)] if meets else []

    def not_acted(self, verb: str) -> None:
        """Raises TransitionNotAllowed: what has been done on site is neither put off nor called off."""
        if self.steps.acting is not None:
            allowed = set(TABLE.verbs(self.state)) - {"postpone", "cancel"}
            raise TransitionNotAllowed(TABLE.name, self.state, verb, allowed, TABLE.law(verb))

    @staticmethod
    def settling(row: Row[JointActionState], tasks: Sequence[Task]) -> Row[JointActionState]:
        """The row, stopping also the clocks for which nobody is waited for any more."""
        stops = row.stops
        if not any(task.has_come_back for task in tasks):
            stops = stops | frozenset(COME_BACK_CLOCK.values())
        counted = live(tasks)
        if counted and all(task.is_signed for task in counted):
            stops = stops | SIGN_CLOCKS
        return replace(row, stops=stops)

    def naming(
        self, row: Row[JointActionState], tasks: Sequence[Task], moment: Moment
    ) -> tuple[Row[JointActionState], list[DeadlineFact]]:
        """The row and the start of the clock for naming a contact (J03), as the tasks stand after a fact.

        One clock runs, from the signature that waits longest; when that agency has accepted, or its task has ended,
        it is met, and begins anew from the next one's.
        """
        since = min((at for task in live(tasks) if (at := task.names_contact_since) is not None), default=None)
        clock = self.clock(CONTACT_CLOCK) if self.is_running(CONTACT_CLOCK) else None
        moved = clock is not None and (since is None or since > clock.started_at)
        stops = row.stops - {CONTACT_CLOCK} | (frozenset({CONTACT_CLOCK}) if moved else frozenset())
        begins = since is not None and (moved or (clock is None and since == moment.now))
        starts = [moment.deadlines.start(CONTACT_CLOCK, since)] if begins and since is not None else []
        return replace(row, stops=stops), starts

    def _row(self, verb: str, moment: Moment, held: set[DocumentKind]) -> Row[JointActionState]:
        self._check_form(verb)
        return TABLE.permit(self.state, verb, moment.by, held)

    def _held(self, brought: Sequence[DocumentRef]) -> set[DocumentKind]:
        """Of a step its own papers count: those of an earlier one prove another thing."""
        return {document.kind for document in brought}

    def _check_form(self, verb: str) -> None:
        if not self.on_site:
            raise StepNotOfForm(verb, self.form)

    def _check_invited(self, name: str, agencies: Sequence[Agency]) -> None:
        invited = [task.letter.agency for task in live(self.tasks)]
        for number, agency in enumerate(agencies):
            if agency in agencies[:number]:
                raise AgencyTwice(f"{name}.{number}", agency)
            if agency not in invited:
                raise AgencyNotInvited(name, agency, invited)

    # changes

    def _note_step(self, event: JointActionEvent) -> bool:
        """Whether the event is of a step, now kept."""
        match event:
            case said.JointActionMetV1():
                changes: dict[str, object] = {"meeting": event.meeting}
            case said.JointActionActedV1():
                changes = {"acting": event.acting, "on_site": event.on_site}
                self.tasks = [replace(task, feedback_due_on=event.feedback_due_on) for task in self.tasks]
            case said.JointActionOnSiteSignedV1():
                changes = {"on_site": event.on_site}
            case said.JointActionEvidenceHandedV1():
                changes = {"evidence": [*self.steps.evidence, event.evidence]}
            case said.JointActionSummarisedV1():
                changes = {"summary": event.summary}
            case _:
                return False
        self.steps = self.steps.model_copy(update=changes)
        return True
