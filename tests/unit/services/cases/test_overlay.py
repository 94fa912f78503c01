"""What is concluded from measured areas: flags in exact square metres, nothing made of layers that are not there."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from services.cases.domain.overlay import Claim, Law, Measured, Pieces, conclude
from services.cases.wiring import shipped_rules
from shared.contracts.codes import LandLayerKind as K
from shared.contracts.land import LayerUsed, OverlayFact

DAY = date(2026, 4, 20)
BOOK = shipped_rules(DAY)
LAW = Law(BOOK.land_classes(DAY), BOOK.thresholds(DAY), Decimal(str(BOOK.setting("overlay_sliver_m2", DAY))))
NO_CLAIM = Claim(None, None, None)


def used(*kinds: K) -> list[LayerUsed]:
    return [
        LayerUsed(id=uuid4(), kind=kind, version_name="一", valid_from=DAY, crs="EPSG:4490", file_sha256="0" * 64)
        for kind in kinds
    ]


def taken(pbf: float, other: float, *kinds: K, claim: Claim = NO_CLAIM) -> OverlayFact:
    """So much permanent basic farmland and other land of class 0102."""
    whole = pbf + other
    pieces = (
        Pieces(K.CULTIVATED_LAND, "0102", whole, whole, pbf),
        Pieces(K.PERMANENT_BASIC_FARMLAND, None, pbf, pbf),
    )
    there = kinds or (K.CULTIVATED_LAND, K.PERMANENT_BASIC_FARMLAND)
    return conclude(Measured(0, whole, pbf, tuple(p for p in pieces if p.kind in there), {}), used(*there), claim, LAW)


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
    pieces = tuple(Pieces(K.CULTIVATED_LAND, code, 100.0, 100.0) for code in codes)
    fact = conclude(Measured(0, 800.0, 0.0, pieces, {}), used(K.CULTIVATED_LAND), NO_CLAIM, LAW)
    found = (fact.agricultural_m2, fact.construction_m2, fact.unused_m2, fact.farmland_m2, fact.unknown_m2)
    assert found == tuple(map(Decimal, (400, 100, 200, 100, 100)))


def test_a_layer_that_overlaps_itself_is_told() -> None:
    pieces = tuple(Pieces(K.CULTIVATED_LAND, code, 80.0, 80.0) for code in ("0102", "0103"))
    fact = conclude(Measured(0, 100.0, 0.0, pieces, {}), used(K.CULTIVATED_LAND), NO_CLAIM, LAW)
    assert fact.notes == ["overlay.layer-overlaps-itself"]


def test_a_claim_within_a_hundredth_of_a_mu_is_not_flagged() -> None:
    near = Claim(Decimal("7006.00"), Decimal("7007.00"), Decimal("4200.00"))
    found = {one.field: (one.flagged, one.difference_mu) for one in taken(4200, 2800, claim=near).differences}
    assert found["area_m2"] == (False, Decimal("-0.01"))
    assert found["farmland_area_m2"][0] is True
    assert found["pbf_area_m2"] == (False, Decimal("0.00"))
