"""Clues (线索): commands, queries, views."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

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
from shared.contracts.codes import (
    Agency,
    ClueSource,
    ClueState,
    PositionCrs,
    ReturnReason,
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


class AssignClue(Command, on="clue", verb="assign"):
    """Give the clue to a township to verify (分派)."""

    township_code: DivisionCode
    reason: Text | None = None


class SignClue(Command, on="clue", verb="sign"):
    """Sign for the clue (签收)."""

    note: Text | None = None


class ReturnClue(Command, on="clue", verb="return"):
    """Return it: not ours (退回改派)."""

    return_reason: ReturnReason
    reason: Text


class RejectClue(Command, on="clue", verb="reject"):
    """Do not take it up (不予受理)."""

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
    lead_agency: Agency
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


class GetClue(GetOne, operation="clue.get"):
    pass


class ListClues(ListQuery, operation="clue.list"):
    state: ClueState | None = None
    source: ClueSource | None = None
    division: Annotated[str, Field(pattern=r"^\d{6,12}$")] | None = Field(
        None, description="prefix of the division code"
    )
    no: ShortText | None = Field(None, description="exact clue number or patch number")


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
