"""Official areas of a shape by the base layers of a day (套合; domain.md 6.8, 7.3, 7.4), from what was measured."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal
from uuid import UUID

from services.cases.domain.area_tolerance import differs
from services.cases.domain.land import class_of
from services.cases.domain.thresholds import LandTaken, Thresholds
from shared.area import exact_mu, mu_from_m2, square_metres
from shared.contracts.cases_events import ClueOverlaidV1
from shared.contracts.codes import LandLayerKind
from shared.contracts.land import (
    ClaimDifference,
    ClassArea,
    LayerArea,
    LayerUsed,
    OverlayFact,
    OverlayFlags,
    PlotHit,
)
from shared.contracts.rule_values import LandClassValue
from shared.errors import InvalidInput, NotFound, TianweiError

_K = LandLayerKind
_NONE = Decimal("0.00")
_CENT = Decimal("0.01")


class NoShape(InvalidInput):
    """The clue is a point or less: there is nothing to lay over."""

    def __init__(self) -> None:
        super().__init__("overlay.no-shape", None)


class NoLayer(InvalidInput):
    """No base layer was in force that day. facts: on, earliest: the first day on which one is."""

    def __init__(self, on: date, earliest: date | None) -> None:
        super().__init__("overlay.no-layer", "on_day", on=on.isoformat(), earliest=earliest and earliest.isoformat())


class NoOverlay(NotFound):
    """None was made of the clue."""

    def __init__(self) -> None:
        super().__init__("overlay.none")


@dataclass(frozen=True, slots=True)
class Pieces:
    """One class of one layer in a shape. m2: of all its pieces; largest_m2: of one; pbf_m2: of them in PBF."""

    kind: LandLayerKind
    land_class: str | None
    m2: float
    largest_m2: float
    pbf_m2: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What the child measured of a shape, m2. pbf_m2: of the union of all PBF in it. plots: code -> m2."""

    no: int
    m2: float
    pbf_m2: float
    pieces: tuple[Pieces, ...]
    plots: dict[str, float]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Measured":
        pieces = tuple(Pieces(_K(kind), *rest) for kind, *rest in body["pieces"])
        return cls(body["no"], body["m2"], body["pbf_m2"], pieces, body["plots"])


@dataclass(frozen=True, slots=True)
class Claim:
    """What was claimed of the shape before, m2."""

    area_m2: Decimal | None
    farmland_area_m2: Decimal | None
    pbf_area_m2: Decimal | None


@dataclass(frozen=True)
class Law:
    """The rules of the day. sliver_m2: a piece below it hits nothing."""

    classes: dict[str, LandClassValue]
    thresholds: Thresholds
    sliver_m2: Decimal


def conclude(measured: Measured, layers: Sequence[LayerUsed], claim: Claim, law: Law) -> OverlayFact:
    """The fact. A layer that is not there makes null of what it would have said, never zero."""
    there = {layer.kind for layer in layers}
    areas = [
        LayerArea(
            kind=pieces.kind,
            land_class=pieces.land_class,
            area_m2=(area := square_metres(pieces.m2)),
            area_mu=mu_from_m2(area),
            hit=Decimal(pieces.largest_m2) >= law.sliver_m2,
        )
        for pieces in sorted(measured.pieces, key=lambda one: (one.kind, one.land_class or ""))
    ]
    pbf = square_metres(measured.pbf_m2) if _K.PERMANENT_BASIC_FARMLAND in there else None
    total = square_metres(measured.m2)
    classes = [
        _class_area(pieces, pbf is not None, law) for pieces in measured.pieces if pieces.kind is _K.CULTIVATED_LAND
    ]
    classes.sort(key=lambda one: one.land_class)
    surveyed = _K.CULTIVATED_LAND in there
    sums = _sums(classes, law) if surveyed else {}
    farmland = sums.get("cultivated")
    other = sums.get("other_cultivated") if pbf is not None else None
    known = sum((sums[main] for main in ("agricultural", "construction", "unused")), _NONE) if surveyed else None
    notes = []
    if surveyed and sum((one.area_m2 for one in classes), _NONE) - total > _CENT * max(1, len(classes)):
        notes.append("overlay.layer-overlaps-itself")
    return OverlayFact(
        area_m2=total,
        layers=list(layers),
        areas=areas,
        classes=classes,
        farmland_m2=farmland,
        pbf_m2=pbf,
        other_cultivated_m2=other,
        agricultural_m2=sums.get("agricultural"),
        construction_m2=sums.get("construction"),
        unused_m2=sums.get("unused"),
        unknown_m2=None if known is None else max(total - known, _NONE),
        differences=list(_differences(claim, total, farmland, pbf)),
        plots=[
            PlotHit(plot_code=code, area_m2=square_metres(m2))
            for code, m2 in sorted(measured.plots.items())
            if Decimal(m2) >= law.sliver_m2
        ],
        flags=_flags(areas, there, pbf, other, law.thresholds),
        notes=notes,
    )


def _class_area(pieces: Pieces, split: bool, law: Law) -> ClassArea:
    """The part outside is the rest of the whole, so that both add up."""
    assert pieces.land_class is not None
    value = class_of(pieces.land_class, law.classes)
    area = square_metres(pieces.m2)
    inside = min(square_metres(pieces.pbf_m2), area) if split else None
    return ClassArea(
        land_class=pieces.land_class,
        title=value and value.title,
        main_class=value and value.main_class,
        area_m2=area,
        pbf_m2=inside,
        other_m2=None if inside is None else area - inside,
    )


def _sums(classes: Sequence[ClassArea], law: Law) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: _NONE)
    for name in ("agricultural", "construction", "unused", "cultivated", "other_cultivated"):
        sums[name] = _NONE
    for one in classes:
        value = class_of(one.land_class, law.classes)
        if value is None:
            continue
        sums[value.main_class] += one.area_m2
        if value.cultivated:
            sums["cultivated"] += one.area_m2
            sums["other_cultivated"] += one.other_m2 or _NONE
    return sums


def _differences(
    claim: Claim, total: Decimal, farmland: Decimal | None, pbf: Decimal | None
) -> "Sequence[ClaimDifference]":
    pairs: tuple[tuple[Literal["area_m2", "farmland_area_m2", "pbf_area_m2"], Decimal | None, Decimal | None], ...] = (
        ("area_m2", claim.area_m2, total),
        ("farmland_area_m2", claim.farmland_area_m2, farmland),
        ("pbf_area_m2", claim.pbf_area_m2, pbf),
    )
    return [
        ClaimDifference(
            field=name,
            claimed_m2=claimed,
            measured_m2=found,
            difference_mu=mu_from_m2(found) - mu_from_m2(claimed),
            flagged=differs(exact_mu(found), exact_mu(claimed)),
        )
        for name, claimed, found in pairs
        if claimed is not None and found is not None
    ]


def _flags(
    areas: Sequence[LayerArea],
    there: set[LandLayerKind],
    pbf: Decimal | None,
    other: Decimal | None,
    thresholds: Thresholds,
) -> OverlayFlags:
    hit = {area.kind for area in areas if area.hit}
    met, near = None, None
    if pbf is not None and other is not None:
        land = LandTaken(pbf, other)
        met, near = thresholds.area_threshold_met(land), thresholds.near_threshold(land)
    elif pbf is not None and thresholds.area_threshold_met(LandTaken(pbf)):
        met, near = True, False  # whatever the rest is
    return OverlayFlags(
        pbf=_K.PERMANENT_BASIC_FARMLAND in hit if _K.PERMANENT_BASIC_FARMLAND in there else None,
        area_threshold_met=met,
        near_threshold=near,
        red_line=_K.ECOLOGICAL_RED_LINE in hit if _K.ECOLOGICAL_RED_LINE in there else None,
        outside_boundary=_outside(areas, there),
    )


def _outside(areas: Sequence[LayerArea], there: set[LandLayerKind]) -> bool | None:
    """Whether nothing of it is inside the urban boundary: a shape across it is for a person to look at."""
    if _K.URBAN_BOUNDARY not in there:
        return None
    return not any(area.kind is _K.URBAN_BOUNDARY and area.hit for area in areas)


@dataclass(kw_only=True)
class Overlay:
    """An overlay asked for. version: 0 until it has ended. jurisdiction: division of the clue."""

    TYPE: ClassVar[str] = "overlay"

    id: UUID
    jurisdiction: str
    clue_id: UUID
    clue_no: str
    on_day: date
    version: int = 0
    state: str = "running"
    finished_at: datetime | None = None
    result: OverlayFact | None = None

    def end(self, now: datetime, result: OverlayFact | None, problem: TianweiError | None) -> list[ClueOverlaidV1]:
        return [
            ClueOverlaidV1(
                at=now,
                reason=problem and problem.code,
                overlay_id=self.id,
                clue_id=self.clue_id,
                clue_no=self.clue_no,
                on_day=self.on_day,
                result=result,
            )
        ]

    def apply(self, event: ClueOverlaidV1) -> None:
        self.state = "refused" if event.result is None else "finished"
        self.finished_at, self.result = event.at, event.result
