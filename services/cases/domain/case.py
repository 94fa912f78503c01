"""A case (案件): the penalty procedure from filing to closing (domain.md 3.2). Closing does not put the land right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.domain import clocks, competence, decision, standstill
from services.cases.domain.area_basis import basis_of, largest
from services.cases.domain.case_record import CaseRecord
from services.cases.domain.case_table import TABLE as TABLE
from services.cases.domain.certificates import uncertified
from services.cases.domain.clue import Clue
from services.cases.domain.path_rules import Reach
from services.cases.domain.people import free_of_interest, keep_apart
from services.cases.domain.progress import Moment
from services.cases.domain.service import check_service
from services.cases.domain.transitions import Forbidden, Row
from shared.areas import counted
from shared.clock import local_day
from shared.contracts.area_basis import AreaBasis
from shared.contracts.case_paths import PathStep
from shared.contracts.cases import (
    CaseStep,
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
    CasePartyNotifiedV1,
    CasePerformanceStartedV1,
    CaseReviewStartedV1,
    CaseServedV1,
)
from shared.contracts.clocks import DeadlineFact
from shared.contracts.clues import FileCase
from shared.contracts.codes import CaseState, PauseReason
from shared.contracts.procedure import SummedCase


@dataclass(kw_only=True)
class Case(CaseRecord):
    """The record, and what is decided on it."""

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
