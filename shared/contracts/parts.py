"""Parts that several objects of cases share: documents, deadlines, patch facts."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import (
    Contract,
    Instant,
    Sha256,
    ShortText,
    Text,
    View,
)
from shared.contracts.codes import (
    DocumentKind,
    PauseReason,
)

ClockUnit = Literal["working_day", "calendar_day", "hour", "month"]


class DocumentRef(Contract):
    """A document that exists on paper or in the file store and that a transition relies on."""

    kind: DocumentKind
    title: ShortText
    document_no: ShortText | None = None
    dated_on: date | None = None
    sha256: Sha256 | None = None


class PauseView(View):
    """Time that does not count, with the paper that proves it. to_on: None while it runs."""

    reason: PauseReason
    from_on: date
    to_on: date | None = None
    proof: DocumentRef
    end_proof: DocumentRef | None = None


class ExtensionView(View):
    """More time, granted by a person. asked_on: the day it was asked for."""

    amount: int
    unit: ClockUnit
    reason: str
    approved_by: str
    document: DocumentRef
    asked_on: date


class PlannedAlarm(View):
    """A step of the ladder and the instant at which it is raised, should the clock still run (domain.md 4.4)."""

    step: str = Field(description="W30 (days before), E0 reminder, E1 due, E2 to E5 after it")
    at: Instant


class DeadlineView(View):
    """A clock of a step (domain.md 3.3), with the rule as it was when the clock started.

    due_on is the last day in time, in Asia/Shanghai; of a clock that stands still, as it was before.
    """

    rule_id: str = Field(description="row of the deadline register, like D01")
    title: str
    limit: int
    unit: ClockUnit
    started_at: Instant
    due_on: date | None
    due_at: Instant | None = None
    provisional: bool = Field(description="true when the year's working calendar is not published yet")
    met_at: Instant | None = None
    law: str | None = None
    article: str | None = None
    mark: str | None = Field(
        None, description="law (binding), custom (customary), order (the term stands in the order)"
    )
    direction: Literal["until", "not_before", "before"] = Field(
        "until", description="not_before: due_on is the first day allowed; before: counted back from the start"
    )
    rolls: bool = Field(False, description="an end on a rest day runs to the next working day")
    overlay: bool = Field(False, description="days of the local calendar rest as well")
    alarm_on_earlier: bool = Field(False, description="an end on a rest day is alarmed on the working day before")
    holder: str = Field(
        "", description="whose task it is: township, coordinator, agency, police, court, chief, superior; else the lead"
    )
    ends_on: date | None = Field(None, description="the last day as counted, before any rest-day rule")
    rolled_on: date | None = Field(None, description="the next working day, where ends_on is a rest day")
    alarm_on: date | None = Field(None, description="the day on which the end is alarmed")
    alarms: list[PlannedAlarm] = Field(default_factory=list)
    pauses: list[PauseView] = Field(default_factory=list)
    extensions: list[ExtensionView] = Field(default_factory=list)

    @property
    def is_paused(self) -> bool:
        return self.met_at is None and any(pause.to_on is None for pause in self.pauses)


class PatchFacts(Contract):
    """What the import file says of a satellite patch (domain.md 7.6)."""

    patch_no: ShortText
    batch_no: ShortText | None = None
    patch_type: ShortText | None = None
    image_before_on: date | None = None
    image_after_on: date | None = None
    stated_area_mu: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    feature: ShortText | None = None
    note: Text | None = None
    geometry_digest: Sha256 | None = Field(None, description="null while a table named the patch but no shape came")
    source_crs: ShortText | None = Field(None, description="of the file that brought the shape, as it was used")
    warnings: list[ShortText] = Field(default_factory=list)
