"""Clues (线索): commands, queries, views."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.area_basis import AreaBasis
from shared.contracts.base import (
    AreaM2,
    Bool,
    Command,
    DivisionCode,
    GetOne,
    Instant,
    Latitude,
    ListQuery,
    Longitude,
    Officers,
    ShortText,
    Text,
    View,
)
from shared.contracts.clue_parts import (
    AliasRef,
    ClueWarning,
    DutyFacts,
    OpinionProof,
    ReboundFact,
    Reporter,
    ReportFacts,
    SentBackFact,
    SplitFacts,
    TransferFact,
)
from shared.contracts.codes import (
    Agency,
    ClueSource,
    ClueState,
    CountyAgency,
    PositionCrs,
    RejectReason,
    ReportChannel,
    ReturnReason,
    ReviewState,
    VerificationOpinion,
    ViolationType,
)
from shared.contracts.parts import DeadlineView, DocumentRef, PatchFacts


class ReportClue(Command, on="clue", verb="report"):
    """Take in a clue from any channel (线索登记)."""

    source: ClueSource
    division_code: DivisionCode = Field(description="township or village where the act is")
    place: ShortText
    description: Text
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    position_crs: PositionCrs = Field(
        PositionCrs.CGCS2000, description="of longitude and latitude as given; kept in CGCS2000"
    )
    area_m2: AreaM2 | None = None
    farmland_area_m2: AreaM2 | None = None
    pbf_area_m2: AreaM2 | None = None
    suspected_type: ViolationType | None = None
    found_at: Instant | None = None
    aliases: list[AliasRef] = Field(default_factory=list, max_length=20, description="numbers others know it by")
    channel: ReportChannel | None = Field(None, description="of a person's report: how it came in")
    reporter: Reporter | None = Field(None, description="of a named report; kept sealed, shown to you alone")


class AssignClue(Command, on="clue", verb="assign"):
    """Give the clue to a township, or to an agency, to verify (分派)."""

    township_code: DivisionCode | None = None
    agency: CountyAgency | None = None
    reason: Text | None = None


class SignClue(Command, on="clue", verb="sign"):
    """Sign for the clue (签收)."""

    note: Text | None = None


class ReturnClue(Command, on="clue", verb="return"):
    """Return it: not ours (退回改派). As not one's duty once only; then the coordinator rules (rule-duty)."""

    return_reason: ReturnReason
    reason: Text


class RejectClue(Command, on="clue", verb="reject"):
    """Do not take it up (不予受理)."""

    reject_reason: RejectReason | None = None
    reason: Text


class StartVerification(Command, on="clue", verb="start-verification"):
    """Begin the field check, by at least two officers (核实; APL 42)."""

    officers: Officers
    visited_at: Instant | None = None
    act_going_on: Bool = Field(False, description="to be stopped at once (D04)")


class SubmitOpinion(Command, on="clue", verb="submit-opinion"):
    """Submit the verification opinion (核实认定意见) with its proof."""

    opinion: VerificationOpinion
    facts: Text
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2
    suspected_type: ViolationType | None = None
    proof: OpinionProof | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class CloseClue(Command, on="clue", verb="close"):
    """Close a clue that is no violation (合法 / 其他类)."""

    reason: Text


class FileCase(Command, on="clue", verb="file-case"):
    """File a case from a verified clue (立案); five conditions of NRP 16."""

    title: ShortText
    violation_types: Annotated[list[ViolationType], Field(min_length=1, max_length=10)]
    party_name: ShortText
    party_kind: Literal["person", "individual_business", "firm", "village_collective", "state_unit", "other"]
    lead_agency: CountyAgency
    officers: Officers
    reason: Text
    act_ended_on: date | None = Field(None, description="null while it goes on; two years later it is barred (APL 36)")
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class ClueRow(View):
    id: UUID
    clue_no: str = Field(description="ZW-CL-{county6}-{yyyy}-{seq5}")
    version: int
    state: ClueState
    source: ClueSource
    division_code: str
    division_name: str
    place: str
    longitude: float | None
    latitude: float | None
    area_m2: AreaM2 | None
    area_mu: float | None = Field(description="area_m2 * 3 / 2000, 2 decimals")
    patch_no: str | None
    township_code: str | None = Field(description="whom it is assigned to")
    suspected_type: ViolationType | None
    received_at: Instant
    case_id: UUID | None
    due_on: date | None = Field(description="earliest open deadline")
    review_state: ReviewState | None = Field(None, description="of the verification; goes on beside a case")
    review_required: bool = Field(False, description="whether the levels above review it")
    agency: Agency | None = Field(None, description="whom it is assigned to, when not a township")
    parent_id: UUID | None = Field(None, description="of a child patch: the patch it was cut from, where known")
    parent_no: str | None = Field(None, description="of a child patch; such are not original patches")
    child_no: int | None = None
    is_split: bool = Field(False, description="cut in child patches; such are not verified patches")
    linked_to_id: UUID | None = Field(None, description="the clue that goes on in its place")
    rebound_item_id: UUID | None = Field(None, description="the struck-off item that has come back")


class ClueView(ClueRow):
    description: str
    farmland_area_m2: AreaM2 | None
    pbf_area_m2: AreaM2 | None
    found_at: Instant | None
    officers: list[str]
    opinion: VerificationOpinion | None
    facts: str | None
    documents: list[DocumentRef]
    deadlines: list[DeadlineView]
    patch: PatchFacts | None
    geometry: dict[str, Any] | None = Field(description="GeoJSON geometry, EPSG:4490 degrees")
    aliases: list[AliasRef] = Field(default_factory=list)
    report: ReportFacts | None = None
    reject_reason: RejectReason | None = None
    proof: OpinionProof | None = None
    missing_proofs: list[str] = Field(default_factory=list, description="what the opinion still needs")
    build_age: Literal["new", "stock"] | None = Field(None, description="新增 or 存量, by the date of building")
    basis: AreaBasis | None = Field(None, description="of the opinion: official areas count, its own stand beside them")
    sent_back: list[SentBackFact] = Field(default_factory=list)
    linked_to_no: str | None = None
    rebound: ReboundFact | None = None
    split: SplitFacts | None = None
    transfer: TransferFact | None = None
    duty: DutyFacts | None = None
    archive_no: str | None = None
    warnings: list[ClueWarning] = Field(default_factory=list)


class GetClue(GetOne, operation="clue.get"):
    pass


class ClueFilter(ListQuery):
    """Which clues are meant."""

    state: ClueState | None = None
    source: ClueSource | None = None
    division: Annotated[str, Field(pattern=r"^\d{6,12}$")] | None = Field(
        None, description="prefix of the division code"
    )
    no: ShortText | None = Field(None, description="exact clue number, patch number or outside number")
    review_state: ReviewState | None = None
    counted_as: Literal["original", "verified"] | None = Field(
        None, description="original: without child patches; verified: without patches that were split"
    )


class ListClues(ClueFilter, operation="clue.list"):
    """Newest first."""


CLUE_COMMANDS: tuple[type[Command], ...] = (
    AssignClue,
    SignClue,
    ReturnClue,
    RejectClue,
    StartVerification,
    SubmitOpinion,
    CloseClue,
    FileCase,
)
