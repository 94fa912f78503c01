"""Every path of a case beside the straight one (domain.md 3.2): commands."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import (
    AreaM2,
    Bool,
    Command,
    Contract,
    Instant,
    Int,
    Members,
    Officers,
    ShortText,
    Text,
)
from shared.contracts.codes import (
    CountyAgency,
    NoPenaltyReason,
    NotFiledReason,
    ReopenGround,
    TerminateReason,
    ViolationType,
)
from shared.contracts.parts import DocumentRef
from shared.contracts.procedure import Paper, RecusalGround, ServiceMethod, Yuan

PartyKind = Literal["person", "individual_business", "firm", "village_collective", "state_unit", "other"]


class PathStep(Command, on="case", verb=""):
    """What every step carries."""

    reason: Text | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class Reasoned(PathStep, on="case", verb=""):
    """A step that nobody may take without saying why."""

    reason: Text


# before the filing


class StopAct(Command, on="clue", verb="stop"):
    """Order the act stopped (责令停止违法行为): going on as the officers find it (NRP 15, LAL 68)."""

    title: ShortText
    violation_types: Annotated[list[ViolationType], Field(min_length=1, max_length=10)]
    party_name: ShortText
    party_kind: PartyKind
    lead_agency: CountyAgency
    officers: Officers
    order_no: ShortText
    ordered_at: Instant
    service_method: Literal["direct", "left"] = Field("direct", description="on the scene: handed over, or left there")
    witness: ShortText | None = Field(None, description="of an order that was left: of the village or the unit")
    refusal: ShortText | None = Field(None, description="why the party did not take it")
    reason: Text
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class DeclineFiling(Command, on="clue", verb="decline-filing"):
    """Do not file (不予立案): minor and corrected, or the conditions of NRP 16 are missing."""

    title: ShortText
    violation_types: Annotated[list[ViolationType], Field(min_length=1, max_length=10)]
    party_name: ShortText
    party_kind: PartyKind
    lead_agency: CountyAgency
    officers: Officers
    ground: NotFiledReason
    reason: Text
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class DropStopped(Reasoned, on="case", verb="decline-filing"):
    """Do not file a case that only was stopped (不予立案)."""

    ground: NotFiledReason


class ReportStop(PathStep, on="case", verb="report-stop"):
    """Report to township and county what the stop order came to (制止情况报告)."""

    continues: Bool
    people_resisting: Annotated[Int, Field(ge=0, le=10000)] = 0
    violence: Bool = False


class ReportDefiance(PathStep, on="case", verb="report-defiance"):
    """Report to the county government that the act goes on (制止无效报告)."""


class ReportLargeCase(PathStep, on="case", verb="report-large"):
    """Report the large case to the county government and the superior bureau (重大违法行为报告, K3)."""


# investigation


class Handler(Contract):
    name: ShortText
    certificate_no: ShortText


class SignSurveyRecord(PathStep, on="case", verb="sign-survey-record"):
    """Sign the record of the site (现场勘验笔录): two handlers, each with a certificate (APL 42)."""

    surveyed_at: Instant
    place: ShortText
    handlers: Annotated[list[Handler], Field(min_length=1, max_length=20)]
    witness: ShortText | None = None
    party_refused: Bool = False


class SuspendInvestigation(Reasoned, on="case", verb="suspend"):
    """Suspend the investigation (中止调查, NRP 27)."""


class ResumeInvestigation(Reasoned, on="case", verb="resume"):
    """Go on with it (恢复调查)."""


class TellParty(PathStep, on="case", verb="tell-party"):
    """Tell the party of the suspension or resumption, within three working days (D12)."""

    told_at: Instant


class TerminateInvestigation(Reasoned, on="case", verb="terminate"):
    """Terminate the investigation (终止调查)."""

    ground: TerminateReason


class SupplementInvestigation(Reasoned, on="case", verb="supplement"):
    """Back to the investigation for more facts (补充调查)."""


class ExtendTerm(Reasoned, on="case", verb="extend"):
    """More time to decide (D11, NRP 38): granted by a leader; beyond that only as specially complex."""

    days: Annotated[Int, Field(ge=1, le=365)] = Field(description="calendar days")
    approved_by: ShortText
    asked_on: date | None = None
    specially_complex: Bool = False


class CommissionAppraisal(PathStep, on="case", verb="commission-appraisal"):
    """Have the damage appraised (委托鉴定); the penalty clock stands still from that day."""

    appraiser: ShortText
    qualification: ShortText
    commissioned_on: date
    questions: Text


class RecordAppraisal(PathStep, on="case", verb="record-appraisal"):
    """Take in the opinion (鉴定意见); the clock goes on, and the flag tillage_destroyed is known."""

    opinion_on: date
    opinion_no: ShortText
    destroyed: Bool
    destroyed_area_m2: AreaM2
    destroyed_pbf_area_m2: AreaM2
    recoverability: Text


class ReviewThreshold(PathStep, on="case", verb="review-threshold"):
    """The legal reviewer's opinion on a case just below the threshold (临界面积审核)."""

    hand_over: Bool
    reason: Text


class RequestRecusal(Reasoned, on="case", verb="request-recusal"):
    """Ask that an officer withdraw (申请回避, APL 43). A declared near relative of the party must."""

    officer: ShortText
    ground: RecusalGround = "other"


class DecideRecusal(Reasoned, on="case", verb="decide-recusal"):
    """Decide on it; replaced_by takes the place of an officer who withdraws."""

    officer: ShortText
    granted: Bool
    replaced_by: ShortText | None = None


# review and hearing


class SubmitLegalReview(PathStep, on="case", verb="legal-review"):
    """Hand the case to the legal unit (送法制审核, APL 58)."""


class GiveLegalOpinion(PathStep, on="case", verb="legal-opinion"):
    """The legal unit's opinion (法制审核意见); its reviewer handles nothing in the case."""

    agrees: Bool
    opinion: Text


class Deliberate(PathStep, on="case", verb="deliberate"):
    """Leaders discuss the case together (集体讨论, APL 57)."""

    members: Members
    outcome: Text


class WaivePenalty(Reasoned, on="case", verb="no-penalty"):
    """Decide that there is no penalty (不予处罚, APL 33)."""

    ground: NoPenaltyReason


class RequestHearing(PathStep, on="case", verb="request-hearing"):
    """The party asks to be heard (要求听证), within five working days of the notice (D15)."""

    asked_on: date


class AnnounceHearing(PathStep, on="case", verb="announce-hearing"):
    """Tell the party when and where it is heard, seven working days before (听证通知, D16)."""

    announced_on: date
    hearing_at: Instant
    place: ShortText
    chair: ShortText


class HoldHearing(PathStep, on="case", verb="hold-hearing"):
    """The hearing was held (听证笔录、听证报告)."""

    held_at: Instant
    chair: ShortText


class PublishPaper(Reasoned, on="case", verb="publish"):
    """Serve a paper by public notice (公告送达): nothing else works; the clock stands still meanwhile."""

    paper: Paper
    published_on: date


class PublishDecision(PathStep, on="case", verb="publish-decision"):
    """Make the decision public, as one that matters to society is (公开处罚决定, APL 48); not a way of serving it."""

    published_on: date
    address: ShortText = Field(description="where it can be read")


class WithdrawPublication(Reasoned, on="case", verb="withdraw-publication"):
    """Take a published decision back that was changed or revoked, and say why in public (撤回公开信息, APL 48)."""

    withdrawn_on: date


# performance and court


class RecordPayment(PathStep, on="case", verb="record-payment"):
    """The fine, or a part of it, was paid; by one day late three per cent are added (APL 72)."""

    paid_on: date
    amount_yuan: Yuan
    collected_by: ShortText


class HandBuilding(PathStep, on="case", verb="hand-building"):
    """Hand the confiscated building to the government or whom it names (移交没收建筑物, LALR 58)."""

    handed_on: date
    received_by: ShortText


class RecordRemedy(PathStep, on="case", verb="record-remedy"):
    """The party has applied for reconsideration or has sued (复议、诉讼)."""

    kind: Literal["reconsideration", "suit"]
    since: date


class EndRemedy(PathStep, on="case", verb="end-remedy"):
    """The remedy has ended. upheld: the decision stands and its terms run from that day."""

    upheld: Bool
    ended_on: date
    document_no: ShortText


class DemandPerformance(PathStep, on="case", verb="demand"):
    """Demand performance once more before going to court (催告, AEL 54)."""

    service_method: ServiceMethod = "direct"
    served_at: Instant
    witness: ShortText | None = None
    refusal: ShortText | None = None


class ApplyToCourt(PathStep, on="case", verb="apply-to-court"):
    """Apply to the court for enforcement (申请强制执行, AEL 53)."""

    court: ShortText
    applied_on: date


class RecordCourtAcceptance(PathStep, on="case", verb="court-accept"):
    """The court has accepted the application (法院受理).

    With hears_parties, at once or told afterwards, the ruling is due thirty days after the acceptance (AEL 58).
    """

    accepted_on: date
    hears_parties: Bool = Field(False, description="the court doubts the decision and hears both sides before it rules")


class RecordCourtRefusal(PathStep, on="case", verb="court-refuse"):
    """The court does not take the application up (法院不予受理); the higher court may be asked (AEL 56).

    After the higher court was asked: it does not either, and that is final.
    """

    refused_on: date = Field(description="day on which the ruling came in")
    ruling_no: ShortText


class AskHigherCourt(PathStep, on="case", verb="ask-higher-court"):
    """Ask the next higher court to look at the refusal again (向上一级法院申请复议, AEL 56)."""

    court: ShortText
    asked_on: date


class RecordRuling(PathStep, on="case", verb="court-rule"):
    """The court's ruling (裁定): granted or not."""

    granted: Bool
    ruled_on: date
    ruling_no: ShortText


# the end, and after it


class ArchiveCase(PathStep, on="case", verb="archive"):
    """Bind and keep the file (归档)."""

    archive_no: ShortText


class ReopenCase(Reasoned, on="case", verb="reopen"):
    """Take a closed case up again: by order of a superior, a court or a reconsideration decision only."""

    ground: ReopenGround
    order_no: ShortText
    revokes_penalty: Bool


class ReportConflict(Reasoned, on="case", verb="report-conflict"):
    """Another agency has filed a case about the same act (管辖冲突): the first to file keeps it (APL 25)."""

    other_case_id: UUID
    disputed: Bool


class SettleJurisdiction(Reasoned, on="case", verb="settle-jurisdiction"):
    """The coordinator's ruling in a dispute: which case goes on (指定管辖, NRP 10)."""

    keeps_case_id: UUID


CASE_PATH_COMMANDS: tuple[type[Command], ...] = (
    DropStopped,
    ReportStop,
    ReportDefiance,
    ReportLargeCase,
    SignSurveyRecord,
    SuspendInvestigation,
    ResumeInvestigation,
    TellParty,
    TerminateInvestigation,
    SupplementInvestigation,
    ExtendTerm,
    CommissionAppraisal,
    RecordAppraisal,
    ReviewThreshold,
    RequestRecusal,
    DecideRecusal,
    SubmitLegalReview,
    GiveLegalOpinion,
    Deliberate,
    WaivePenalty,
    RequestHearing,
    AnnounceHearing,
    HoldHearing,
    PublishPaper,
    PublishDecision,
    WithdrawPublication,
    RecordPayment,
    HandBuilding,
    RecordRemedy,
    EndRemedy,
    DemandPerformance,
    ApplyToCourt,
    RecordCourtAcceptance,
    RecordCourtRefusal,
    AskHigherCourt,
    RecordRuling,
    ArchiveCase,
    ReopenCase,
    ReportConflict,
    SettleJurisdiction,
)
