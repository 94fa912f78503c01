"""Rectification items (整改销号): commands, queries, views."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import (
    AreaM2,
    Bool,
    Command,
    GetOne,
    Instant,
    Int,
    ListQuery,
    Officers,
    ShortText,
    Text,
    View,
)
from shared.contracts.codes import (
    RectificationMethod,
    RectificationState,
)
from shared.contracts.parts import DeadlineView, DocumentRef


class OrderRectification(Command, on="case", verb="order-rectification"):
    """Order the land put right (责令限期整改); opens a rectification item."""

    title: ShortText
    method: RectificationMethod
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    term_days: Annotated[Int, Field(ge=1, le=365)] = Field(description="calendar days given in the order")
    responsible_person: ShortText
    requirement: Text
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class RectificationStep(Command, on="rectification", verb=""):
    reason: Text | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class ReportRectification(RectificationStep, on="rectification", verb="report"):
    """The township reports the work done (已报完成)."""

    rectified_area_m2: AreaM2
    account: Text


class CheckRectification(RectificationStep, on="rectification", verb="check"):
    """Township check on site (乡镇核查)."""

    passed: Bool
    account: Text


class AcceptRectification(RectificationStep, on="rectification", verb="accept"):
    """County acceptance on site (县级验收): of land that is ready to sow, unless only formalities were completed."""

    rectified_area_m2: AreaM2
    tillage_state: Literal["ready_to_sow", "needs_levelling", "needs_topsoil", "seriously_destroyed"]
    members: Officers


class RequestReview(RectificationStep, on="rectification", verb="request-review"):
    """Hand the evidence up for review (上级审核)."""


class StrikeOff(RectificationStep, on="rectification", verb="strike-off"):
    """Strike the item off the list (销号): nothing remains and the review ended."""


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
    term_on: date = Field(description="last day of the term in the order")
    due_on: date | None
    struck_off_at: Instant | None


class RectificationView(RectificationRow):
    farmland_area_m2: AreaM2
    requirement: str
    responsible_person: str
    documents: list[DocumentRef]
    deadlines: list[DeadlineView]


class GetRectification(GetOne, operation="rectification.get"):
    pass


class ListRectifications(ListQuery, operation="rectification.list"):
    state: RectificationState | None = None
    case_id: UUID | None = None
    division: Annotated[str, Field(pattern=r"^\d{6,12}$")] | None = None


RECTIFICATION_COMMANDS: tuple[type[Command], ...] = (
    ReportRectification,
    CheckRectification,
    AcceptRectification,
    RequestReview,
    StrikeOff,
)
