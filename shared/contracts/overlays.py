"""The shape of an act laid over the layers of a day: areas by layer and class, findings, flags (domain.md 6.8)."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.area_basis import ClaimDifference
from shared.contracts.base import Command, Contract, GetOne, Instant, ListQuery, View
from shared.contracts.codes import (
    LandLayerKind,
    OrgType,
    OverlayDay,
    OverlayPurpose,
    OverlayRest,
    RuleMark,
    TaskResultKind,
)
from shared.contracts.land import Measured


class OverlayClue(Command, on="clue", verb="overlay"):
    """Lay the shape of the clue over the base layers of a day (套合)."""

    on_day: date | None = Field(None, description="by default before the act: of the earlier image, else the finding")


class LayerUsed(Contract):
    """A version in force on the day. valid_until: the day before the next version; null: none came."""

    id: UUID
    kind: LandLayerKind
    version_name: str
    valid_from: date
    valid_until: date | None = None
    crs: str | None
    file_sha256: str


class LayerMissing(Contract):
    """A layer of which no version was in force on the day. earliest: from when on there is one."""

    kind: LandLayerKind
    earliest: date | None


class LayerArea(Contract):
    """What lies in one class of one layer. hit: some piece is no sliver; slivers are in the sum all the same."""

    kind: LandLayerKind
    land_class: str | None
    area_m2: Measured
    area_mu: Measured
    hit: bool


class ClassArea(Contract):
    """A land class in the shape, inside and outside of permanent basic farmland (null: no such layer)."""

    land_class: str
    title: str | None
    main_class: Literal["agricultural", "construction", "unused"] | None
    area_m2: Measured
    pbf_m2: Measured | None
    other_m2: Measured | None


class PlotHit(Contract):
    plot_code: str
    area_m2: Measured


class OverlayFlags(Contract):
    """null: the layers that would say so are not there. tillage_destroyed: only an appraisal says."""

    pbf: bool | None
    area_threshold_met: bool | None
    near_threshold: bool | None
    red_line: bool | None
    outside_boundary: bool | None
    tillage_destroyed: None = None


class Finding(Contract):
    """What a rule of the register land_rule says of the shape. area_m2: what it is about; layer: by which version.

    proposes: what the system puts to a person; nothing happens by itself.
    """

    rule: str
    rule_row: UUID
    rule_valid_from: date
    mark: RuleMark
    unsure: bool
    source: str
    title: str
    tone: Literal["flag", "warn", "info"]
    effect: str
    kind: LandLayerKind
    layer_id: UUID
    version_name: str
    area_m2: Measured
    area_mu: Measured
    notify: list[OrgType]
    proposes: list[str]


class ApprovedShare(Contract):
    """How far land with an approval covers the shape. uncovered_farmland_m2: null without a survey layer."""

    area_m2: Measured
    share: Measured = Field(description="0 to 1, 4 decimals")
    uncovered_farmland_m2: Measured | None


class OverlayFact(Contract):
    """Official areas of a shape: measured, never edited. m2 on the ellipsoid GRS80, 2 decimals.

    rules_on: day whose rules were applied, that of the act as far as it is known.
    """

    area_m2: Measured
    rules_on: date
    layers: list[LayerUsed]
    missing: list[LayerMissing]
    areas: list[LayerArea]
    classes: list[ClassArea]
    farmland_m2: Measured | None
    pbf_m2: Measured | None
    other_cultivated_m2: Measured | None
    agricultural_m2: Measured | None
    construction_m2: Measured | None
    unused_m2: Measured | None
    unknown_m2: Measured | None = Field(description="in no class, or in one that the table does not have")
    differences: list[ClaimDifference]
    approved: ApprovedShare | None = Field(description="null: no layer of approved land")
    plots: list[PlotHit] = Field(description="the largest 300")
    plots_hit: int
    flags: OverlayFlags
    findings: list[Finding]
    notes: list[str] = Field(default_factory=list)


class OverlayCause(Contract):
    """The layer whose coming asked for it."""

    kind: LandLayerKind
    layer_id: UUID
    version_name: str


class OverlayChange(Contract):
    """What another overlay of the shape said, and this one. null: no layer said so."""

    field: Literal[
        "farmland_m2", "pbf_m2", "other_cultivated_m2", "agricultural_m2", "construction_m2", "unused_m2", "red_line_m2"
    ]
    before_m2: Measured | None
    after_m2: Measured | None


class OverlayAgain(Contract):
    """An overlay that a layer asked for, beside the one before it, which stays as it is.

    earlier_id: the newest of the act before it; null: there was none. flags: those that are otherwise now.
    """

    cause: OverlayCause
    earlier_id: UUID | None = None
    changes: list[OverlayChange] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)


class AgencyFinding(Contract):
    """What natural resources has found out and reported, by its own database; null: this kind of finding says nothing.

    differences: what it says beside what the overlay measured; neither corrects the other (domain.md 4.7).
    """

    kind: Literal[TaskResultKind.LAND_SURVEY, TaskResultKind.CONTROL_LINE_FINDING]
    action_no: str
    task_id: UUID
    reported_at: Instant
    found_on: date
    report_no: str
    database_version: str | None
    land_class: str | None
    area_m2: Measured
    farmland_area_m2: Measured | None
    pbf_area_m2: Measured
    ecological_area_m2: Measured | None = None
    outside_boundary_area_m2: Measured | None = None
    plan_conformity: Literal["conforms", "conflicts"] | None
    conclusion: str
    differences: list[ClaimDifference]


class OverlayView(View):
    id: UUID
    clue_id: UUID
    state: Literal["queued", "running", "finished", "refused"]
    on_day: date = Field(description="whose layers it takes")
    day_basis: OverlayDay = Field(description="why that day")
    requested_at: Instant
    finished_at: Instant | None
    result: OverlayFact | None
    problem: dict[str, Any] | None
    purpose: OverlayPurpose = OverlayPurpose.ACT
    again: OverlayAgain | None = Field(None, description="null: a person or an import asked for it")
    agency_findings: list[AgencyFinding] = Field(
        default_factory=list, description="of a case: what natural resources reported of its tasks, oldest first"
    )


class ListOverlays(ListQuery, operation="clue.list-overlays"):
    """Every overlay of a clue that has ended, the newest first; none is ever changed."""

    id: UUID


class OverlayOfAct(OverlayView):
    """rested_on: what was decided while this was the newest of the act."""

    rested_on: list[OverlayRest] = Field(default_factory=list)


class ListOverlayChanges(ListQuery, operation="overlay.changes"):
    """Overlays that a new layer made otherwise than before: what a coordinator has to look at."""

    purpose: OverlayPurpose | None = None


class OverlayChanged(View):
    """changed_after: decisions of the case that rest on an overlay before it."""

    id: UUID
    clue_id: UUID
    clue_no: str
    case_id: UUID | None
    case_no: str | None
    purpose: OverlayPurpose
    on_day: date
    finished_at: Instant
    again: OverlayAgain
    changed_after: list[OverlayRest]


class GetOverlay(GetOne, operation="clue.get-overlay"):
    """The newest overlay of a clue."""


class GetCaseOverlay(GetOne, operation="case.get-overlay"):
    """The newest overlay of the clue that a case comes from."""


class GetRectificationOverlay(GetOne, operation="rectification.get-overlay"):
    """The newest overlay of the clue that an item comes from."""
