"""Cases (案件), their timeline and statistics: commands, queries, views."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.area_basis import AreaBasis
from shared.contracts.base import (
    AreaM2,
    Bool,
    Command,
    GetOne,
    Instant,
    ListQuery,
    Officers,
    Query,
    ShortText,
    Text,
    View,
)
from shared.contracts.clue_parts import ClueWarning
from shared.contracts.codes import (
    Agency,
    CaseState,
    ClosingGround,
    Measure,
    ViolationType,
)
from shared.contracts.parts import DeadlineView, DocumentRef
from shared.contracts.procedure import Procedure, ServiceMethod, Yuan
from shared.contracts.rectifications import OrderRectification
from shared.contracts.statistics import Period

Measures = Annotated[
    list[Measure], Field(min_length=1, max_length=len(Measure), json_schema_extra={"uniqueItems": True})
]


class StartInvestigation(Command, on="case", verb="investigate"):
    """Begin the investigation with two officers (调查取证)."""

    officers: Officers
    reason: Text | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class CaseStep(Command, on="case", verb=""):
    """What most steps of the penalty procedure carry."""

    reason: Text | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class ConcludeInvestigation(CaseStep, on="case", verb="conclude"):
    """Finish the investigation with its report (调查终结)."""

    conclusion: Text


class ReviewCase(CaseStep, on="case", verb="review"):
    """Take the report into review (审理), or back to it. reviewers: who handled the case is none of them."""

    reviewers: list[ShortText] = Field(default_factory=list, max_length=20)
    major: Bool = Field(False, description="complex or major: legal review and collective discussion are needed")


class NotifyParty(CaseStep, on="case", verb="notice"):
    """Tell the party what is intended and what rights it has (告知). What is not told here is not decided (APL 44)."""

    intended_penalty: Text
    served_at: Instant
    measures: Measures
    fine_yuan: Yuan = Decimal(0)
    gains_yuan: Yuan = Field(Decimal(0), description="illegal gains to be confiscated (违法所得)")
    hearing_offered: Bool = Field(False, description="told that it may ask for a hearing (NRP 34)")
    service_method: ServiceMethod = "direct"
    witness: ShortText | None = None
    refusal: ShortText | None = Field(None, description="why the party did not take the paper")


class DecideCase(CaseStep, on="case", verb="decide"):
    """Decide the penalty (处罚决定)."""

    decision: Text
    decision_no: ShortText
    measures: Measures
    fine_yuan: Yuan = Decimal(0)
    gains_yuan: Yuan = Field(Decimal(0), description="illegal gains that are confiscated (违法所得)")
    deciding_agency: Agency | None = Field(None, description="in whose name; the lead agency when not said")
    violation_types: list[ViolationType] = Field(
        default_factory=list, max_length=10, description="what is punished; all of the case when not said"
    )


class ServeDecision(CaseStep, on="case", verb="serve"):
    """Serve the decision (送达)."""

    service_method: ServiceMethod
    served_at: Instant
    witness: ShortText | None = None
    refusal: ShortText | None = Field(None, description="why the party did not take the paper")


class StartPerformance(CaseStep, on="case", verb="perform"):
    """The party begins to perform (履行)."""


class CompleteExecution(CaseStep, on="case", verb="execute"):
    """Everything decided has been performed (执行完毕)."""


class CloseCase(CaseStep, on="case", verb="close"):
    """Close the procedure (结案, NRP 46). The land is another matter: see rectification."""

    ground: ClosingGround
    transferred_to: ShortText | None = Field(None, description="who goes on with it, of a transfer for jurisdiction")


class CaseRow(View):
    id: UUID
    case_no: str = Field(description="ZW-CA-{county6}-{yyyy}-{seq5}")
    version: int
    state: CaseState
    title: str
    violation_types: list[ViolationType]
    party_name: str
    lead_agency: Agency
    division_code: str
    division_name: str
    area_m2: AreaM2
    area_mu: float
    filed_at: Instant = Field(description="of a case that is not filed (yet): when it was opened")
    due_on: date | None
    clue_id: UUID
    clue_no: str


class CaseView(CaseRow):
    party_kind: str
    place: str
    longitude: float | None
    latitude: float | None
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2
    officers: list[str]
    decision_no: str | None
    decided_at: Instant | None
    closed_at: Instant | None
    closing_ground: ClosingGround | None
    documents: list[DocumentRef]
    deadlines: list[DeadlineView]
    rectification_ids: list[UUID]
    joint_action_ids: list[UUID]
    old_no: str | None = Field(None, description="its number before it was taken over")
    procedure: Procedure = Field(default_factory=Procedure)
    basis: AreaBasis | None = Field(None, description="of the areas: official ones count, the claim stands beside them")
    warnings: list[ClueWarning] = Field(default_factory=list)
    open_assistance: list[str] | None = Field(
        None, description="numbers of letters of assistance that wait for their answer; null: not looked up"
    )


class GetCase(GetOne, operation="case.get"):
    pass


class ListCases(ListQuery, operation="case.list"):
    state: CaseState | None = None
    division: Annotated[str, Field(pattern=r"^\d{6,12}$")] | None = None
    no: ShortText | None = Field(None, description="exact case, clue or patch number")


class TimelineEntry(View):
    """One step: who, when, what, why."""

    at: Instant
    actor: str
    actor_name: str
    what: str = Field(description="event type")
    title: str = Field(description="Chinese name of the step")
    object: Literal[
        "clue",
        "case",
        "rectification",
        "joint_action",
        "evidence",
        "police_transfer",
        "listing",
        "action_proposal",
        "assistance_request",
    ]
    object_id: UUID
    from_state: str | None
    to_state: str | None
    reason: str | None
    documents: list[DocumentRef]
    problem: dict[str, Any] | None = Field(None, description="why something could not be taken: code, field, facts")


class Timeline(View):
    items: list[TimelineEntry]


class GetTimeline(GetOne, operation="case.timeline"):
    """The case with its clues, rectification items and joint actions, oldest first."""


class GetStatistics(Query, operation="cases.statistics"):
    """Counts by state, of what the caller may see; of a period, as they stood at its end."""

    period: Period | None = None


class Statistics(View):
    clues_by_state: dict[str, int]
    cases_by_state: dict[str, int]
    rectifications_by_state: dict[str, int]
    joint_actions_by_state: dict[str, int]


CASE_COMMANDS: tuple[type[Command], ...] = (
    StartInvestigation,
    ConcludeInvestigation,
    ReviewCase,
    NotifyParty,
    DecideCase,
    ServeDecision,
    StartPerformance,
    CompleteExecution,
    CloseCase,
    OrderRectification,
)
