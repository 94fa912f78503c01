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
)


class DocumentRef(Contract):
    """A document that exists on paper or in the file store and that a transition relies on."""

    kind: DocumentKind
    title: ShortText
    document_no: ShortText | None = None
    dated_on: date | None = None
    sha256: Sha256 | None = None


class DeadlineView(View):
    """A clock of a step (domain.md 3.3). due_on is the last day in time, in Asia/Shanghai."""

    rule_id: str = Field(description="row of the deadline register, like D01")
    title: str
    limit: int
    unit: Literal["working_day", "calendar_day", "hour", "month"]
    started_at: Instant
    due_on: date | None
    due_at: Instant | None = None
    provisional: bool = Field(description="true when the year's working calendar is not published yet")
    met_at: Instant | None = None


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
    warnings: list[ShortText] = Field(default_factory=list)
