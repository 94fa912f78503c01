"""A case (案件): the penalty procedure from filing to closing (domain.md 3.2). Closing does not put the land right."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain import clocks, competence, decision, standstill
from services.cases.domain.area_basis import basis_of, claim, counted, largest, warnings_of
from services.cases.domain.case_table import TABLE as TABLE
from services.cases.domain.certificates import uncertified
from services.cases.domain.clue import Clue
from services.cases.domain.path_rules import Reach
from services.cases.domain.people import folded, free_of_interest, keep_apart
from services.cases.domain.procedure import noted
from services.cases.domain.progress import Charged, Moment, Progress
from services.cases.domain.service import check_service
from services.cases.domain.transitions import Forbidden, Row
from shared.area import mu_from_m2
from shared.clock import local_day
from shared.contracts.case_import_events import CaseTakenOverV1
from shared.contracts.case_path_events import CaseLandFoundV1, CaseRecusalDecidedV1, CaseReopenedV1
from shared.contracts.case_paths import PathStep
from shared.contracts.cases import (
    CaseStep,
    CaseView,
    CloseCase,
    CompleteExecution,
    ConcludeInvestigation,
    DecideCase,
    NotifyParty,
    ReviewCase,
    ServeDecision,
    StartInvestigation,
    StartPerformance,
)
from shared.contracts.cases_events import (
    CaseClosedV1,
    CaseDecidedV1,
    CaseEvent,
    CaseExecutedV1,
    CaseFiledV1,
    CaseInvestigationConcludedV1,
    CaseInvestigationStartedV1,
    CaseOpenedEvent,
    CasePartyNotifiedV1,
    CasePerformanceStartedV1,
    CaseReviewStartedV1,
    CaseServedV1,
    CasesEvent,
)
from shared.contracts.clocks import DeadlineFact
from shared.contracts.clues import FileCase
from shared.contracts.codes import Agency, CaseState, ClosingGround, PauseReason, ViolationType
from shared.contracts.joint_action_events import ActionBrief
from shared.contracts.land import AreaBasis, ClaimedAreas
from shared.contracts.parts import DeadlineView
from shared.contracts.procedure import Procedure, SummedCase


@dataclass(kw_only=True)
class Case(Progress):
    TYPE: ClassVar[str] = "case"

    case_no: str = ""
    state: CaseState | None = None
    title: str = ""
    violation_types: list[ViolationType] = field(default_factory=list)
    party_name: str = ""
    party_kind: str = ""
    lead_agency: Agency = Agency.NATURAL_RESOURCES
    officers: list[str] = field(default_factory=list)
    clue_id: UUID | None = None
    clue_no: str = ""
    patch_no: str | None = None
    division_code: str = ""
    division_name: str = ""
    place: str = ""
    longitude: float | None = None
    latitude: float | None = None
    area_m2: Decimal = Decimal(0)
    farmland_area_m2: Decimal = Decimal(0)
    pbf_area_m2: Decimal = Decimal(0)
    filed_at: datetime | None = None
    notice_served_at: datetime | None = None
    decision_no: str | None = None
    decided_at: datetime | None = None
    served_at: datetime | None = None
    closed_at: datetime | None = None
    closing_ground: ClosingGround | None = None
    old_no: str | None = None
    basis: AreaBasis | None = None
    procedure: Procedure = field(default_factory=Procedure)

    @property
    def names(self) -> dict[str, Any]:
        return {"case_id": self.id, "case_no": self.case_no}

    def charged(self, clock: DeadlineView) -> Charged:
        return replace(super().charged(clock), agencies=(self.lead_agency,))

    @property
    def claimed(self) -> ClaimedAreas:
        """As the opinion stated the areas, whatever counts."""
        if self.basis is not None:
            return self.basis.claimed
        return claim(self.area_m2, self.farmland_area_m2, self.pbf_area_m2)

    @property
    def largest_m2(self) -> Decimal:
        """The official area, or the claim where that is larger: no appraiser finds more destroyed."""
        return self.area_m2 if self.basis is None else max(self.area_m2, self.basis.claimed.area_m2)

    # decisions

    @property
    def interested(self) -> list[str]:
        """The party, and officers who are declared its near relatives, decided or not."""
        related = [one.officer for one in self.procedure.recusals if one.ground == "near_relative"]
        return [self.party_name, *related]

    def file(
        self,
        cmd: FileCase,
        moment: Moment,
        clue: Clue,
        case_no: str,
        reporters: Sequence[str] = (),
        summed: Sequence[SummedCase] = (),
        basis: AreaBasis | None = None,
    ) -> list[CaseEvent]:
        """Open the case on a clue; five conditions of NRP 16, documents in clue.TABLE.

        basis: what its areas rest on today; the official ones count, whatever the opinion claimed.

        What was stopped before is filed under its number. Raises Forbidden for an act that is time-barred or not the
        agency's, and for an officer who is the party, or one of those who reported it (APL 43).
        summed: other acts of the party, whose areas count too (JI2000 9).
        """
        row = TABLE.permit(self.state, "file-case", moment.by)
        competence.check_own_agency(cmd.lead_agency, moment)
        competence.check_jurisdiction(cmd.lead_agency, cmd.violation_types, clue.division_code, moment)
        free_of_interest(cmd.officers, [cmd.party_name, *reporters], "officers")
        decision.check_time_bar(cmd.act_ended_on, moment)
        basis = basis or basis_of(clue.claimed, None, None)
        areas, most = counted(basis), largest(basis)
        reach = decision.reach_of(most.pbf_m2, most.farmland_m2, moment, summed)
        return [
            CaseFiledV1(
                case_id=self.id,
                case_no=case_no,
                title=cmd.title,
                violation_types=cmd.violation_types,
                party_name=cmd.party_name,
                party_kind=cmd.party_kind,
                lead_agency=cmd.lead_agency,
                officers=cmd.officers,
                clue_id=clue.id,
                clue_no=clue.clue_no,
                patch_no=clue.patch.patch_no if clue.patch else None,
                division_code=clue.division_code,
                division_name=clue.division_name,
                place=clue.place,
                longitude=clue.longitude,
                latitude=clue.latitude,
                area_m2=areas.area_m2,
                farmland_area_m2=areas.farmland_m2,
                pbf_area_m2=areas.pbf_m2,
                basis=basis,
                area_threshold_met=reach.met,
                near_threshold=reach.near,
                summed=list(summed),
                **self.step(
                    row,
                    moment,
                    reason=cmd.reason,
                    documents=cmd.documents,
                    starts=self._first_clocks(clue, reach, moment),
                ),
            )
        ]

    def _first_clocks(self, clue: Clue, reach: Reach, moment: Moment) -> list[DeadlineFact]:
        """D10 and S02; what the areas ask for; a report of a large case that the clue still owes goes on here."""
        rules = ["D10", "S02"] + (["S10"] if reach.met else []) + (["S09"] if reach.near else [])
        starts = [moment.deadlines.start(rule_id, moment.now) for rule_id in rules]
        owed = clue.clock("D07")
        if owed is not None and owed.met_at is None and not self.is_running("D07"):
            starts.append(clocks.again(owed, moment.deadlines.count(owed), moment.now))
        return starts

    def investigate(self, cmd: StartInvestigation, moment: Moment, reporters: Sequence[str] = ()) -> list[CaseEvent]:
        """Raises Forbidden for an officer who withdrew or must (APL 43), or holds no certificate (APL 42)."""
        told = self.take(cmd, moment)
        withdrawn = [one.officer for one in self.procedure.recusals if one.granted]
        keep_apart(cmd.officers, withdrawn, "cases.officer-withdrew", "officers", "APL 43")
        free_of_interest(cmd.officers, [*self.interested, *reporters], "officers")
        without = uncertified(cmd.officers, self.lead_agency, moment)
        return [CaseInvestigationStartedV1(officers=cmd.officers, uncertified=without, **told)]

    def conclude(self, cmd: ConcludeInvestigation, moment: Moment) -> list[CaseEvent]:
        return [CaseInvestigationConcludedV1(conclusion=cmd.conclusion, **self.take(cmd, moment))]

    def review(self, cmd: ReviewCase, moment: Moment) -> list[CaseEvent]:
        """Into review, or back to it. Nobody reviews what he handled."""
        decision.check_leaving_hearing(self, cmd)
        resumes = standstill.resumes(self, PauseReason.HEARING, moment.today)
        told = self.take(cmd, moment, resumes=resumes)
        reviewers = cmd.reviewers or [moment.by.name]
        keep_apart(reviewers, self.procedure.handlers, "cases.reviewer-is-handler", "reviewers", "HOUSE.separation")
        return [CaseReviewStartedV1(reviewers=reviewers, major=cmd.major, **told)]

    def notice(self, cmd: NotifyParty, moment: Moment) -> list[CaseEvent]:
        """The party's terms D14 and D15 run from the day the notice was served, which is not before the filing."""
        served_at = moment.after(cmd.served_at, self.filed_at, "served_at")
        rules = ["D14", "D15"] if cmd.hearing_offered else ["D14"]
        told = self.take(
            cmd,
            moment,
            starts=[moment.deadlines.start(rule_id, served_at) for rule_id in rules],
            resumes=decision.end_of_publication(self, cmd.service_method, local_day(served_at)),
        )
        decision.check_notice(self, cmd, moment)
        allowed = decision.fine_range(self, cmd, moment)
        return [
            CasePartyNotifiedV1(
                intended_penalty=cmd.intended_penalty,
                served_at=cmd.served_at,
                measures=cmd.measures,
                fine_yuan=cmd.fine_yuan,
                gains_yuan=cmd.gains_yuan,
                fine_least_yuan=allowed.least_yuan,
                fine_most_yuan=allowed.most_yuan,
                hearing_offered=cmd.hearing_offered,
                service_method=cmd.service_method,
                **told,
            )
        ]

    def decide(self, cmd: DecideCase, moment: Moment, fined_elsewhere: Sequence[str] = ()) -> list[CaseEvent]:
        """fined_elsewhere: numbers of cases in which this act was fined already. Refused as domain/decision.py says."""
        told = self.take(cmd, moment)
        decision.check_decision(self, cmd, moment, fined_elsewhere)
        allowed = decision.fine_range(self, cmd, moment)
        return [
            CaseDecidedV1(
                decision=cmd.decision,
                decision_no=cmd.decision_no,
                measures=cmd.measures,
                fine_yuan=cmd.fine_yuan,
                gains_yuan=cmd.gains_yuan,
                fine_least_yuan=allowed.least_yuan,
                fine_most_yuan=allowed.most_yuan,
                deciding_agency=cmd.deciding_agency or self.lead_agency,
                **told,
            )
        ]

    def serve(self, cmd: ServeDecision, moment: Moment) -> list[CaseEvent]:
        """A decision is served after it was made; the party's remedies and the power to enforce run from then on."""
        served_at = moment.after(cmd.served_at, self.decided_at, "served_at")
        told = self.take(cmd, moment, starts=decision.clocks_of_service(self, served_at, moment))
        held = self.held(cmd.documents)
        check_service(cmd, "penalty_decision", held, self.procedure.publication, local_day(served_at))
        return [CaseServedV1(service_method=cmd.service_method, served_at=cmd.served_at, **told)]

    def perform(self, cmd: StartPerformance, moment: Moment) -> list[CaseEvent]:
        return [CasePerformanceStartedV1(**self.take(cmd, moment))]

    def execute(self, cmd: CompleteExecution, moment: Moment) -> list[CaseEvent]:
        """Raises Forbidden where the court did not grant the enforcement."""
        told = self.take(cmd, moment)
        if self.procedure.court == "not_granted":
            raise Forbidden("cases.court-refused", None, "AEL 57")
        return [CaseExecutedV1(**told)]

    def close(
        self, cmd: CloseCase, moment: Moment, transfers_pending: bool = False, *, settling: bool = False
    ) -> list[CaseEvent]:
        """transfers_pending: a hand-over beside the case is due and not made. Raises Forbidden (NRP 46).

        settling: the step that closes it also ends the dispute about it.
        """
        told = self.take(cmd, moment, outcome=cmd.ground)
        decision.check_closing(self, cmd, transfers_pending, settling)
        return [CaseClosedV1(ground=cmd.ground, transferred_to=cmd.transferred_to, **told)]

    def may_open(self, verb: str, moment: Moment) -> None:
        """Whether an item or action may be opened beside the case now. Raises TransitionNotAllowed."""
        TABLE.permit(self.state, verb, moment.by)

    def brief(self) -> ActionBrief:
        """What every agency is told of the case."""
        return ActionBrief(
            case_no=self.case_no,
            case_title=self.title,
            party_name=self.party_name,
            violation_types=self.violation_types,
            division_code=self.division_code,
            division_name=self.division_name,
            place=self.place,
            longitude=self.longitude,
            latitude=self.latitude,
            area_m2=self.area_m2,
            farmland_area_m2=self.farmland_area_m2,
            pbf_area_m2=self.pbf_area_m2,
        )

    def take(
        self, cmd: CaseStep | PathStep | StartInvestigation, moment: Moment, outcome: str = "", **more: Any
    ) -> dict[str, Any]:
        """What the event of a step says, once the table permits it. more: as Progress.step takes it."""
        row = self.permit(cmd, moment, outcome)
        return self.told(row, moment, reason=cmd.reason, documents=cmd.documents, **more)

    def permit(
        self, cmd: CaseStep | PathStep | StartInvestigation, moment: Moment, outcome: str = ""
    ) -> Row[CaseState]:
        """The row of a step, with the papers that the case holds. Raises as Transitions.permit."""
        return TABLE.permit(self.state, cmd.verb, moment.by, self.held(cmd.documents), outcome)

    # changes

    def _note(self, event: CasesEvent) -> None:
        super()._note(event)
        if isinstance(event, CaseEvent):
            self.procedure = noted(self.procedure, event)

    @singledispatchmethod
    def _change(self, event: CaseEvent) -> None:
        """Of most steps the state and the procedure alone change."""

    @_change.register
    def _(self, event: CaseTakenOverV1) -> None:
        self._opened(event, event.filed_at)
        self.old_no = event.old_no
        self.notice_served_at, self.served_at = event.notice_served_at, event.served_at
        self.decision_no, self.decided_at = event.decision_no, event.decided_at
        self.closed_at, self.closing_ground = event.closed_at, event.closing_ground

    @_change.register
    def _(self, event: CaseOpenedEvent) -> None:
        self._opened(event, event.at)

    def _opened(self, event: CaseOpenedEvent, filed_at: datetime) -> None:
        self.case_no, self.title = event.case_no, event.title
        self.violation_types = event.violation_types
        self.party_name, self.party_kind = event.party_name, event.party_kind
        self.lead_agency, self.officers = event.lead_agency, event.officers
        self.clue_id, self.clue_no, self.patch_no = event.clue_id, event.clue_no, event.patch_no
        self.division_code = self.jurisdiction = event.division_code
        self.division_name, self.place = event.division_name, event.place
        self.longitude, self.latitude = event.longitude, event.latitude
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.pbf_area_m2, self.basis = event.pbf_area_m2, event.basis
        self.filed_at = filed_at

    @_change.register
    def _(self, event: CaseLandFoundV1) -> None:
        if event.basis is not None:
            areas, self.basis = counted(event.basis), event.basis
            self.area_m2, self.farmland_area_m2, self.pbf_area_m2 = areas.area_m2, areas.farmland_m2, areas.pbf_m2

    @_change.register
    def _(self, event: CaseInvestigationStartedV1) -> None:
        self.officers = event.officers

    @_change.register
    def _(self, event: CaseRecusalDecidedV1) -> None:
        if event.granted:
            left = [name for name in self.officers if folded(name) != folded(event.officer)]
            self.officers = [*left, *([event.replaced_by] if event.replaced_by else [])]

    @_change.register
    def _(self, _: CaseReopenedV1) -> None:
        self.closing_ground = self.closed_at = self.notice_served_at = None

    @_change.register
    def _(self, event: CasePartyNotifiedV1) -> None:
        self.notice_served_at = event.served_at

    @_change.register
    def _(self, event: CaseDecidedV1) -> None:
        self.decision_no, self.decided_at = event.decision_no, event.at

    @_change.register
    def _(self, event: CaseServedV1) -> None:
        self.served_at = event.served_at

    @_change.register
    def _(self, event: CaseClosedV1) -> None:
        self.closing_ground, self.closed_at = event.ground, event.at

    def view(self, rectification_ids: Sequence[UUID], joint_action_ids: Sequence[UUID]) -> CaseView:
        """The ids of what was opened beside the case, oldest first, come from outside it."""
        assert self.state is not None
        assert self.filed_at is not None
        assert self.clue_id is not None
        return CaseView(
            id=self.id,
            case_no=self.case_no,
            version=self.version,
            state=self.state,
            title=self.title,
            violation_types=self.violation_types,
            party_name=self.party_name,
            lead_agency=self.lead_agency,
            division_code=self.division_code,
            division_name=self.division_name,
            area_m2=self.area_m2,
            area_mu=float(mu_from_m2(self.area_m2)),
            filed_at=self.filed_at,
            due_on=self.due_on,
            clue_id=self.clue_id,
            clue_no=self.clue_no,
            party_kind=self.party_kind,
            place=self.place,
            longitude=self.longitude,
            latitude=self.latitude,
            farmland_area_m2=self.farmland_area_m2,
            pbf_area_m2=self.pbf_area_m2,
            officers=self.officers,
            decision_no=self.decision_no,
            decided_at=self.decided_at,
            closed_at=self.closed_at,
            closing_ground=self.closing_ground,
            old_no=self.old_no,
            documents=self.documents,
            deadlines=self.deadlines,
            rectification_ids=list(rectification_ids),
            joint_action_ids=list(joint_action_ids),
            procedure=self.procedure,
            basis=self.basis,
            warnings=warnings_of(self.basis),
        )
