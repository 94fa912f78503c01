"""Bulletins (通报, article 10): drafting, figures and what is behind them, what came late, what is due."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.audit import Chain
from shared.contracts.base import (
    AreaM2,
    Command,
    Contract,
    Event,
    GetOne,
    Instant,
    Int,
    ListQuery,
    Query,
    Sha256,
    ShortText,
    View,
)
from shared.contracts.codes import BulletinKind, BulletinState, DocumentState, WorkKind
from shared.contracts.statistics import Amount, Period

TownshipCode = Annotated[
    str, StringConstraints(pattern=r"^(\d{9}|county)$"), Field(description="9 digits, or `county` for the whole")
]


class Occasion(Contract):
    """A special occasion: its days, both within, and what it is called, like 2026年春耕专项检查."""

    since: date
    until: date
    name: Annotated[str, StringConstraints(min_length=2, max_length=60)]


class DraftBulletin(Command, on="bulletin", verb="draft"):
    """Draft the bulletin of a period that has ended, with its report to the Party committee and its copies to the
    discipline commission and the organisation department: three documents from one set of frozen figures.

    demands: 工作要求; proposals: 下一步建议, of the report. cases: those to be named; left out: as the rule proposes.
    corrects: the bulletin whose issued document this one corrects; then what became known of its days later counts too.
    """

    period: Period | None = None
    occasion: Occasion | None = None
    demands: Annotated[list[ShortText], Field(min_length=1, max_length=20)]
    proposals: Annotated[list[ShortText], Field(min_length=1, max_length=20)]
    remarks: Annotated[str, StringConstraints(max_length=4000)] = ""
    cases: Annotated[list[UUID], Field(max_length=50)] | None = None
    corrects: UUID | None = None
    contact: Annotated[str, StringConstraints(max_length=100)] = ""


class LogHead(Contract):
    """The end of a service's log, whose hash covers everything before it: who keeps it can prove what was there.

    chain: access of the chain of reads, exports and refusals, as the last signed checkpoint has it.
    """

    service: str
    chain: Chain = Chain.CHANGES
    log_id: UUID | None
    position: Int
    hash: str


class ProblemCase(Contract):
    """A case that is to be named, and why: listed, overdue or pbf."""

    case_id: UUID
    case_no: str
    title: str
    township: str
    state: str
    area_m2: AreaM2
    pbf_area_m2: AreaM2
    why: list[Literal["listed", "overdue", "pbf", "chosen"]]


class UnsignedCopy(Contract):
    """A copy that nobody has signed for though its time is over. number: None for a type without numbers."""

    number: str | None
    title: str
    recipient: str
    due_on: date
    days_late: Int


class BulletinSnapshot(Contract):
    """What a bulletin rests on, frozen. known: of a correction, what became known of its days later counts too.

    position: how far the log of cases had told. figures_sha256: of all figures and of the ids behind them.
    """

    ends_at: Instant
    known: bool
    position: Int
    log_id: UUID | None
    figures_sha256: Sha256
    heads: list[LogHead]
    cases: list[ProblemCase]
    unsigned: list[UnsignedCopy]
    demands: list[str]
    proposals: list[str]
    remarks: str
    drafted_by: str
    document_id: UUID
    report_id: UUID
    copy_id: UUID
    corrects: UUID | None


class BulletinRow(View):
    id: UUID
    version: int
    kind: BulletinKind
    period: str
    name: str
    since: date
    until: date
    state: BulletinState
    due_on: date | None = Field(description="when it is, or was, to be drafted at the latest")
    revision: int = Field(description="0: the first; each correction one more")
    told_at: Instant
    document_id: UUID | None
    document_state: DocumentState | None
    number: str | None


class BulletinColumnView(View):
    name: str
    title: str
    kind: WorkKind


class BulletinFigure(View):
    """before, year_before: at the end of the former period, and of the same period a year ago."""

    column: str
    this: Amount
    before: Amount
    year_before: Amount


class BulletinRate(View):
    name: str
    title: str
    by_items: float | None
    by_area: float | None


class BulletinTownship(View):
    code: str
    name: str
    figures: list[BulletinFigure]
    rates: list[BulletinRate]


class BulletinFigures(View):
    columns: list[BulletinColumnView]
    townships: list[BulletinTownship]
    county: BulletinTownship


class BulletinView(BulletinRow):
    snapshot: BulletinSnapshot | None
    figures: BulletinFigures | None


class BulletinPreview(View):
    """What would be frozen now. wrong: what keeps it from being drafted."""

    kind: BulletinKind
    name: str
    since: date
    until: date
    ended: bool
    position: int
    figures: BulletinFigures
    proposed: list[ProblemCase]
    unsigned: list[UnsignedCopy]
    wrong: list[str] = Field(description="codes of what is wrong with the figures")


class PreviewBulletin(Query, operation="bulletin.preview"):
    """The figures of a period as they would be frozen now, and the cases that the rule proposes to name."""

    period: Period | None = None
    since: date | None = None
    until: date | None = None


class GetBulletin(GetOne, operation="bulletin.get"):
    pass


class ListBulletins(ListQuery, operation="bulletin.list"):
    """Newest first. due: those that are to be drafted and are not, the oldest first."""

    due: bool = False


class FigureMember(View):
    """An object that a figure counts, as it stood when the figure was frozen."""

    id: UUID
    kind: WorkKind
    number: str
    title: str
    case_id: UUID | None
    case_no: str | None
    state: str
    outcome: str
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2


class ListFigureMembers(ListQuery, operation="bulletin.figure"):
    """What a figure of a bulletin counts, one by one: as many as the figure says."""

    id: UUID
    township: TownshipCode
    column: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


class LateEvent(View):
    """What came after the figures were frozen and would change them. late: it was told after the period had ended, of
    a day within it; else it had been told by then and only arrived later."""

    position: int
    told_at: Instant
    valid_at: Instant
    late: bool
    object_id: UUID
    kind: WorkKind
    number: str
    from_state: str | None
    to_state: str


class FigureChange(View):
    township: str
    township_name: str
    column: str
    title: str
    frozen: Amount
    now: Amount


class BulletinDifference(View):
    """An issued bulletin never changes; this is what a correction would say otherwise, and why."""

    position: int = Field(description="of the log of cases, at which the figures were frozen")
    now_position: int
    changes: list[FigureChange]
    events: list[LateEvent] = Field(description="at most 500, the oldest first")
    more_events: int


class ExplainBulletin(GetOne, operation="bulletin.explain"):
    """What the figures would be now, and which events came after those of the bulletin."""


class BulletinEvent(Event, source="notify"):
    at: Instant
    bulletin_id: UUID
    to_state: BulletinState


class BulletinOpenedEvent(BulletinEvent):
    kind: BulletinKind
    period: str
    name: str
    since: date
    until: date
    due_on: date | None


class BulletinDueV1(BulletinOpenedEvent):
    """The day by which it was to be drafted has come and nobody has. Told once."""


class BulletinDraftedV1(BulletinOpenedEvent):
    revision: Int
    snapshot: BulletinSnapshot
