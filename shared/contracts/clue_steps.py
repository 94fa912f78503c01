"""Steps of a clue beside assigning and verifying: duplicates, review above, split, transfer, archive, its reporter."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import AreaM2, Command, Contract, DivisionCode, Instant, Int, ShortText, Text, View
from shared.contracts.clue_parts import AliasRef
from shared.contracts.codes import CountyAgency, ReportChannel, SentBackReason, TransferReply
from shared.contracts.parts import DocumentRef


class ConfirmUnique(Command, on="clue", verb="deduplicate"):
    """Say that it is no duplicate (查重): nothing proposed may be left undecided."""

    reason: Text | None = None


class AddAliases(Command, on="clue", verb="add-aliases"):
    """Note numbers by which others know it."""

    aliases: Annotated[list[AliasRef], Field(min_length=1, max_length=20)]


class StartReview(Command, on="clue", verb="start-review"):
    """Take the opinion up at the county (县级审核); its proof must be complete."""

    note: Text | None = None


class PassReview(Command, on="clue", verb="pass-review"):
    """Let it pass to the next level; after the region's the review has ended. Not by who submitted the opinion."""

    note: Text | None = None


class SendBack(Command, on="clue", verb="send-back"):
    """Return the proof for correction (打回)."""

    reasons: Annotated[list[SentBackReason], Field(min_length=1, max_length=6)]
    note: Text


class TransferOut(Command, on="clue", verb="transfer-out"):
    """Transfer it to another department (移送其他部门), once."""

    body: ShortText = Field(description="to whom")
    reason: Text
    letter_no: ShortText | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class AnswerTransfer(Command, on="clue", verb="answer-transfer"):
    """Note what the other department said; a returned clue is assigned anew and not passed on again."""

    reply: TransferReply
    replied_on: date
    reply_no: ShortText | None = None
    note: Text | None = None


class ArchiveClue(Command, on="clue", verb="archive"):
    """Bind and keep it (归档). A reporter who gave a name must have been told the outcome."""

    archive_no: ShortText | None = None


class ExtendFiling(Command, on="clue", verb="extend-filing"):
    """Give agriculture more time to decide on a filing (D09): once, seven days at most, asked for while it runs."""

    days: Annotated[Int, Field(ge=1, le=30)]
    approved_by: ShortText
    reason: Text
    asked_on: date | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class RuleDuty(Command, on="clue", verb="rule-duty"):
    """Rule whose duty a clue is that was returned as nobody's, and give it there (裁定).

    To one township or one agency, which returns it as not its duty no more (domain.md 4.7).
    """

    township_code: DivisionCode | None = None
    agency: CountyAgency | None = None
    reason: Text


class ChildPatch(Contract):
    area_m2: AreaM2
    farmland_area_m2: AreaM2 | None = None
    pbf_area_m2: AreaM2 | None = None
    geometry: dict[str, Any] | None = Field(
        None, description="GeoJSON Polygon or MultiPolygon, EPSG:4490 degrees, at most 1400 points"
    )
    note: Text | None = None


class SplitClue(Command, on="clue", verb="split"):
    """Cut a patch under verification in child patches (拆分), numbered _1, _2 …; each gets an opinion of its own."""

    children: Annotated[list[ChildPatch], Field(min_length=2, max_length=50)]
    reason: Text


class TellReporter(Command, on="clue", verb="tell-reporter"):
    """Note that the reporter was told the outcome, by the clerk who received the report. The words are kept sealed."""

    channel: ReportChannel
    told_at: Instant
    account: Text


class ViewReporter(Command, on="clue", verb="view-reporter"):
    """See who reported: the receiving clerk alone, for a purpose; every look is logged."""

    purpose: Text


class ReporterReply(View):
    at: Instant
    channel: ReportChannel
    account: str


class ReporterView(View):
    """Never stored with the command's answer: the same key again shows nulls."""

    clue_id: UUID
    clue_no: str
    version: int
    name: str | None
    phone: str | None
    address: str | None
    note: str | None
    views: int
    replies: list[ReporterReply] | None


class ReporterTold(View):
    """The outcome was told. to: whose outcome it was, when the clue was linked to another."""

    clue_id: UUID
    clue_no: str
    version: int
    told_at: Instant
    channel: ReportChannel
    outcome: Literal[
        "under_way", "rejected", "linked", "closed_legal", "closed_other", "case_filed", "transferred_out", "archived"
    ]


CLUE_STEPS: tuple[type[Command], ...] = (
    ConfirmUnique,
    AddAliases,
    StartReview,
    PassReview,
    SendBack,
    TransferOut,
    ExtendFiling,
    RuleDuty,
    AnswerTransfer,
    ArchiveClue,
    SplitClue,
)
"""Those answered with the clue's view."""
