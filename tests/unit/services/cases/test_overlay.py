"""What is concluded from measured areas: flags in exact square metres, nothing made of layers that are not there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from services.cases.domain.measured import Measured, Pieces
from services.cases.domain.overlay import Claim, Law, TooComplex, conclude
from services.cases.wiring import shipped_rules
from shared.contracts.codes import LandLayerKind as K
from shared.contracts.codes import RuleRegister
from shared.contracts.overlays import LayerUsed, OverlayFact

DAY = date(2026, 4, 20)
BOOK = shipped_rules(DAY)
LAW = Law(DAY, BOOK.land_classes(DAY), BOOK.thresholds(DAY), BOOK.entries(RuleRegister.LAND_RULE, DAY))
NO_CLAIM = Claim(None, None, None)


def used(*kinds: K) -> list[LayerUsed]:
    return [
        LayerUsed(id=uuid4(), kind=kind, version_name="一", valid_from=DAY, crs="EPSG:4490", file_sha256="0" * 64)
        for kind in kinds
    ]


def concluded(m2: float, *pieces: Pieces, kinds: Sequence[K], claim: Claim = NO_CLAIM, **more: Any) -> OverlayFact:
    return conclude(Measured(0, m2, pieces=pieces, **more), used(*kinds), [], claim, LAW)


def taken(pbf: float, other: float, *kinds: K, claim: Claim = NO_CLAIM) -> OverlayFact:
    """So much permanent basic farmland and other land of class 0102."""
    pieces = (
        Pieces(K.CULTIVATED_LAND, "0102", pbf + other, True, pbf),
        Pieces(K.PERMANENT_BASIC_FARMLAND, None, pbf, pbf > 0),
    )
    there = kinds or (K.CULTIVATED_LAND, K.PERMANENT_BASIC_FARMLAND)
    known = (piece for piece in pieces if piece.kind in there)
    return concluded(pbf + other, *known, kinds=there, claim=claim, pbf_m2=pbf)


def found(fact: OverlayFact) -> dict[str, Decimal]:
    """Areas by the rule that says something."""
    return {finding.rule: finding.area_m2 for finding in fact.findings}


@pytest.mark.parametrize(
    ("pbf", "other", "met", "near"),
    [
        (4200.00, 2800.00, True, False),
        (3333.33, 2000.00, False, True),
        (3333.34, 0.00, True, False),
        (0.00, 6666.66, False, False),
        (0.00, 6666.67, True, False),
        (1000.00, 1000.00, False, False),
    ],
)
def test_thresholds_are_in_exact_square_metres(pbf: float, other: float, met: bool, near: bool) -> None:
    """Assertions 9 and 10 of domain.md 8.3 among them."""
    flags = taken(pbf, other).flags
    assert (flags.area_threshold_met, flags.tillage_destroyed) == (met, None)
    if pbf == 3333.33:
        assert flags.near_threshold is near
    said = found(taken(pbf, other))
    assert (("pbf_threshold" in said) or ("other_threshold" in said)) is met
    assert ("near_threshold" in said) is flags.near_threshold


def test_what_no_layer_says_is_null_and_not_zero() -> None:
    surveyed = taken(4200, 2800, K.CULTIVATED_LAND)
    assert (surveyed.pbf_m2, surveyed.other_cultivated_m2, surveyed.farmland_m2) == (None, None, Decimal("7000.00"))
    assert (surveyed.flags.pbf, surveyed.flags.area_threshold_met) == (None, None)
    protected = taken(4200, 2800, K.PERMANENT_BASIC_FARMLAND)
    assert (protected.farmland_m2, protected.unknown_m2) == (None, None)
    assert (protected.flags.pbf, protected.flags.area_threshold_met) == (True, True)
    assert taken(1000, 0, K.PERMANENT_BASIC_FARMLAND).flags.area_threshold_met is None


def test_three_main_classes_by_the_table() -> None:
    codes = ("0102", "1104A", "0201K", "1006", "1003", "0404", "1108")
    pieces = (Pieces(K.CULTIVATED_LAND, code, 100.0, True) for code in codes)
    fact = concluded(800.0, *pieces, kinds=[K.CULTIVATED_LAND])
    areas = (fact.agricultural_m2, fact.construction_m2, fact.unused_m2, fact.farmland_m2, fact.unknown_m2)
    assert areas == tuple(map(Decimal, (400, 100, 200, 100, 100)))
    assert found(fact)["class_gap"] == 100


def test_a_layer_that_overlaps_itself_is_told() -> None:
    pieces = (Pieces(K.CULTIVATED_LAND, code, 80.0, True) for code in ("0102", "0103"))
    fact = concluded(100.0, *pieces, kinds=[K.CULTIVATED_LAND])
    assert fact.notes == ["overlay.layer-overlaps-itself"]
    assert found(fact)["class_overlap"] == 60


def test_a_claim_within_a_hundredth_of_a_mu_is_not_flagged() -> None:
    near = Claim(Decimal("7006.00"), Decimal("7007.00"), Decimal("4200.00"))
    differing = {one.field: (one.flagged, one.difference_mu) for one in taken(4200, 2800, claim=near).differences}
    assert differing["area_m2"] == (False, Decimal("-0.01"))
    assert differing["farmland_area_m2"][0] is True
    assert differing["pbf_area_m2"] == (False, Decimal("0.00"))


def test_a_finding_says_by_which_rule_and_which_version() -> None:
    fact = taken(3333.34, 2000.00)
    one = next(finding for finding in fact.findings if finding.rule == "pbf_threshold")
    layer = next(layer for layer in fact.layers if layer.kind is K.PERMANENT_BASIC_FARMLAND)
    assert (one.kind, one.layer_id, one.version_name) == (layer.kind, layer.id, layer.version_name)
    assert (one.area_m2, one.area_mu, one.tone, one.mark) == (Decimal("3333.34"), Decimal("5.00"), "flag", "law")
    assert "supervision_listing" in one.proposes
    assert "刑法" in one.source
    assert one.rule_row == BOOK.entry(RuleRegister.LAND_RULE, "pbf_threshold", DAY).row_id  # type: ignore[union-attr]


def test_a_layer_that_is_not_there_finds_nothing() -> None:
    """Not even that the shape is outside of it."""
    assert "outside_boundary" not in found(taken(100, 100))
    boundary = concluded(100.0, kinds=[K.URBAN_BOUNDARY])
    assert found(boundary) == {"outside_boundary": Decimal("100.00")}
    inside = concluded(100.0, Pieces(K.URBAN_BOUNDARY, None, 60.0, True), kinds=[K.URBAN_BOUNDARY])
    assert found(inside) == {"inside_boundary": Decimal("60.00")}


def test_a_sliver_is_in_the_sum_and_finds_nothing() -> None:
    fact = concluded(100.0, Pieces(K.PBF_RESERVE_AREA, None, 0.9, False), kinds=[K.PBF_RESERVE_AREA])
    assert (fact.areas[0].area_m2, found(fact)) == (Decimal("0.90"), {})


@pytest.mark.parametrize(
    ("total", "covered", "rule"),
    [
        (1000.0, 950.00, "approved"),
        (1000.0, 949.99, "unapproved"),
        # Of more than 2 mu, less than 0.5 mu of farmland may be left uncovered.
        (10_000.0, 9_666.67, "approved"),
        (10_000.0, 9_666.66, "unapproved"),
    ],
)
def test_approved_land_passes_by_share_and_by_what_is_left(total: float, covered: float, rule: str) -> None:
    pieces = (
        Pieces(K.CULTIVATED_LAND, "0102", total, True, 0.0, covered),
        Pieces(K.APPROVED_LAND, None, covered, True),
    )
    fact = concluded(total, *pieces, kinds=[K.CULTIVATED_LAND, K.APPROVED_LAND], approved_m2=covered)
    assert rule in found(fact)
    assert fact.approved is not None
    assert fact.approved.uncovered_farmland_m2 == Decimal(str(round(total - covered, 2)))


def test_rules_that_are_switched_off_or_not_yet_in_force_find_nothing() -> None:
    entries = BOOK.entries(RuleRegister.LAND_RULE, DAY)
    off = [replace(entry, value=entry.value.model_copy(update={"enabled": False})) for entry in entries]
    layers = used(K.CULTIVATED_LAND, K.PERMANENT_BASIC_FARMLAND)
    pieces = (
        Pieces(K.CULTIVATED_LAND, "0102", 9000.0, True, 9000.0),
        Pieces(K.PERMANENT_BASIC_FARMLAND, None, 9000.0, True),
    )
    measured = Measured(0, 9000.0, pbf_m2=9000.0, pieces=pieces)
    assert conclude(measured, layers, [], NO_CLAIM, LAW).findings
    assert conclude(measured, layers, [], NO_CLAIM, replace(LAW, rules=off)).findings == []
    assert BOOK.entries(RuleRegister.LAND_RULE, date(2019, 1, 1)) == []


def test_what_is_too_much_to_lay_over_is_refused() -> None:
    with pytest.raises(TooComplex) as refused:
        conclude(Measured(0, work=20, most_work=10), used(K.CULTIVATED_LAND), [], NO_CLAIM, LAW)
    assert refused.value.facts == {"work": 20, "most": 10}


def test_an_event_holds_the_largest_plots() -> None:
    plots = {f"plot{no:04d}": float(no) for no in range(1, 1001)}
    fact = concluded(1000.0, kinds=[K.PARCEL], plots=plots)
    assert (fact.plots_hit, len(fact.plots), fact.plots[0].plot_code) == (1000, 300, "plot0701")
