"""Supervision listing (挂牌督办, domain.md 3.8): commands, queries, views, events."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Bool, Command, GetOne, Instant, Int, ListQuery, ShortText, Text, View
from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import DelayReason, ListingState
from shared.contracts.parts import DeadlineView, DocumentRef

Days = Annotated[Int, Field(ge=1, le=365)]


class ListingStep(Command, on="listing", verb=""):
    reason: Text | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class ProposeListing(Command, on="case", verb="propose-listing"):
    """Propose that the case be listed for supervision: once at a time, whoever asks for it (domain.md 9)."""

    level: ShortText = Field(description="code of a level of the rules in force: county, city, …")
    target_unit: ShortText
    requirements: Annotated[list[Text], Field(min_length=1, max_length=20)]
    term_days: Days
    contact: ShortText
    is_open: Bool = Field(True, description="its result will be published")
    reason: Text


class ApproveListing(ListingStep, on="listing", verb="approve"):
    """List it; the term runs from today. What the system proposed may be put otherwise here."""

    approved_by: ShortText
    target_unit: ShortText | None = None
    term_days: Days | None = None
    contact: ShortText | None = None
    requirements: Annotated[list[Text], Field(min_length=1, max_length=20)] | None = None


class DeclineListing(ListingStep, on="listing", verb="decline"):
    reason: Text


class NotifyListing(ListingStep, on="listing", verb="notify"):
    """The notice was sent to the unit (挂牌督办通知书), within two working days (L01)."""

    notice_no: ShortText
    sent_on: date


class SignListing(ListingStep, on="listing", verb="sign"):
    """The unit signs for it."""

    signed_by: ShortText


class BeginListing(ListingStep, on="listing", verb="begin"):
    """The unit has begun; its plan."""

    plan: Text


class RequestListingExtension(ListingStep, on="listing", verb="request-extension"):
    """Ask for more time, three working days before the end at the latest (L03)."""

    days: Days
    delay_reason: DelayReason
    reason: Text
    asked_on: date | None = None


class GrantListingExtension(ListingStep, on="listing", verb="grant-extension"):
    days: Days
    approved_by: ShortText


class RefuseListingExtension(ListingStep, on="listing", verb="refuse-extension"):
    reason: Text


class ReportListingDone(ListingStep, on="listing", verb="report-done"):
    account: Text


class VerifyListing(ListingStep, on="listing", verb="verify"):
    passed: Bool
    account: Text


class Delist(ListingStep, on="listing", verb="delist"):
    """Take it off the list (摘牌): case decided, land restored or legal, people dealt with or transferred."""


class PublishListing(ListingStep, on="listing", verb="publish"):
    published_on: date
    place: ShortText


class MarkListingOverdue(ListingStep, on="listing", verb="mark-overdue"):
    """The term has passed and nothing was reported."""


class TalkListing(ListingStep, on="listing", verb="talk"):
    """The unit is called to account (约谈): a person decides that."""

    with_whom: ShortText
    talked_on: date


class ListingRow(View):
    id: UUID
    listing_no: str = Field(description="ZW-LS-{county6}-{yyyy}-{seq5}")
    version: int
    state: ListingState
    level: str
    level_title: str
    target_unit: str
    case_id: UUID
    case_no: str
    division_code: str
    term_days: int
    proposed_at: Instant
    term_on: date | None = Field(description="last day of the term")
    due_on: date | None
    is_open: bool


class ListingFacts(View):
    """What has come together so far."""

    basis: str = ""
    requirements: list[str] = Field(default_factory=list)
    contact: str = ""
    proposed_by: str = Field("", description="system, or the person's name")
    approved_by: str | None = None
    notice_no: str | None = None
    sent_on: date | None = None
    signed_by: str | None = None
    plan: str | None = None
    extension_asked_on: date | None = None
    extension_days: int | None = None
    extension_reason: DelayReason | None = None
    account: str | None = None
    talked_on: date | None = None
    talked_with: str | None = None
    was_overdue: bool = False
    delisted_on: date | None = None
    published_on: date | None = None


class ListingView(ListingRow):
    facts: ListingFacts
    reason: str
    documents: list[DocumentRef]
    deadlines: list[DeadlineView]


class GetListing(GetOne, operation="listing.get"):
    pass


class ListListings(ListQuery, operation="listing.list"):
    state: ListingState | None = None
    case_id: UUID | None = None


LISTING_COMMANDS: tuple[type[Command], ...] = (
    ApproveListing,
    DeclineListing,
    NotifyListing,
    SignListing,
    BeginListing,
    RequestListingExtension,
    GrantListingExtension,
    RefuseListingExtension,
    ReportListingDone,
    VerifyListing,
    Delist,
    PublishListing,
    MarkListingOverdue,
    TalkListing,
)


class ListingEvent(CasesEvent):
    listing_id: UUID
    listing_no: str
    case_id: UUID
    from_state: ListingState | None
    to_state: ListingState


class ListingProposedV1(ListingEvent):
    case_no: str
    division_code: str
    level: str
    level_title: str
    basis: str
    target_unit: str
    requirements: list[str]
    term_days: int
    contact: str
    is_open: bool
    proposed_by: str


class ListingApprovedV1(ListingEvent):
    approved_by: str
    target_unit: str
    term_days: int
    contact: str
    requirements: list[str]
    term_on: date | None


class ListingDeclinedV1(ListingEvent):
    pass


class ListingNotifiedV1(ListingEvent):
    notice_no: str
    sent_on: date


class ListingSignedV1(ListingEvent):
    signed_by: str


class ListingBegunV1(ListingEvent):
    plan: str


class ListingExtensionRequestedV1(ListingEvent):
    days: int
    delay_reason: DelayReason
    asked_on: date


class ListingExtendedV1(ListingEvent):
    """The new end stands in recounts."""

    approved_by: str


class ListingExtensionRefusedV1(ListingEvent):
    pass


class ListingDoneReportedV1(ListingEvent):
    account: str


class ListingVerifiedV1(ListingEvent):
    """to_state is in_progress again when it was not passed."""

    passed: bool
    account: str


class ListingDelistedV1(ListingEvent):
    pass


class ListingPublishedV1(ListingEvent):
    published_on: date
    place: str


class ListingOverdueV1(ListingEvent):
    due_on: date


class ListingTalkedV1(ListingEvent):
    with_whom: str
    talked_on: date
