"""Rectification items (整改销号): commands, queries, views."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.contracts.base import (
    AreaM2,
    Bool,
    Command,
    Contract,
    GetOne,
    Instant,
    Int,
    ListQuery,
    ShortText,
    Text,
    View,
    two_people,
)
from shared.contracts.clue_parts import ClueWarning
from shared.contracts.codes import (
    Agency,
    DelayReason,
    RectificationMethod,
    RectificationState,
    SentBackReason,
)
from shared.contracts.parts import DeadlineView, DocumentRef

TillageState = Literal["ready_to_sow", "needs_levelling", "needs_topsoil", "seriously_destroyed"]


SigningPart = Literal["party_or_village", "township", "agriculture", "natural_resources", "coordinator"]


class Signer(Contract):
    """Who signed the acceptance sheet, and for whom (domain.md 3.7)."""

    part: SigningPart
    name: ShortText


class AcceptanceMember(Contract):
    """Who looked at the land at its acceptance, and for which agency (domain.md 3.7)."""

    name: ShortText
    agency: Agency


def _people(members: list[AcceptanceMember]) -> list[AcceptanceMember]:
    two_people([member.name for member in members])
    return members


AcceptanceMembers = Annotated[
    list[AcceptanceMember],
    Field(max_length=20, json_schema_extra={"uniqueItems": True, "minItems": 2}),
    AfterValidator(_people),
]


class OrderRectification(Command, on="case", verb="order-rectification"):
    """Order the land put right (责令限期整改); opens a rectification item."""

    title: ShortText
    method: RectificationMethod
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2 | None = Field(None, description="when not said: as much of it as the case has")
    term_days: Annotated[Int, Field(ge=1, le=365)] = Field(description="calendar days given in the order")
    responsible_person: ShortText
    requirement: Text
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class OpenRectification(Command, on="case", verb="open-rectification"):
    """Open an item whose method and term are still to be set (待整改)."""

    title: ShortText
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2 | None = None
    reason: Text
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class RectificationStep(Command, on="rectification", verb=""):
    reason: Text | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class SetPlan(RectificationStep, on="rectification", verb="set-plan"):
    """Set method, term and responsible person (方案已定); the order goes out with it."""

    method: RectificationMethod
    term_days: Annotated[Int, Field(ge=1, le=365)]
    responsible_person: ShortText
    requirement: Text


class StartRectification(RectificationStep, on="rectification", verb="start"):
    """Work has begun (整改中)."""


class RequestMoreTime(RectificationStep, on="rectification", verb="request-extension"):
    """Ask for more time: once, at most thirty days, three working days before the end (R06)."""

    days: Annotated[Int, Field(ge=1, le=365)]
    delay_reason: DelayReason
    reason: Text
    asked_on: date | None = None


class GrantMoreTime(RectificationStep, on="rectification", verb="grant-extension"):
    approved_by: ShortText


class RefuseMoreTime(RectificationStep, on="rectification", verb="refuse-extension"):
    reason: Text


class SendBack(RectificationStep, on="rectification", verb="send-back"):
    """Sent back by whoever reviews it (打回), with the reason of the list."""

    sent_back_reason: SentBackReason
    reason: Text


class Resubmit(RectificationStep, on="rectification", verb="resubmit"):
    """Hand the evidence up again."""


class EndReview(RectificationStep, on="rectification", verb="end-review"):
    """The review of the upper level has ended and found nothing (审核结束)."""


class Recheck(RectificationStep, on="rectification", verb="recheck"):
    """Look again in the next crop season (R05). Not passed: a new clue, linked to the item (反弹)."""

    passed: Bool
    account: Text
    rebound_area_m2: AreaM2 | None = None


class DecidePbf(RectificationStep, on="rectification", verb="decide-pbf"):
    """Say how much of the item is permanent basic farmland, after an overlay found more in its case (套合后认定)."""

    pbf_area_m2: AreaM2
    method: RectificationMethod | None = Field(None, description="instead of the one that was ordered")
    reason: Text


class ReportRectification(RectificationStep, on="rectification", verb="report"):
    """The township reports the work done (已报完成)."""

    rectified_area_m2: AreaM2
    account: Text


class CheckRectification(RectificationStep, on="rectification", verb="check"):
    """Township check on site (乡镇核查)."""

    passed: Bool
    account: Text


class AcceptRectification(RectificationStep, on="rectification", verb="accept"):
    """County acceptance on site (县级验收): of land that is ready to sow, unless only formalities were completed.

    members: on site, of every agency of the setting acceptance_members. signers: every part of acceptance_signers.
    account: why more is accepted than the township reported; needed then.
    """

    rectified_area_m2: AreaM2
    tillage_state: TillageState
    members: AcceptanceMembers
    account: Text | None = None
    formalities_area_m2: AreaM2 | None = Field(None, description="of it, where papers were completed; never on PBF")
    signers: list[Signer] = Field(default_factory=list, max_length=20, description="of the acceptance sheet")


class RequestReview(RectificationStep, on="rectification", verb="request-review"):
    """Hand the evidence up for review (上级审核)."""


class StrikeOff(RectificationStep, on="rectification", verb="strike-off"):
    """Strike the item off the list (销号): nothing remains and the review ended."""


class PbfFound(View):
    """More permanent basic farmland in the case than its items were ordered with; how much of this item may be of it.

    least_m2: what the rest of the case leaves over. A person decides; until then no papers are completed.
    """

    overlay_id: UUID
    least_m2: AreaM2
    most_m2: AreaM2


class RectificationFacts(View):
    """review_ended: nothing is struck off before (domain.md 3.7)."""

    pbf_area_m2: AreaM2 = Decimal(0)
    formalities_area_m2: AreaM2 = Decimal(0)
    signers: list[Signer] = Field(default_factory=list)
    review_ended: bool = False
    extension_asked_on: date | None = None
    extension_days: int | None = None
    extension_reason: DelayReason | None = None
    sent_back_reason: SentBackReason | None = None
    sent_back_times: int = 0
    rechecked_at: Instant | None = None
    rebound_clue_ids: list[UUID] = Field(default_factory=list)
    pbf_found: PbfFound | None = Field(None, description="waits for a decision")


class RectificationRow(View):
    id: UUID
    item_no: str = Field(description="ZW-RI-{county6}-{yyyy}-{seq5}")
    version: int
    state: RectificationState
    title: str
    case_id: UUID
    case_no: str
    division_code: str
    division_name: str
    method: RectificationMethod
    area_m2: AreaM2
    rectified_area_m2: AreaM2
    remaining_area_m2: AreaM2
    remaining_area_mu: float
    ordered_at: Instant
    term_on: date | None = Field(description="last day of the term in the order; null while there is none")
    due_on: date | None
    struck_off_at: Instant | None


class RectificationView(RectificationRow):
    farmland_area_m2: AreaM2
    requirement: str
    responsible_person: str
    documents: list[DocumentRef]
    deadlines: list[DeadlineView]
    facts: RectificationFacts = Field(default_factory=RectificationFacts)
    warnings: list[ClueWarning] = Field(default_factory=list)


class GetRectification(GetOne, operation="rectification.get"):
    pass


class ListRectifications(ListQuery, operation="rectification.list"):
    state: RectificationState | None = None
    case_id: UUID | None = None
    division: Annotated[str, Field(pattern=r"^\d{6,12}$")] | None = None


RECTIFICATION_COMMANDS: tuple[type[Command], ...] = (
    SetPlan,
    StartRectification,
    RequestMoreTime,
    GrantMoreTime,
    RefuseMoreTime,
    SendBack,
    Resubmit,
    EndReview,
    Recheck,
    DecidePbf,
    ReportRectification,
    CheckRectification,
    AcceptRectification,
    RequestReview,
    StrikeOff,
)
