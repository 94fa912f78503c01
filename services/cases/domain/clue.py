"""A clue (线索) and its verification (核实): domain.md 3.1."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.areas import check_land
from services.cases.domain.progress import Charged, Moment, Progress
from services.cases.domain.transitions import ALL_CLOCKS, TOWNSHIP, Row, Transitions
from shared.area import mu_from_m2
from shared.contracts.case_import_events import ClueTakenOverV1
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
)
from shared.contracts.clues import (
    AssignClue,
    CloseClue,
    ClueView,
    FileCase,
    RejectClue,
    ReportClue,
    ReturnClue,
    SignClue,
    StartVerification,
    SubmitOpinion,
)
from shared.contracts.codes import (
    ILLEGAL_OPINIONS,
    ClueSource,
    ClueState,
    DocumentKind,
    Role,
    VerificationOpinion,
    ViolationType,
)
from shared.contracts.parts import DeadlineView, DocumentRef, PatchFacts
from shared.errors import NotAllowed

_STATE = ClueState

TABLE: Transitions[ClueState] = Transitions(
    "clue",
    Row("report", None, _STATE.RECEIVED, who=TOWNSHIP, starts=("S01",)),
    Row("assign", _STATE.RECEIVED, _STATE.ASSIGNED, starts=("D01", "D03"), stops=frozenset({"S01"})),
    # The verification clock D03 belongs to the clue, not to whom it lies with: it runs on through a return.
    Row("assign", _STATE.RETURNED_UNIT_WRONG, _STATE.ASSIGNED, starts=("D01",), stops=frozenset({"S01"})),
    Row("reject", _STATE.RECEIVED, _STATE.REJECTED, stops=ALL_CLOCKS),
    Row("reject", _STATE.RETURNED_UNIT_WRONG, _STATE.REJECTED, stops=ALL_CLOCKS),
    Row("sign", _STATE.ASSIGNED, _STATE.SIGNED, who=TOWNSHIP, starts=("D02",), stops=frozenset({"D01"})),
    Row(
        "return",
        _STATE.ASSIGNED,
        _STATE.RETURNED_UNIT_WRONG,
        who=TOWNSHIP,
        starts=("S01",),
        stops=frozenset({"D01"}),
    ),
    Row(
        "return",
        _STATE.SIGNED,
        _STATE.RETURNED_UNIT_WRONG,
        who=TOWNSHIP,
        starts=("S01",),
        stops=frozenset({"D02"}),
    ),
    Row(
        "start-verification",
        _STATE.SIGNED,
        _STATE.VERIFYING,
        who=TOWNSHIP,
        starts=("D08", "D04", "D07"),
        stops=frozenset({"D02"}),
    ),
    Row(
        "submit-opinion",
        _STATE.VERIFYING,
        _STATE.OPINION_SUBMITTED,
        who=TOWNSHIP,
        needs=frozenset({DocumentKind.VERIFICATION_REPORT, DocumentKind.SITE_PHOTOS}),
        stops=frozenset({"D03"}),
    ),
    # The act is going on: stopped at once (NRP 15); the case begins with it, the clue is verified as before.
    *(
        Row("stop", state, state, who=TOWNSHIP, stops=frozenset({"D04"}))
        for state in (_STATE.VERIFYING, _STATE.OPINION_SUBMITTED)
    ),
    Row("close", _STATE.OPINION_SUBMITTED, _STATE.CLOSED_LEGAL, outcome="legal", stops=ALL_CLOCKS),
    Row("close", _STATE.OPINION_SUBMITTED, _STATE.CLOSED_OTHER, outcome="other", stops=ALL_CLOCKS),
    Row("decline-filing", _STATE.OPINION_SUBMITTED, _STATE.TO_CASE, outcome="illegal", stops=ALL_CLOCKS),
    Row(
        "file-case",
        _STATE.OPINION_SUBMITTED,
        _STATE.TO_CASE,
        outcome="illegal",
        needs=frozenset({DocumentKind.FILING_APPROVAL}),
        stops=ALL_CLOCKS,
    ),
)

_LEGAL = frozenset({VerificationOpinion.LEGAL, VerificationOpinion.FACILITY_AGRI_LAND, VerificationOpinion.RURAL_ROAD})


class ClueNotAssigned(NotAllowed):
    """The clue was given to another township to verify."""

    def __init__(self, township_code: str | None) -> None:
        super().__init__("cases.clue-not-assigned", None, township_code=township_code)


@dataclass(kw_only=True)
class Clue(Progress):
    TYPE: ClassVar[str] = "clue"

    clue_no: str = ""
    state: ClueState | None = None
    source: ClueSource = ClueSource.PATROL
    division_code: str = ""
    division_name: str = ""
    place: str = ""
    description: str = ""
    longitude: float | None = None
    latitude: float | None = None
    area_m2: Decimal | None = None
    farmland_area_m2: Decimal | None = None
    pbf_area_m2: Decimal | None = None
    suspected_type: ViolationType | None = None
    received_at: datetime | None = None
    found_at: datetime | None = None
    township_code: str | None = None
    officers: list[str] = field(default_factory=list)
    opinion: VerificationOpinion | None = None
    facts: str | None = None
    patch: PatchFacts | None = None
    geometry: dict[str, Any] | None = None
    import_id: UUID | None = None
    case_id: UUID | None = None

    @property
    def names(self) -> dict[str, Any]:
        return {"clue_id": self.id, "clue_no": self.clue_no}

    def charged(self, clock: DeadlineView) -> Charged:
        """The township to which the clue was given."""
        return Charged(township_code=self.township_code) if self.township_code else super().charged(clock)

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
    ) -> list[ClueEvent]:
        """Take the clue in. patch, geometry, import_id: only of a clue that comes from a file of satellite patches."""
        row = TABLE.permit(self.state, "report", moment.by)
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
                **self.step(row, moment),
            )
        ]

    def assign(self, cmd: AssignClue, moment: Moment) -> list[ClueEvent]:
        row = TABLE.permit(self.state, "assign", moment.by)
        return [ClueAssignedV1(township_code=cmd.township_code, **self.told(row, moment, reason=cmd.reason))]

    def sign(self, cmd: SignClue, moment: Moment) -> list[ClueEvent]:
        row = self._permit_verifier("sign", moment)
        return [ClueSignedV1(**self.told(row, moment, reason=cmd.note))]

    def return_(self, cmd: ReturnClue, moment: Moment) -> list[ClueEvent]:
        row = self._permit_verifier("return", moment)
        return [ClueReturnedV1(return_reason=cmd.return_reason, **self.told(row, moment, reason=cmd.reason))]

    def reject(self, cmd: RejectClue, moment: Moment) -> list[ClueEvent]:
        row = TABLE.permit(self.state, "reject", moment.by)
        return [ClueRejectedV1(**self.told(row, moment, reason=cmd.reason))]

    def start_verification(self, cmd: StartVerification, moment: Moment) -> list[ClueEvent]:
        """The filing clock D08 runs from the visit, when the violation is found; D04 where the act is going on, D07
        where the areas make it a large case."""
        row = self._permit_verifier("start-verification", moment)
        visited_at = None if cmd.visited_at is None else moment.past(cmd.visited_at, "visited_at")
        rules = ["D08", "D04"] if cmd.act_going_on else ["D08"]
        if moment.rules.reach(self.pbf_area_m2, self.farmland_area_m2, moment.today).met:
            rules.append("D07")
        starts = [moment.deadlines.start(rule_id, visited_at or moment.now) for rule_id in rules]
        told = self.told(row, moment, starts=starts)
        return [ClueVerificationStartedV1(officers=cmd.officers, visited_at=visited_at, **told)]

    def submit_opinion(self, cmd: SubmitOpinion, moment: Moment) -> list[ClueEvent]:
        row = self._permit_verifier("submit-opinion", moment, cmd.documents)
        check_land(cmd.area_m2, cmd.farmland_area_m2, cmd.pbf_area_m2)
        return [
            ClueOpinionSubmittedV1(
                opinion=cmd.opinion,
                facts=cmd.facts,
                area_m2=cmd.area_m2,
                farmland_area_m2=cmd.farmland_area_m2,
                pbf_area_m2=cmd.pbf_area_m2,
                suspected_type=cmd.suspected_type or self.suspected_type,
                **self.told(row, moment, documents=cmd.documents),
            )
        ]

    def close(self, cmd: CloseClue, moment: Moment) -> list[ClueEvent]:
        row = TABLE.permit(self.state, "close", moment.by, self.held(), self.outcome)
        return [ClueClosedV1(**self.told(row, moment, reason=cmd.reason))]

    def turn_into_case(self, cmd: FileCase, moment: Moment, case_id: UUID, case_no: str) -> list[ClueEvent]:
        row = TABLE.permit(self.state, "file-case", moment.by, self.held(cmd.documents), self.outcome)
        told = self.told(row, moment, reason=cmd.reason, documents=cmd.documents)
        return [ClueTurnedIntoCaseV1(case_id=case_id, case_no=case_no, **told)]

    def stop(self, cmd: StopAct, moment: Moment, case_id: UUID, case_no: str) -> list[ClueEvent]:
        """The act is stopped; the case that begins with it stands beside the clue."""
        row = self._permit_verifier("stop", moment, cmd.documents)
        told = self.told(row, moment, reason=cmd.reason)
        return [ClueActStoppedV1(case_id=case_id, case_no=case_no, **told)]

    def decline_filing(self, cmd: DeclineFiling, moment: Moment, case_id: UUID, case_no: str) -> list[ClueEvent]:
        row = TABLE.permit(self.state, "decline-filing", moment.by, self.held(cmd.documents), self.outcome)
        told = self.told(row, moment, reason=cmd.reason)
        return [ClueTurnedIntoCaseV1(case_id=case_id, case_no=case_no, **told)]

    @property
    def outcome(self) -> str:
        """What the verification opinion comes to: illegal, legal, other; empty before it was submitted."""
        if self.opinion is None:
            return ""
        if self.opinion in ILLEGAL_OPINIONS:
            return "illegal"
        return "legal" if self.opinion in _LEGAL else "other"

    def _permit_verifier(self, verb: str, moment: Moment, documents: Sequence[DocumentRef] = ()) -> Row[ClueState]:
        """As TABLE.permit; a township also only where the clue was given to it. Raises ClueNotAssigned."""
        row = TABLE.permit(self.state, verb, moment.by, self.held(documents))
        ours = (self.township_code or "").startswith(moment.by.jurisdiction)
        if not (ours or moment.by.has(Role.COORDINATOR)):
            raise ClueNotAssigned(self.township_code)
        return row

    # changes

    @singledispatchmethod
    def _change(self, event: ClueEvent) -> None:
        """Signed, returned, rejected, closed: the state alone changes."""

    @_change.register
    def _(self, event: ClueReceivedV1) -> None:
        self.clue_no = event.clue_no
        self.source = event.clue_source
        self.division_code = self.jurisdiction = event.division_code
        self.division_name = event.division_name
        self.place, self.description = event.place, event.description
        self.longitude, self.latitude = event.longitude, event.latitude
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.pbf_area_m2 = event.pbf_area_m2
        self.suspected_type = event.suspected_type
        self.received_at, self.found_at = event.at, event.found_at
        self.patch, self.geometry, self.import_id = event.patch, event.geometry, event.import_id

    @_change.register
    def _(self, event: ClueTakenOverV1) -> None:
        self.clue_no, self.source, self.case_id = event.clue_no, event.clue_source, event.case_id
        self.division_code = self.jurisdiction = event.division_code
        self.division_name = event.division_name
        self.place, self.description = event.place, event.description
        self.longitude, self.latitude = event.longitude, event.latitude
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.pbf_area_m2, self.suspected_type = event.pbf_area_m2, event.violation_type
        self.received_at = event.received_at

    @_change.register
    def _(self, event: ClueAssignedV1) -> None:
        self.township_code = event.township_code

    @_change.register
    def _(self, event: ClueVerificationStartedV1) -> None:
        self.officers = event.officers

    @_change.register
    def _(self, event: ClueOpinionSubmittedV1) -> None:
        self.opinion, self.facts = event.opinion, event.facts
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.pbf_area_m2 = event.pbf_area_m2
        self.suspected_type = event.suspected_type

    @_change.register(ClueTurnedIntoCaseV1)
    @_change.register(ClueActStoppedV1)
    def _(self, event: ClueTurnedIntoCaseV1 | ClueActStoppedV1) -> None:
        self.case_id = event.case_id

    def view(self) -> ClueView:
        assert self.state is not None
        assert self.received_at is not None
        return ClueView(
            id=self.id,
            clue_no=self.clue_no,
            version=self.version,
            state=self.state,
            source=self.source,
            division_code=self.division_code,
            division_name=self.division_name,
            place=self.place,
            longitude=self.longitude,
            latitude=self.latitude,
            area_m2=self.area_m2,
            area_mu=None if self.area_m2 is None else float(mu_from_m2(self.area_m2)),
            patch_no=self.patch.patch_no if self.patch else None,
            township_code=self.township_code,
            suspected_type=self.suspected_type,
            received_at=self.received_at,
            case_id=self.case_id,
            due_on=self.due_on,
            description=self.description,
            farmland_area_m2=self.farmland_area_m2,
            pbf_area_m2=self.pbf_area_m2,
            found_at=self.found_at,
            officers=self.officers,
            opinion=self.opinion,
            facts=self.facts,
            documents=self.documents,
            deadlines=self.deadlines,
            patch=self.patch,
            geometry=self.geometry,
        )
