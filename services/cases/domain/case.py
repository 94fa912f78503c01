"""A case (案件): the penalty procedure from filing to closing (domain.md 3.2). Closing does not put the land right."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.clue import Clue
from services.cases.domain.progress import Charged, Moment, Progress
from services.cases.domain.transitions import ALL_CLOCKS, Row, Transitions
from shared.area import mu_from_m2
from shared.clock import local_day
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
    ActionBrief,
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
from shared.contracts.clues import FileCase
from shared.contracts.codes import Agency, CaseState, ClosingGround, DocumentKind, ViolationType
from shared.contracts.parts import DeadlineView
from shared.errors import Conflict

_STATE = CaseState
_DOC = DocumentKind


class NoticePeriodRunning(Conflict):
    """The party may still state its case (NRP 33): no decision before the term is over. until: its last day."""

    def __init__(self, until: date) -> None:
        super().__init__("cases.notice-period-running", None, until=until.isoformat())


def _beside(verb: str, *states: CaseState) -> tuple[Row[CaseState], ...]:
    """Steps that open another object beside the case and leave its own state alone."""
    return tuple(Row(verb, state, state) for state in states)


TABLE: Transitions[CaseState] = Transitions(
    "case",
    Row("file-case", None, _STATE.FILED, starts=("D10", "S02")),
    Row("investigate", _STATE.FILED, _STATE.INVESTIGATING, starts=("S03",), stops=frozenset({"S02"})),
    Row(
        "conclude",
        _STATE.INVESTIGATING,
        _STATE.REPORT_DONE,
        needs=frozenset({_DOC.INVESTIGATION_REPORT, _DOC.EVIDENCE_LIST}),
        starts=("S04",),
        stops=frozenset({"S03"}),
    ),
    Row("review", _STATE.REPORT_DONE, _STATE.UNDER_REVIEW, starts=("S05",), stops=frozenset({"S04"})),
    Row(
        "notice",
        _STATE.UNDER_REVIEW,
        _STATE.NOTICED,
        needs=frozenset({_DOC.CASE_REVIEW_RECORD, _DOC.PENALTY_NOTICE}),
        starts=("D14",),
        stops=frozenset({"S05"}),
    ),
    Row(
        "decide",
        _STATE.NOTICED,
        _STATE.DECIDED,
        needs=frozenset({_DOC.PENALTY_DECISION}),
        starts=("D17",),
        stops=frozenset({"D10", "D14"}),
    ),
    Row(
        "serve",
        _STATE.DECIDED,
        _STATE.SERVED,
        needs=frozenset({_DOC.SERVICE_RECEIPT}),
        starts=("S06", "D18"),
        stops=frozenset({"D17"}),
    ),
    Row("perform", _STATE.SERVED, _STATE.PERFORMING, stops=frozenset({"S06"})),
    Row(
        "execute",
        _STATE.PERFORMING,
        _STATE.EXECUTED,
        needs=frozenset({_DOC.PERFORMANCE_RECORD}),
        starts=("S07",),
        stops=frozenset({"D18"}),
    ),
    Row(
        "close",
        _STATE.EXECUTED,
        _STATE.CLOSED,
        outcome=ClosingGround.EXECUTED,
        needs=frozenset({_DOC.CLOSING_APPROVAL}),
        starts=("A01",),
        stops=ALL_CLOCKS,
    ),
    # 结案 is not 销号: the land may be ordered put right even after the procedure has ended.
    *_beside("order-rectification", *_STATE),
    *_beside("convene-joint-action", *(state for state in _STATE if state is not _STATE.CLOSED)),
)


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

    @property
    def names(self) -> dict[str, Any]:
        return {"case_id": self.id, "case_no": self.case_no}

    def charged(self, clock: DeadlineView) -> Charged:
        return replace(super().charged(clock), agencies=(self.lead_agency,))

    # decisions

    def file(self, cmd: FileCase, moment: Moment, clue: Clue, case_no: str) -> list[CaseEvent]:
        """Open the case on a clue; five conditions of NRP 16, documents in clue.TABLE."""
        row = TABLE.permit(self.state, "file-case", moment.by)
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
                area_m2=clue.area_m2 or Decimal(0),
                farmland_area_m2=clue.farmland_area_m2 or Decimal(0),
                pbf_area_m2=clue.pbf_area_m2 or Decimal(0),
                **self.step(row, moment, reason=cmd.reason, documents=cmd.documents),
            )
        ]

    def investigate(self, cmd: StartInvestigation, moment: Moment) -> list[CaseEvent]:
        return [CaseInvestigationStartedV1(officers=cmd.officers, **self._told(cmd, moment))]

    def conclude(self, cmd: ConcludeInvestigation, moment: Moment) -> list[CaseEvent]:
        return [CaseInvestigationConcludedV1(conclusion=cmd.conclusion, **self._told(cmd, moment))]

    def review(self, cmd: ReviewCase, moment: Moment) -> list[CaseEvent]:
        return [CaseReviewStartedV1(**self._told(cmd, moment))]

    def notice(self, cmd: NotifyParty, moment: Moment) -> list[CaseEvent]:
        """The party's term D14 runs from the day the notice was served, which is not before the filing."""
        told = self._told(cmd, moment, started_at=moment.after(cmd.served_at, self.filed_at, "served_at"))
        return [CasePartyNotifiedV1(intended_penalty=cmd.intended_penalty, served_at=cmd.served_at, **told)]

    def decide(self, cmd: DecideCase, moment: Moment) -> list[CaseEvent]:
        """Raises NoticePeriodRunning until the party's term to state its case is over."""
        told = self._told(cmd, moment)
        term = self.clock("D14")
        if term is not None and term.due_on is not None and local_day(moment.now) <= term.due_on:
            raise NoticePeriodRunning(term.due_on)
        return [CaseDecidedV1(decision=cmd.decision, decision_no=cmd.decision_no, **told)]

    def serve(self, cmd: ServeDecision, moment: Moment) -> list[CaseEvent]:
        """A decision is served after it was made."""
        told = self._told(cmd, moment, started_at=moment.after(cmd.served_at, self.decided_at, "served_at"))
        return [CaseServedV1(service_method=cmd.service_method, served_at=cmd.served_at, **told)]

    def perform(self, cmd: StartPerformance, moment: Moment) -> list[CaseEvent]:
        return [CasePerformanceStartedV1(**self._told(cmd, moment))]

    def execute(self, cmd: CompleteExecution, moment: Moment) -> list[CaseEvent]:
        return [CaseExecutedV1(**self._told(cmd, moment))]

    def close(self, cmd: CloseCase, moment: Moment) -> list[CaseEvent]:
        return [CaseClosedV1(ground=cmd.ground, **self._told(cmd, moment, outcome=cmd.ground))]

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

    def _told(
        self,
        cmd: CaseStep | StartInvestigation,
        moment: Moment,
        outcome: str = "",
        started_at: datetime | None = None,
    ) -> dict[str, Any]:
        row = TABLE.permit(self.state, cmd.verb, moment.by, self.held(cmd.documents), outcome)
        return self.told(row, moment, reason=cmd.reason, documents=cmd.documents, started_at=started_at)

    # changes

    @singledispatchmethod
    def _change(self, event: CaseEvent) -> None:
        """Concluded, under review, performing, executed: the state alone changes."""

    @_change.register
    def _(self, event: CaseFiledV1) -> None:
        self.case_no, self.title = event.case_no, event.title
        self.violation_types = event.violation_types
        self.party_name, self.party_kind = event.party_name, event.party_kind
        self.lead_agency, self.officers = event.lead_agency, event.officers
        self.clue_id, self.clue_no, self.patch_no = event.clue_id, event.clue_no, event.patch_no
        self.division_code = self.jurisdiction = event.division_code
        self.division_name, self.place = event.division_name, event.place
        self.longitude, self.latitude = event.longitude, event.latitude
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.pbf_area_m2 = event.pbf_area_m2
        self.filed_at = event.at

    @_change.register
    def _(self, event: CaseInvestigationStartedV1) -> None:
        self.officers = event.officers

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
            documents=self.documents,
            deadlines=self.deadlines,
            rectification_ids=list(rectification_ids),
            joint_action_ids=list(joint_action_ids),
        )
