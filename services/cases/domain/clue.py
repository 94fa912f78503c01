"""A clue (线索) and its verification (核实): domain.md 3.1."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from services.cases.domain.area_basis import basis_of, claim, largest
from services.cases.domain.areas import check_land
from services.cases.domain.clue_branches import ClueBranches
from services.cases.domain.clue_errors import (
    AssigneeUnclear,
    ClueNotAssigned,
    DuplicatesUndecided,
    DutyPassedOn,
    DutyRuled,
    DutyUndisputed,
    ProofMissing,
    ReporterIsNamed,
    ReviewNotEnded,
    RulingNeeded,
)
from services.cases.domain.clue_table import AFTER_VISIT, TABLE
from services.cases.domain.progress import Charged, Moment
from services.cases.domain.transitions import OutcomeNotAllowed, Row
from shared.contracts.area_basis import AreaBasis
from shared.contracts.case_paths import DeclineFiling, StopAct
from shared.contracts.cases_events import (
    ClueActStoppedV1,
    ClueAssignedV1,
    ClueClosedV1,
    ClueEvent,
    ClueOpinionSubmittedV1,
    ClueReceivedV1,
    ClueRejectedV1,
    ClueReturnedV1,
    ClueSignedV1,
    ClueTurnedIntoCaseV1,
    ClueVerificationStartedV1,
    StatedPosition,
)
from shared.contracts.clocks import ExtensionFact
from shared.contracts.clue_events import ClueDutyRuledV1
from shared.contracts.clue_parts import ReportFacts
from shared.contracts.clue_steps import RuleDuty
from shared.contracts.clues import (
    AssignClue,
    CloseClue,
    FileCase,
    RejectClue,
    ReportClue,
    ReturnClue,
    SignClue,
    StartVerification,
    SubmitOpinion,
)
from shared.contracts.codes import ILLEGAL_OPINIONS, Agency, ClueState, RejectReason, ReturnReason, ReviewState
from shared.contracts.parts import DeadlineView, PatchFacts

__all__ = ["TABLE", "Clue", "ClueNotAssigned", "Parent"]


@dataclass(frozen=True)
class Parent:
    """The patch that a patch of a file was cut from. id: where a clue of it is known."""

    no: str
    child_no: int
    id: UUID | None = None


@dataclass(kw_only=True)
class Clue(ClueBranches):
    """The main path: taken in, given out, verified, closed or turned into a case."""

    @property
    def names(self) -> dict[str, Any]:
        return {"clue_id": self.id, "clue_no": self.clue_no}

    def charged(self, clock: DeadlineView) -> Charged:
        """The township to which the clue was given; what a township would have to do, the agency it was given to."""
        general = super().charged(clock)
        if self.agency is not None:
            return replace(general, agencies=(self.agency,), holder="agency" if clock.holder == "township" else None)
        return replace(general, township_code=self.township_code) if self.township_code else general

    # decisions

    def receive(
        self,
        cmd: ReportClue,
        moment: Moment,
        clue_no: str,
        division_name: str,
        *,
        patch: PatchFacts | None = None,
        geometry: dict[str, Any] | None = None,
        import_id: UUID | None = None,
        parent: Parent | None = None,
        split: bool = False,
        review_required: bool = False,
        stated: StatedPosition | None = None,
    ) -> list[ClueEvent]:
        """Take the clue in. patch, geometry, import_id, parent: only of one that comes from a file of patches.

        split: the file says that it was cut in child patches. review_required: by the levels above. stated: its
        position as told, when that was in another system.
        """
        row = TABLE.permit(self.state, "report", moment.by, (), "split" if split else "")
        if cmd.found_at is not None:
            moment.past(cmd.found_at, "found_at")
        if patch is None:  # a file's overlay was judged against the area the file states
            check_land(cmd.area_m2, cmd.farmland_area_m2, cmd.pbf_area_m2)
        return [
            ClueReceivedV1(
                clue_id=self.id,
                clue_no=clue_no,
                clue_source=cmd.source,
                division_code=cmd.division_code,
                division_name=division_name,
                place=cmd.place,
                description=cmd.description,
                longitude=cmd.longitude,
                latitude=cmd.latitude,
                area_m2=cmd.area_m2,
                farmland_area_m2=cmd.farmland_area_m2,
                pbf_area_m2=cmd.pbf_area_m2,
                suspected_type=cmd.suspected_type,
                found_at=cmd.found_at,
                patch=patch,
                geometry=geometry,
                import_id=import_id,
                stated_position=stated,
                aliases=cmd.aliases,
                report=cmd.channel and ReportFacts(channel=cmd.channel, named=cmd.reporter is not None),
                review_required=review_required,
                parent_id=parent and parent.id,
                parent_no=parent and parent.no,
                child_no=parent and parent.child_no,
                **self.step(row, moment),
            )
        ]

    def assign(self, cmd: AssignClue, moment: Moment, undecided: int = 0) -> list[ClueEvent]:
        """undecided: proposals that it is another clue. Raises DuplicatesUndecided, AssigneeUnclear, RulingNeeded.

        Agriculture decides on a filing in seven days from when it first got it (D09), and in what more it was given: a
        return restarts nothing.
        """
        row = TABLE.permit(self.state, "assign", moment.by)
        self._check_assignee(cmd)
        if undecided and self.state is ClueState.RECEIVED:
            raise DuplicatesUndecided(undecided)
        if self.duty is not None and (cmd.agency or cmd.township_code) in self.duty.returned_by:
            raise RulingNeeded("agency" if cmd.agency else "township_code")
        return [ClueAssignedV1(township_code=cmd.township_code, agency=cmd.agency, **self._given(row, cmd, moment))]

    def rule_duty(self, cmd: RuleDuty, moment: Moment) -> list[ClueEvent]:
        """Its reason is kept, and ends the question. Raises DutyUndisputed, AssigneeUnclear."""
        row = TABLE.permit(self.state, "rule-duty", moment.by)
        if self.duty is None:
            raise DutyUndisputed
        self._check_assignee(cmd)
        told = self._given(row, cmd, moment)
        return [
            ClueDutyRuledV1(township_code=cmd.township_code, agency=cmd.agency, ruled_by=moment.by.name, **told),
        ]

    def _check_assignee(self, cmd: AssignClue | RuleDuty) -> None:
        if (cmd.township_code is None) == (cmd.agency is None):
            raise AssigneeUnclear

    def _given(self, row: Row[ClueState], cmd: AssignClue | RuleDuty, moment: Moment) -> dict[str, Any]:
        """What the event tells of giving it out: its clocks."""
        rules = row.starts if self.is_running("D03") else tuple(dict.fromkeys((*row.starts, "D03")))
        starts = [moment.deadlines.start(rule_id, moment.now) for rule_id in rules if rule_id != "D09"]
        given: list[ExtensionFact] = []
        if cmd.agency is Agency.AGRICULTURE:
            before = self.clock("D09")
            starts.append(moment.deadlines.start("D09", before.started_at if before else moment.now))
            given = [ExtensionFact(rule_id="D09", **dict(one)) for one in before.extensions] if before else []
        return self.told(row, moment, reason=cmd.reason, starts=starts, extends=given)

    def sign(self, cmd: SignClue, moment: Moment) -> list[ClueEvent]:
        row = self.permit_verifier("sign", moment)
        return [ClueSignedV1(**self.told(row, moment, reason=cmd.note))]

    def return_(self, cmd: ReturnClue, moment: Moment) -> list[ClueEvent]:
        """As not one's duty once, and never against a ruling. Raises DutyPassedOn, DutyRuled (NRP 11)."""
        row = self.permit_verifier("return", moment)
        if cmd.return_reason is ReturnReason.NOT_OUR_DUTY and self.duty is not None:
            raise DutyRuled(self.duty.ruling) if self.duty.ruling is not None else DutyPassedOn()
        return [ClueReturnedV1(return_reason=cmd.return_reason, **self.told(row, moment, reason=cmd.reason))]

    def reject(self, cmd: RejectClue, moment: Moment) -> list[ClueEvent]:
        """Raises ReporterIsNamed where the ground is that nobody stands for the report."""
        row = TABLE.permit(self.state, "reject", moment.by)
        named = self.report is not None and self.report.named
        if named and cmd.reject_reason is RejectReason.ANONYMOUS_WITHOUT_FACTS:
            raise ReporterIsNamed
        return [ClueRejectedV1(reject_reason=cmd.reject_reason, **self.told(row, moment, reason=cmd.reason))]

    @property
    def may_turn_large(self) -> bool:
        """Whether D07 may still begin with it: it was visited, is no case, and was not known to be large."""
        return self.state in AFTER_VISIT and self.clock("D07") is None

    def start_verification(
        self, cmd: StartVerification, moment: Moment, *, is_found_large: bool = False
    ) -> list[ClueEvent]:
        """The filing clock D08 runs from the visit, when the violation is found; D04 where the act is going on, D07
        where the areas make it a large case. is_found_large: an overlay says so, whatever was reported. Agriculture's
        own filing clock D09 stands for D08.
        """
        row = self.permit_verifier("start-verification", moment)
        visited_at = None if cmd.visited_at is None else moment.after(cmd.visited_at, self.known_since, "visited_at")
        large = is_found_large or moment.rules.reach(self.pbf_area_m2, self.farmland_area_m2, moment.today).met
        due = {"D04": cmd.act_going_on, "D07": large, "D08": not self.is_running("D09")}
        idle = {rule_id for rule_id, is_due in due.items() if not is_due}
        starts = [moment.deadlines.start(rule, visited_at or moment.now) for rule in row.starts if rule not in idle]
        told = self.told(row, moment, starts=starts)
        return [ClueVerificationStartedV1(officers=cmd.officers, visited_at=visited_at, **told)]

    def submit_opinion(
        self,
        cmd: SubmitOpinion,
        moment: Moment,
        missing: Sequence[str] = (),
        build_age: Literal["new", "stock"] | None = None,
        basis: AreaBasis | None = None,
    ) -> list[ClueEvent]:
        """missing: what the opinion still needs to be proved; it may be submitted so, but not reviewed or closed.

        Until somebody has taken it up, it may be submitted again, with what it lacked.

        basis: what was measured beside the areas it states; no statement lowers what is official.

        D07 runs from a violation's areas that make it a large case, if it was not known to be one from the visit on.

        A clue that became a case stays a violation: an opinion that says otherwise belongs into the case.
        """
        row = self.permit_verifier("submit-opinion", moment, cmd.documents)
        check_land(cmd.area_m2, cmd.farmland_area_m2, cmd.pbf_area_m2)
        if self.state is ClueState.TO_CASE and cmd.opinion not in ILLEGAL_OPINIONS:
            raise OutcomeNotAllowed(TABLE.name, self.state, "submit-opinion", cmd.opinion, ILLEGAL_OPINIONS)
        basis = basis or basis_of(claim(cmd.area_m2, cmd.farmland_area_m2, cmd.pbf_area_m2), None, None)
        areas = largest(basis)
        large = moment.rules.reach(areas.pbf_m2, areas.farmland_m2, moment.today).met
        owes = large and cmd.opinion in ILLEGAL_OPINIONS and self.may_turn_large
        starts = [moment.deadlines.start("D07", moment.now)] if owes else []
        return [
            ClueOpinionSubmittedV1(
                opinion=cmd.opinion,
                facts=cmd.facts,
                area_m2=cmd.area_m2,
                farmland_area_m2=cmd.farmland_area_m2,
                pbf_area_m2=cmd.pbf_area_m2,
                suspected_type=cmd.suspected_type or self.suspected_type,
                submitted_by=moment.by.account_id,
                proof=cmd.proof,
                missing_proofs=list(missing),
                build_age=build_age,
                basis=basis,
                **self.told(row, moment, documents=cmd.documents, starts=starts),
            )
        ]

    def stop(self, cmd: StopAct, moment: Moment, case_id: UUID, case_no: str) -> list[ClueEvent]:
        """The act is stopped; the case that begins with it stands beside the clue."""
        row = self.permit_verifier("stop", moment, cmd.documents)
        told = self.told(row, moment, reason=cmd.reason)
        return [ClueActStoppedV1(case_id=case_id, case_no=case_no, **told)]

    def decline_filing(self, cmd: DeclineFiling, moment: Moment, case_id: UUID, case_no: str) -> list[ClueEvent]:
        row = TABLE.permit(self.state, "decline-filing", moment.by, self.held(cmd.documents), self.outcome)
        told = self.told(row, moment, reason=cmd.reason)
        return [ClueTurnedIntoCaseV1(case_id=case_id, case_no=case_no, **told)]

    def close(self, cmd: CloseClue, moment: Moment) -> list[ClueEvent]:
        """Raises ProofMissing for an opinion that is not proved, ReviewNotEnded for what the levels above review."""
        row = TABLE.permit(self.state, "close", moment.by, self.held(), self.outcome)
        if self.missing_proofs:
            raise ProofMissing(self.missing_proofs)
        if self.review_required and self.review_state is not ReviewState.REVIEW_ENDED:
            raise ReviewNotEnded(self.review_state)
        return [ClueClosedV1(**self.told(row, moment, reason=cmd.reason))]

    def turn_into_case(self, cmd: FileCase, moment: Moment, case_id: UUID, case_no: str) -> list[ClueEvent]:
        row = TABLE.permit(self.state, "file-case", moment.by, self.held(cmd.documents), self.outcome)
        told = self.told(row, moment, reason=cmd.reason, documents=cmd.documents)
        return [ClueTurnedIntoCaseV1(case_id=case_id, case_no=case_no, **told)]
