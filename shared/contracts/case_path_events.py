"""What cases tells of the paths of a case beside the straight one."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.area_basis import AreaBasis
from shared.contracts.base import AreaM2, Instant
from shared.contracts.cases_events import CaseEvent, CaseOpenedEvent
from shared.contracts.codes import (
    Agency,
    NoPenaltyReason,
    NotFiledReason,
    ReopenGround,
    TerminateReason,
    TransferState,
)
from shared.contracts.procedure import Paper, RecusalGround, ServiceMethod, SummedCase, Yuan


class CaseStoppedV1(CaseOpenedEvent):
    order_no: str
    ordered_at: Instant
    service_method: str = "direct"
    witness: str | None = None
    refusal: str | None = None


class CaseFilingDeclinedV1(CaseOpenedEvent):
    ground: NotFiledReason


class CaseDroppedV1(CaseEvent):
    """A case that was stopped is not filed."""

    ground: NotFiledReason


class CaseStopReportedV1(CaseEvent):
    continues: bool
    people_resisting: int
    violence: bool


class CaseDefianceReportedV1(CaseEvent):
    pass


class CaseLargeAreaReportedV1(CaseEvent):
    pass


class CaseSurveyRecordSignedV1(CaseEvent):
    surveyed_at: Instant
    place: str
    handlers: list[str]
    certificates: list[str]
    witness: str | None
    party_refused: bool
    uncertified: list[str] = Field(default_factory=list)


class CaseSuspendedV1(CaseEvent):
    pass


class CaseResumedV1(CaseEvent):
    pass


class CasePartyToldV1(CaseEvent):
    told_at: Instant


class CaseTerminatedV1(CaseEvent):
    ground: TerminateReason


class CaseSupplementOrderedV1(CaseEvent):
    pass


class CaseTermExtendedV1(CaseEvent):
    approved_by: str
    specially_complex: bool


class CaseAppraisalCommissionedV1(CaseEvent):
    appraiser: str
    qualification: str
    commissioned_on: date
    questions: str


class CaseAppraisedV1(CaseEvent):
    """transfer_due: with these areas the hand-over to public security has become mandatory."""

    opinion_on: date
    opinion_no: str
    destroyed: bool
    destroyed_area_m2: AreaM2
    destroyed_pbf_area_m2: AreaM2
    recoverability: str
    transfer_due: bool
    near_threshold: bool
    summed: list[SummedCase] = Field(default_factory=list)


class CaseActsSummedV1(CaseEvent):
    """Another act of the party came up: with it, this one reaches the limit, or comes near it (JI2000 9)."""

    summed: list[SummedCase]
    area_threshold_met: bool
    near_threshold: bool
    transfer_due: bool


class CaseLandFoundV1(CaseEvent):
    """An overlay told how much land the act takes: what counts for the case, and what it means (domain.md 6.8).

    The claim stays as it was, beside the official areas in basis. basis null: of another day than that before the act,
    or told before official areas counted; then it changes the flags alone.
    """

    overlay_id: UUID
    farmland_m2: AreaM2 | None
    pbf_m2: AreaM2
    area_threshold_met: bool
    near_threshold: bool
    basis: AreaBasis | None = None


class CaseThresholdReviewedV1(CaseEvent):
    hand_over: bool


class CaseTransferMovedV1(CaseEvent):
    """Where the hand-over to public security stands; the penalty clock stands still while their answer is awaited."""

    transfer_id: UUID
    transfer_no: str
    transfer_state: TransferState


class CaseResultNotTakenV1(CaseEvent):
    """An agency has reported what the case waits for, and a rule keeps it out: whoever has the case decides.

    kind: of the result, which the joint action keeps. problem: code, field, facts of the refusal.
    """

    action_id: UUID
    task_id: UUID
    agency: Agency
    kind: str
    awaited_by: Literal["police_transfer", "appraisal"]
    problem: dict[str, Any]


class CaseRecusalRequestedV1(CaseEvent):
    officer: str
    ground: RecusalGround = "other"


class CaseRecusalDecidedV1(CaseEvent):
    officer: str
    granted: bool
    replaced_by: str | None
    uncertified: list[str] = Field(default_factory=list)


class CaseLegalReviewRequestedV1(CaseEvent):
    pass


class CaseLegalOpinionGivenV1(CaseEvent):
    agrees: bool
    opinion: str


class CaseDeliberatedV1(CaseEvent):
    members: list[str]
    outcome: str


class CasePenaltyWaivedV1(CaseEvent):
    ground: NoPenaltyReason


class CaseHearingRequestedV1(CaseEvent):
    asked_on: date


class CaseHearingAnnouncedV1(CaseEvent):
    announced_on: date
    first_day_on: date
    hearing_at: Instant
    place: str
    chair: str


class CaseHearingHeldV1(CaseEvent):
    held_at: Instant
    chair: str


class CasePaperPublishedV1(CaseEvent):
    paper: Paper
    published_on: date
    served_on: date


class CaseDecisionPublishedV1(CaseEvent):
    """Made public for everybody (APL 48)."""

    published_on: date
    address: str


class CasePublicationWithdrawnV1(CaseEvent):
    withdrawn_on: date


class CaseFinePaidV1(CaseEvent):
    paid_on: date
    amount_yuan: Yuan
    added_yuan: Yuan
    collected_by: str


class CaseBuildingHandedV1(CaseEvent):
    handed_on: date
    received_by: str


class CaseRemedySoughtV1(CaseEvent):
    kind: Literal["reconsideration", "suit"]
    since: date


class CaseRemedyEndedV1(CaseEvent):
    upheld: bool
    ended_on: date
    document_no: str


class CasePerformanceDemandedV1(CaseEvent):
    service_method: ServiceMethod
    served_at: Instant
    added_yuan: Yuan


class CaseCourtAppliedV1(CaseEvent):
    court: str
    applied_on: date


class CaseCourtAcceptedV1(CaseEvent):
    accepted_on: date
    hears_parties: bool = False


class CaseCourtRefusedV1(CaseEvent):
    """final: the higher court has refused as well."""

    refused_on: date
    ruling_no: str
    final: bool


class CaseHigherCourtAskedV1(CaseEvent):
    court: str
    asked_on: date


class CaseCourtRuledV1(CaseEvent):
    granted: bool
    ruled_on: date
    ruling_no: str


class CaseArchivedV1(CaseEvent):
    archive_no: str


class CaseReopenedV1(CaseEvent):
    ground: ReopenGround
    order_no: str
    revokes_penalty: bool


class CaseConflictReportedV1(CaseEvent):
    """Told of both cases about the same act."""

    other_case_id: UUID
    other_case_no: str
    disputed: bool


class CaseJurisdictionSettledV1(CaseEvent):
    """Told of the case that goes on; the other one is closed as transferred."""

    other_case_id: UUID
    other_case_no: str
