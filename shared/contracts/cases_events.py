"""What cases tells: one event a change. Every event carries all that changed, so that replay gives the same state."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.area_basis import AreaBasis
from shared.contracts.base import AreaM2, Contract, Event, Instant
from shared.contracts.clocks import DeadlineFact, ExtensionFact, PauseFact, RecountFact, ResumeFact
from shared.contracts.clue_parts import AliasRef, OpinionProof, ReportFacts
from shared.contracts.codes import (
    Agency,
    AlarmAction,
    AlarmColour,
    AlarmReader,
    CaseState,
    ClosingGround,
    ClueSource,
    ClueState,
    LandLayerKind,
    Measure,
    OverlayDay,
    OverlayPurpose,
    PositionCrs,
    RejectReason,
    ReturnReason,
    VerificationOpinion,
    ViolationType,
)
from shared.contracts.overlays import OverlayAgain, OverlayFact
from shared.contracts.parts import DocumentRef, PatchFacts
from shared.contracts.procedure import SummedCase, Yuan


class CasesEvent(Event, source="cases"):
    """reason: why, in the words of who acted. starts / stops: clocks of the deadline register.

    pauses, resumes, extends: of clocks still running after the stops. recounts: their new ends.
    """

    at: Instant
    reason: str | None = None
    documents: list[DocumentRef] = Field(default_factory=list)
    starts: list[DeadlineFact] = Field(default_factory=list)
    stops: list[str] = Field(default_factory=list, description="rule ids met by this step")
    pauses: list[PauseFact] = Field(default_factory=list)
    resumes: list[ResumeFact] = Field(default_factory=list)
    extends: list[ExtensionFact] = Field(default_factory=list)
    recounts: list[RecountFact] = Field(default_factory=list)


class ClueEvent(CasesEvent):
    clue_id: UUID
    clue_no: str
    from_state: ClueState | None
    to_state: ClueState


class StatedPosition(Contract):
    """A position as it was told, before it was brought to CGCS2000."""

    crs: PositionCrs
    longitude: float
    latitude: float


class ClueReceivedV1(ClueEvent):
    clue_source: ClueSource
    division_code: str
    division_name: str = ""
    place: str
    description: str
    longitude: float | None
    latitude: float | None
    area_m2: AreaM2 | None
    farmland_area_m2: AreaM2 | None
    pbf_area_m2: AreaM2 | None
    suspected_type: ViolationType | None
    found_at: Instant | None
    patch: PatchFacts | None = None
    geometry: dict[str, Any] | None = None
    import_id: UUID | None = None
    stated_position: StatedPosition | None = Field(None, description="only when told in another system")
    aliases: list[AliasRef] = Field(default_factory=list)
    report: ReportFacts | None = None
    review_required: bool = False
    parent_id: UUID | None = None
    parent_no: str | None = None
    child_no: int | None = None


class ClueAssignedV1(ClueEvent):
    """To a township or to an agency."""

    township_code: str | None
    agency: Agency | None = None


class ClueSignedV1(ClueEvent):
    pass


class ClueReturnedV1(ClueEvent):
    return_reason: ReturnReason


class ClueRejectedV1(ClueEvent):
    reject_reason: RejectReason | None = None


class ClueVerificationStartedV1(ClueEvent):
    officers: list[str]
    visited_at: Instant | None


class ClueOpinionSubmittedV1(ClueEvent):
    opinion: VerificationOpinion
    facts: str
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2
    suspected_type: ViolationType | None
    submitted_by: str | None = None
    proof: OpinionProof | None = None
    missing_proofs: list[str] = Field(default_factory=list)
    build_age: Literal["new", "stock"] | None = None
    basis: AreaBasis | None = None


class ClueClosedV1(ClueEvent):
    pass


class ClueActStoppedV1(ClueEvent):
    """The act was ordered stopped; the case that began with it is not filed yet."""

    case_id: UUID
    case_no: str


class ClueTurnedIntoCaseV1(ClueEvent):
    case_id: UUID
    case_no: str


class LandLayerLoadedV1(CasesEvent):
    """A file of a base layer has been gone through; from valid_from on it is the layer, unless refused: then nothing
    of it is in force."""

    layer_id: UUID
    kind: LandLayerKind
    version_name: str
    valid_from: date
    file_name: str
    file_sha256: str
    rows_created: int
    rows_repaired: int
    rows_rejected: int
    rows_outside: int
    refused: bool


class ClueOverlaidV1(CasesEvent):
    """The shape of a clue was laid over the layers of a day; result null: it could not be, and reason says why."""

    overlay_id: UUID
    clue_id: UUID
    clue_no: str
    on_day: date
    day_basis: OverlayDay
    requested_at: Instant
    result: OverlayFact | None
    problem: dict[str, Any] | None = Field(None, description="code, field, facts")
    purpose: OverlayPurpose = OverlayPurpose.ACT
    again: OverlayAgain | None = Field(None, description="of one that a layer asked for")


class CaseEvent(CasesEvent):
    case_id: UUID
    case_no: str
    from_state: CaseState | None
    to_state: CaseState


class CaseOpenedEvent(CaseEvent):
    """The head of a case, whether it is filed (yet) or not. Areas: official where basis has any, else as claimed."""

    title: str
    violation_types: list[ViolationType]
    party_name: str
    party_kind: str
    lead_agency: Agency
    officers: list[str]
    clue_id: UUID
    clue_no: str
    patch_no: str | None
    division_code: str
    division_name: str
    place: str
    longitude: float | None
    latitude: float | None
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2
    basis: AreaBasis | None = None


class CaseFiledV1(CaseOpenedEvent):
    """summed: cases of the party whose areas were added before they were compared (JI2000 9)."""

    area_threshold_met: bool | None = None
    near_threshold: bool = False
    summed: list[SummedCase] = Field(default_factory=list)


class CaseInvestigationStartedV1(CaseEvent):
    """uncertified: of the officers, who had no enforcement certificate in the register that day."""

    officers: list[str]
    uncertified: list[str] = Field(default_factory=list)


class CaseInvestigationConcludedV1(CaseEvent):
    conclusion: str


class CaseReviewStartedV1(CaseEvent):
    reviewers: list[str] = Field(default_factory=list)
    major: bool = False


class CasePartyNotifiedV1(CaseEvent):
    intended_penalty: str
    served_at: Instant
    measures: list[Measure] = Field(default_factory=list)
    fine_yuan: Yuan = Decimal(0)
    gains_yuan: Yuan = Decimal(0)
    fine_least_yuan: Yuan | None = None
    fine_most_yuan: Yuan | None = None
    hearing_offered: bool = False
    service_method: str = "direct"


class CaseDecidedV1(CaseEvent):
    decision: str
    decision_no: str
    measures: list[Measure] = Field(default_factory=list)
    fine_yuan: Yuan = Decimal(0)
    gains_yuan: Yuan = Decimal(0)
    fine_least_yuan: Yuan | None = None
    fine_most_yuan: Yuan | None = None
    deciding_agency: Agency | None = None


class CaseServedV1(CaseEvent):
    service_method: str
    served_at: Instant


class CasePerformanceStartedV1(CaseEvent):
    pass


class CaseExecutedV1(CaseEvent):
    pass


class CaseClosedV1(CaseEvent):
    ground: ClosingGround
    transferred_to: str | None = None


class ClueImportFinishedV1(CasesEvent):
    import_id: UUID
    file_name: str
    file_sha256: str
    rows_created: int
    rows_known: int
    rows_rejected: int
    refused: bool


class DeadlinesRecountedV1(CasesEvent):
    """Running clocks of an object end at other times since a calendar was loaded or changed; its state stays."""

    object_type: str
    object_id: UUID
    object_no: str
    from_state: str
    to_state: str


class DeadlineAlarmRaisedV1(CasesEvent):
    """A step of the ladder (domain.md 4.4): a reminder before a clock ends, the alarm at its end, what follows after.

    The subject is the clock itself. planned_at: when it was to be raised; later than that only after a standstill.
    days_over: working days since the last day in time; negative before it. to: who is told, by their part in the
    office; holder, agencies, township_code: whose clock it is.
    """

    object_type: str
    object_id: UUID
    object_no: str
    division_code: str
    rule_id: str
    title: str
    step: str
    action: AlarmAction
    colour: AlarmColour
    to: list[AlarmReader]
    holder: str
    agencies: list[Agency]
    township_code: str | None
    due_on: date
    due_at: Instant | None
    planned_at: Instant
    days_over: int
