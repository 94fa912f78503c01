"""The rules of clues as dated data: what opinions need, codes of the ministry, when two clues look like one."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.clue_rules import ClueRules, OtherGroundUnknown, ProofContradicts, ProofOutOfRange
from services.cases.domain.duplicates import Compared, Overlap, distance_m, likeness
from services.cases.domain.rule_book import Entry, RuleBook
from services.cases.wiring import shipped_clue_rules
from shared.contracts.clue_parts import OpinionProof
from shared.contracts.codes import ClueSource, ReviewState, RuleMark, RuleRegister, VerificationOpinion
from shared.contracts.rules import RuleFact, RuleSource

RULES = shipped_clue_rules()
DAY = date(2026, 4, 24)
LEGAL, ROAD, ILLEGAL = VerificationOpinion.LEGAL, VerificationOpinion.RURAL_ROAD, VerificationOpinion.NON_AGRI_ILLEGAL


@pytest.mark.parametrize(
    ("opinion", "proof", "missing"),
    [
        (LEGAL, None, ["approval_no", "approval_share"]),
        (LEGAL, {"approval_no": "1"}, ["approval_share"]),
        (LEGAL, {"registration_no": "1"}, ["registration_share"]),
        (LEGAL, {"registration_no": "1", "registration_share": 95}, []),
        (LEGAL, {"approval_no": "1", "approval_share": 3, "registration_no": "1", "registration_share": 95}, []),
        # What is not whole yet lacks what it lacks.
        (LEGAL, {"approval_share": 3}, ["approval_no"]),
        (ROAD, {"road_width_m": 4.5, "road_outside_network": True}, []),
        (ILLEGAL, {}, ["party_name", "use_class", "built_on"]),
        (ILLEGAL, {"party_name": "甲", "use_class": "厂房", "built_on": DAY}, []),
        (
            ILLEGAL,
            {"party_name": "甲", "use_class": "厂房", "built_on": DAY, "act_going_on": True},
            ["stop_order_no"],
        ),
        (VerificationOpinion.NON_GRAIN_ILLEGAL, {"crop_type": "鱼塘"}, ["operator_name"]),
        (VerificationOpinion.FALSE_CHANGE, None, ["images_compared"]),
        (VerificationOpinion.OTHER, {"other_ground": "slope_works"}, []),
        (VerificationOpinion.FACILITY_AGRI_LAND, {"facility_map_no": "1"}, ["facility_filing_no", "facility_inside"]),
    ],
)
def test_an_opinion_says_what_it_still_needs(
    opinion: VerificationOpinion, proof: dict[str, Any] | None, missing: list[str]
) -> None:
    given = None if proof is None else OpinionProof(**proof)
    assert RULES.missing_proofs(opinion, given, DAY) == missing


@pytest.mark.parametrize("opinion", VerificationOpinion)
def test_every_opinion_needs_something(opinion: VerificationOpinion) -> None:
    assert RULES.missing_proofs(opinion, None, DAY)


@pytest.mark.parametrize(
    ("opinion", "proof", "error"),
    [
        (LEGAL, {"approval_no": "1", "approval_share": 3}, ProofOutOfRange),
        (LEGAL, {"registration_no": "1", "registration_share": 94.99}, ProofOutOfRange),
        (ROAD, {"road_width_m": 1.9, "road_outside_network": True}, ProofOutOfRange),
        (ROAD, {"road_width_m": 8.1, "road_outside_network": True}, ProofOutOfRange),
        (ROAD, {"road_width_m": 4.0, "road_outside_network": False}, ProofContradicts),
        (VerificationOpinion.FALSE_CHANGE, {"images_compared": False}, ProofContradicts),
        (VerificationOpinion.OTHER, {"other_ground": "whatever"}, OtherGroundUnknown),
    ],
)
def test_what_can_never_prove_an_opinion_is_refused(
    opinion: VerificationOpinion, proof: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        RULES.missing_proofs(opinion, OpinionProof(**proof), DAY)


def test_building_before_the_cut_off_is_stock() -> None:
    assert RULES.build_age(OpinionProof(built_on=date(2020, 7, 2)), DAY) == "stock"
    assert RULES.build_age(OpinionProof(built_on=date(2020, 7, 3)), DAY) == "new"
    assert RULES.build_age(None, DAY) is None


def test_the_ministrys_codes_of_a_review() -> None:
    codes = {state: RULES.review_code(state, DAY) for state in ReviewState}
    assert {state.value: code for state, code in codes.items() if code} == {
        "sent_back": "90",
        "city_review": "95",
        "province_review": "97",
        "review_ended": "101",
    }
    assert [RULES.system_code(state, DAY) for state in (None, *ReviewState)] == [
        "1",
        "2",
        "4",
        "4",
        "4",
        "4",
        "2",
        "10",
    ]


def setting(value: Any, since: date, until: date | None = None) -> Entry:
    said = RuleFact(
        row_id=uuid4(),
        value={"title": "来源", "value": value},
        valid_from=since,
        valid_to=until,
        mark=RuleMark.CUSTOM,
        source=RuleSource(text="试"),
        origin="edit",
        recorded_at=datetime(2026, 4, 20, tzinfo=UTC),
    )
    return Entry.of(RuleRegister.CONFIGURATION, "reviewed_sources", said)


def test_a_rule_holds_from_its_day() -> None:
    rows = [setting([], date(2020, 1, 1), date(2026, 4, 23)), setting(["patrol"], DAY)]
    rules = ClueRules(RuleBook(rows, DAY))
    assert rules.review_required(ClueSource.PATROL, DAY)
    assert not rules.review_required(ClueSource.PATROL, date(2026, 4, 23))
    assert not rules.review_required(ClueSource.PATROL, date(2019, 1, 1))


# --- when two look like one

RULE = RULES.duplicate(DAY)


def compared(number: int, **more: Any) -> Compared:
    return Compared(id=UUID(int=number), numbers=frozenset({f"N{number}"}), **more)


OVERLAPS = Overlap(0.9, True)


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ({}, {}, True),
        ({"party": "某砂场"}, {"party": "某 砂场"}, True),
        ({"party": "甲"}, {"party": "乙"}, True),
        (
            {"party": "甲", "period": (date(2020, 1, 1), date(2020, 2, 1))},
            {"party": "乙", "period": (date(2025, 1, 1), date(2025, 2, 1))},
            False,
        ),
        (
            {"party": "甲", "period": (date(2020, 1, 1), date(2020, 2, 1))},
            {"party": "乙", "period": (date(2020, 12, 1), date(2020, 12, 2))},
            True,
        ),
        ({"party": "甲"}, {"party": "乙", "period": (date(2020, 1, 1), date(2020, 2, 1))}, True),
    ],
)
def test_a_common_place_is_one_unless_party_and_period_both_differ(
    one: dict[str, Any], other: dict[str, Any], like: bool
) -> None:
    assert (likeness(compared(1, **one), compared(2, **other), OVERLAPS, RULE) is not None) == like


shares = st.floats(0, 1, allow_nan=False)


@given(iou=shares, inside=st.booleans())
def test_the_thresholds_decide_and_both_ways_round(iou: float, inside: bool) -> None:
    one, other, overlap = compared(1), compared(2), Overlap(iou, inside)
    found = likeness(one, other, overlap, RULE)
    assert (found is not None) == (iou >= 0.5 or inside)
    assert found == likeness(other, one, overlap, RULE)


@given(west=st.floats(-0.01, 0.01), south=st.floats(-0.01, 0.01))
def test_two_points_are_one_within_the_distance(west: float, south: float) -> None:
    here, there = (105.5, 37.5), (105.5 + west, 37.5 + south)
    found = likeness(compared(1, point=here, is_point=True), compared(2, point=there, is_point=True), Overlap(), RULE)
    assert (found is not None) == (distance_m(here, there) <= 50)
    assert distance_m(here, there) == pytest.approx(distance_m(there, here))


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert distance_m((105.5, 37.0), (105.5, 38.0)) == pytest.approx(111_195, rel=1e-3)
