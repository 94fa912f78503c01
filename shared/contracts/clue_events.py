"""What cases tells of clues beside their main path: duplicates, reviews above, splits, transfers, reporters."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts.base import AreaM2, Instant
from shared.contracts.cases_events import CasesEvent, ClueEvent
from shared.contracts.clue_parts import AliasRef, ChildFact, ReboundFact
from shared.contracts.codes import (
    Agency,
    ClueSource,
    DuplicateGround,
    DuplicateKind,
    DuplicateState,
    ReportChannel,
    ReviewState,
    SentBackReason,
    TransferReply,
    ViolationType,
)
from shared.contracts.parts import PatchFacts


class ClueDeduplicatedV1(ClueEvent):
    """No other clue is the same."""


class ClueLinkedV1(ClueEvent):
    """It ends: what is to be done is done under another clue's number."""

    duplicate_id: UUID
    into_id: UUID
    into_no: str


class ClueAliasesAddedV1(ClueEvent):
    aliases: list[AliasRef]


class ClueShapeAddedV1(ClueEvent):
    """A patch that a table had named got its shape."""

    patch: PatchFacts
    geometry: dict[str, Any]
    longitude: float | None
    latitude: float | None
    area_m2: AreaM2 | None


class ClueFoundLargeV1(ClueEvent):
    """An overlay found that it takes as much land as makes a large case (domain.md 6.8): D07 runs from now."""

    overlay_id: UUID
    farmland_m2: AreaM2 | None
    pbf_m2: AreaM2


class ClueReboundNotedV1(ClueEvent):
    """It was found at the place of a struck-off item (反弹)."""

    duplicate_id: UUID
    former: ReboundFact


class ClueReviewEvent(ClueEvent):
    """review_state: where the review stands now. Of a clue that became a case, to_state stays to_case."""

    review_state: ReviewState


class ClueReviewStartedV1(ClueReviewEvent):
    pass


class ClueReviewPassedV1(ClueReviewEvent):
    """level: which review let it pass."""

    level: ReviewState


class ClueSentBackV1(ClueReviewEvent):
    level: ReviewState
    reasons: list[SentBackReason]


class ClueTransferredOutV1(ClueEvent):
    body: str
    letter_no: str | None


class ClueTransferAnsweredV1(ClueEvent):
    reply: TransferReply
    replied_on: date
    reply_no: str | None


class ClueFilingExtendedV1(ClueEvent):
    """More time for agriculture's decision on a filing; the new end stands in recounts."""

    days: int
    approved_by: str


class ClueDutyRuledV1(ClueEvent):
    """The coordinator's ruling whose duty it is: it is given there. reason: of the ruling."""

    township_code: str | None
    agency: Agency | None = None
    ruled_by: str


class ClueArchivedV1(ClueEvent):
    archive_no: str | None


class ClueSplitV1(ClueEvent):
    """The patch was cut; each child tells its own beginning."""

    children: list[ChildFact]
    difference_mu: float
    within_tolerance: bool


class ClueSplitOffV1(ClueEvent):
    """A child patch begins where its parent stood."""

    parent_id: UUID
    parent_no: str
    child_no: int
    clue_source: ClueSource
    division_code: str
    division_name: str
    place: str
    description: str
    longitude: float | None
    latitude: float | None
    area_m2: AreaM2
    farmland_area_m2: AreaM2 | None
    pbf_area_m2: AreaM2 | None
    suspected_type: ViolationType | None
    received_at: Instant
    found_at: Instant | None
    township_code: str | None
    agency: Agency | None
    officers: list[str]
    patch: PatchFacts | None
    geometry: dict[str, Any] | None
    review_required: bool


class ClueDuplicateEvent(CasesEvent):
    duplicate_id: UUID
    clue_id: UUID
    clue_no: str
    other_id: UUID
    other_no: str
    kind: DuplicateKind
    from_state: DuplicateState | None
    to_state: DuplicateState


class ClueDuplicateProposedV1(ClueDuplicateEvent):
    """The system found two clues that look like one; a person decides."""

    division_code: str
    item_id: UUID | None
    item_no: str | None
    grounds: list[DuplicateGround]
    facts: dict[str, Any]


class ClueDuplicateDecidedV1(ClueDuplicateEvent):
    """into_id: the clue that goes on, of a link."""

    into_id: UUID | None
    decided_by: str


class ReporterEvent(CasesEvent):
    """Of the sealed record of who reported; says nothing of the person."""

    reporter_id: UUID
    clue_id: UUID
    clue_no: str


class ReporterRecordedV1(ReporterEvent):
    """received_by: account of the clerk who alone may see it."""

    received_by: str
    division_code: str
    channel: ReportChannel


class ReporterViewedV1(ReporterEvent):
    """Somebody saw who it was; `actor` of the envelope says who looked, reason what for."""


class ReporterToldV1(ReporterEvent):
    channel: ReportChannel
    told_at: Instant
    outcome: str
