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
from services.cases.domain.land_findings import Facts, find
from services.cases.domain.measured import Measured, Pieces
from services.cases.domain.rule_book import Entry
from services.cases.domain.thresholds import LandTaken, Thresholds
from shared.area import exact_mu, mu_from_m2, square_metres
from shared.contracts.area_basis import ClaimDifference
from shared.contracts.cases_events import ClueOverlaidV1
from shared.contracts.codes import LandLayerKind, OverlayDay, OverlayPurpose
from shared.contracts.overlays import (
    ApprovedShare,
    ClassArea,
    LayerArea,
    LayerMissing,
    LayerUsed,
    OverlayAgain,
    OverlayCause,
    OverlayChange,
    OverlayFact,
    OverlayFlags,
    PlotHit,
)
from shared.contracts.rule_values import LandClassValue
from shared.errors import InvalidInput, NotFound, TianweiError

_K = LandLayerKind
_NONE = Decimal("0.00")
_CENT = Decimal("0.01")
_SHARE = Decimal("0.0001")
MOST_PLOTS = 300


class NoShape(InvalidInput):
    """The clue is a point or less: there is nothing to lay over."""

    def __init__(self) -> None:
        super().__init__("overlay.no-shape", None)


class NoLayer(InvalidInput):
    """No base layer was in force that day. facts: on, earliest: the first day on which one is."""

    def __init__(self, on: date, earliest: date | None) -> None:
        if earliest is None:
            super().__init__("overlay.no-layer-at-all", None)
        else:
            super().__init__("overlay.no-layer", "on_day", on=on.isoformat(), earliest=earliest.isoformat())


class NoOverlay(NotFound):
    """None was made of the clue."""

    def __init__(self) -> None:
        super().__init__("overlay.none")


class TooComplex(InvalidInput):
    """To lay it over takes more than an overlay may: it is not begun. facts: work, most (points of all pairs)."""

    def __init__(self, work: int, most: int) -> None:
        super().__init__("overlay.too-complex", None, work=work, most=most)


class OverlayGivenUp(InvalidInput):
    """The child that lays over died on it every time: out of time or memory. facts: tries."""

    def __init__(self, tries: int) -> None:
        super().__init__("overlay.given-up", None, tries=tries)


@dataclass(frozen=True, slots=True)
class Claim:
    """What was claimed of the shape before, m2."""

    area_m2: Decimal | None
    farmland_area_m2: Decimal | None
    pbf_area_m2: Decimal | None


@dataclass(frozen=True)
class Law:
    """classes: of the day of the layers. thresholds, rules: of the day of the act, `on`."""

    on: date
    classes: dict[str, LandClassValue]
    thresholds: Thresholds
    rules: Sequence[Entry]


def conclude(
    measured: Measured, layers: Sequence[LayerUsed], missing: Sequence[LayerMissing], claim: Claim, law: Law
) -> OverlayFact:
    """The fact. A layer that is not there makes null of what it would have said, never zero. Raises TooComplex."""
    if measured.work is not None:
        raise TooComplex(measured.work, measured.most_work or 0)
    there = {layer.kind for layer in layers}
    areas = [_layer_area(pieces) for pieces in sorted(measured.pieces, key=lambda p: (p.kind, p.land_class or ""))]
    pbf = square_metres(measured.pbf_m2) if _K.PERMANENT_BASIC_FARMLAND in there else None
    total = square_metres(measured.m2)
    surveyed = _K.CULTIVATED_LAND in there
    of_survey = [pieces for pieces in measured.pieces if pieces.kind is _K.CULTIVATED_LAND]
    classes = sorted((_class_area(pieces, pbf is not None, law) for pieces in of_survey), key=lambda c: c.land_class)
    sums = _sums(classes, law) if surveyed else {}
    farmland = sums.get("cultivated")
    other = sums.get("other_cultivated") if pbf is not None else None
    known = sum((sums[main] for main in ("agricultural", "construction", "unused")), _NONE) if surveyed else None
    excess = sum((one.area_m2 for one in classes), _NONE) - total
    unknown = None if known is None else max(total - known, _NONE)
    approved = _approved(measured, of_survey if surveyed else None, law) if _K.APPROVED_LAND in there else None
    facts = Facts(
        total=total,
        areas={area.kind: area.area_m2 for area in _by_kind(areas)},
        hit=frozenset(area.kind for area in areas if area.hit),
        pbf=pbf,
        other=other,
        unknown=unknown,
        excess=excess if surveyed and excess > _CENT * max(1, len(classes)) else _NONE,
        approved=approved,
    )
    return OverlayFact(
        area_m2=total,
        rules_on=law.on,
        layers=list(layers),
        missing=list(missing),
        areas=areas,
        classes=classes,
        farmland_m2=farmland,
        pbf_m2=pbf,
        other_cultivated_m2=other,
        agricultural_m2=sums.get("agricultural"),
        construction_m2=sums.get("construction"),
        unused_m2=sums.get("unused"),
        unknown_m2=unknown,
        differences=list(differences(claim, total, farmland, pbf)),
        approved=approved,
        plots=_plots(measured.plots),
        plots_hit=len(measured.plots),
        flags=_flags(facts, there, law.thresholds),
        findings=find(facts, layers, law.rules, law.thresholds),
        notes=["overlay.layer-overlaps-itself"] if facts.excess else [],
    )


def _layer_area(pieces: Pieces) -> LayerArea:
    area = square_metres(pieces.m2)
    return LayerArea(
        kind=pieces.kind,
        land_class=pieces.land_class,
        area_m2=area,
        area_mu=mu_from_m2(area),
        hit=pieces.hit,
    )


def _by_kind(areas: Sequence[LayerArea]) -> list[LayerArea]:
    """One a kind, of all its classes."""
    sums: dict[LandLayerKind, LayerArea] = {}
    for area in areas:
        seen = sums.get(area.kind)
        sums[area.kind] = area if seen is None else seen.model_copy(update={"area_m2": seen.area_m2 + area.area_m2})
    return list(sums.values())


def _approved(measured: Measured, surveyed: Sequence[Pieces] | None, law: Law) -> ApprovedShare:
    uncovered = None
    if surveyed is not None:
        farm = [p for p in surveyed if (value := class_of(p.land_class or "", law.classes)) and value.cultivated]
        uncovered = square_metres(max(0.0, sum(p.m2 - p.approved_m2 for p in farm)))
    share = measured.approved_m2 / measured.m2 if measured.m2 else 0.0
    return ApprovedShare(
        area_m2=square_metres(measured.approved_m2),
        share=min(Decimal(1), Decimal(share).quantize(_SHARE)),
        uncovered_farmland_m2=uncovered,
    )


def _plots(plots: Mapping[str, float]) -> list[PlotHit]:
    """The largest, as many as an event can hold, by code."""
    largest = sorted(plots.items(), key=lambda plot: (-plot[1], plot[0]))[:MOST_PLOTS]
    return [PlotHit(plot_code=code, area_m2=square_metres(m2)) for code, m2 in sorted(largest)]


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


def differences(
    claim: Claim, total: Decimal | None, farmland: Decimal | None, pbf: Decimal | None
) -> "Sequence[ClaimDifference]":
    """What was claimed beside what was measured, m2; nothing where one of them is not known."""
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


def _flags(facts: Facts, there: set[LandLayerKind], thresholds: Thresholds) -> OverlayFlags:
    met, near = None, None
    if facts.pbf is not None and facts.other is not None:
        land = LandTaken(facts.pbf, facts.other)
        met, near = thresholds.area_threshold_met(land), thresholds.near_threshold(land)
    elif facts.pbf is not None and thresholds.area_threshold_met(LandTaken(facts.pbf)):
        met, near = True, False  # whatever the rest is

    def hit(kind: LandLayerKind) -> bool | None:
        return kind in facts.hit if kind in there else None

    inside = hit(_K.URBAN_BOUNDARY)
    return OverlayFlags(
        pbf=hit(_K.PERMANENT_BASIC_FARMLAND),
        area_threshold_met=met,
        near_threshold=near,
        red_line=hit(_K.ECOLOGICAL_RED_LINE),
        outside_boundary=None if inside is None else not inside,
    )


_COMPARED = ("farmland_m2", "pbf_m2", "other_cultivated_m2", "agricultural_m2", "construction_m2", "unused_m2")


def changes(before: OverlayFact | None, after: OverlayFact) -> list[OverlayChange]:
    """Areas that are otherwise now; everything known is otherwise where nothing was known."""
    pairs: list[tuple[Any, Decimal | None, Decimal | None]] = [
        (name, None if before is None else getattr(before, name), getattr(after, name)) for name in _COMPARED
    ]
    pairs.append(("red_line_m2", None if before is None else _red_line(before), _red_line(after)))
    return [OverlayChange(field=name, before_m2=was, after_m2=now) for name, was, now in pairs if was != now]


def _red_line(fact: OverlayFact) -> Decimal | None:
    if all(layer.kind is not _K.ECOLOGICAL_RED_LINE for layer in fact.layers):
        return None
    return sum((area.area_m2 for area in fact.areas if area.kind is _K.ECOLOGICAL_RED_LINE), _NONE)


def laid_again(cause: OverlayCause, earlier: "Overlay | None", result: OverlayFact | None) -> OverlayAgain:
    """What is otherwise than in the overlay before it. result: null where it could not be made."""
    again = OverlayAgain(cause=cause, earlier_id=earlier and earlier.id)
    if result is None:
        return again
    before = None if earlier is None else earlier.result
    now = result.flags.model_dump()
    was = before.flags.model_dump() if before else {}
    flags = [name for name, flag in now.items() if flag != was.get(name)]
    return again.model_copy(update={"changes": changes(before, result), "flags": flags})


@dataclass(kw_only=True)
class Overlay:
    """An overlay that has ended. jurisdiction: division of the clue."""

    TYPE: ClassVar[str] = "overlay"

    id: UUID
    jurisdiction: str = ""
    version: int = 0
    clue_id: UUID | None = None
    clue_no: str = ""
    on_day: date | None = None
    day_basis: OverlayDay | None = None
    requested_at: datetime | None = None
    finished_at: datetime | None = None
    result: OverlayFact | None = None
    problem: dict[str, Any] | None = None
    purpose: OverlayPurpose = OverlayPurpose.ACT
    again: OverlayAgain | None = None

    def end(
        self,
        job: Mapping[str, Any],
        now: datetime,
        result: OverlayFact | None,
        problem: TianweiError | None,
        earlier: "Overlay | None" = None,
    ) -> list[ClueOverlaidV1]:
        """job: what was asked for. earlier: of the act, where a layer asked for this one."""
        asked = {name: job[name] for name in ("clue_id", "clue_no", "on_day", "day_basis", "requested_at")}
        stated = problem and {"code": problem.code, "field": problem.field, "facts": problem.facts}
        why = problem and problem.code
        again = None
        if job["cause"] is not None:
            again = laid_again(OverlayCause.model_validate(job["cause"]), earlier, result)
        outcome = {"result": result, "problem": stated, "purpose": job["purpose"], "again": again}
        return [ClueOverlaidV1(at=now, reason=why, overlay_id=self.id, **asked, **outcome)]

    def apply(self, event: ClueOverlaidV1) -> None:
        self.finished_at, self.result, self.problem = event.at, event.result, event.problem
        self.purpose, self.again = event.purpose, event.again
        for name in ("clue_id", "clue_no", "on_day", "day_basis", "requested_at"):
            setattr(self, name, getattr(event, name))
