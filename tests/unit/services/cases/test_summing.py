"""Acts of one party within twelve months that nobody has dealt with are added up (JI2000 9)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.case import Case
from services.cases.domain.summing import by_area, by_opinion, first_day, sum_up, to_sum
from shared.aggregate import replay
from shared.contracts.codes import CaseState, TransferState
from shared.contracts.procedure import Appraisal, Crime, Procedure
from shared.ids import new_id
from tests.unit.services.cases.commands import START, moment

LIMIT = Fraction(10000, 3)


def case(
    pbf: Decimal = Decimal(2000),
    *,
    party: str = "某砂场",
    days: int = 0,
    state: CaseState = CaseState.INVESTIGATING,
    destroyed: Decimal | None = None,
    transfer: TransferState | None = None,
) -> Case:
    """Filed so many days ago, on permanent basic farmland alone. destroyed: what an opinion says of it."""
    found = Case(id=new_id(), case_no=f"CA-{days}", state=state, party_name=party, division_code="640521104000")
    found.area_m2 = found.farmland_area_m2 = found.pbf_area_m2 = pbf
    found.filed_at = START - timedelta(days=days)
    told = Appraisal(appraiser="院", qualification="甲", commissioned_on=START.date())
    if destroyed is not None:
        areas = {"destroyed_area_m2": destroyed, "destroyed_pbf_area_m2": destroyed}
        told = told.model_copy(update={"destroyed": destroyed > 0, "opinion_on": START.date(), **areas})
    crime = Crime(
        area_threshold_met=pbf >= LIMIT, appraisal=told if destroyed is not None else None, transfer_state=transfer
    )
    found.procedure = Procedure(crime=crime)
    return found


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        (date(2026, 4, 20), 12, date(2025, 4, 20)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2026, 12, 1), 12, date(2025, 12, 1)),
        (date(2026, 4, 20), 0, date(2026, 4, 20)),
    ],
)
def test_a_year_back_is_the_same_day(today: date, months: int, first: date) -> None:
    assert first_day(today, months) == first


@given(
    days=st.integers(0, 800),
    state=st.sampled_from(CaseState),
    party=st.sampled_from(["某砂场", "某 砂场", "别家"]),
    transfer=st.sampled_from([None, *TransferState]),
)
def test_only_what_nobody_dealt_with_within_the_year_counts(
    days: int, state: CaseState, party: str, transfer: TransferState | None
) -> None:
    other = case(days=days, state=state, party=party, transfer=transfer)
    counted = to_sum(new_id(), "某砂场", [other], moment())
    treated = state in (CaseState.DECIDED, CaseState.CLOSED, CaseState.NO_PENALTY, CaseState.STOPPED)
    if treated or transfer in (TransferState.FILED, TransferState.ENDED) or party == "别家" or days > 365:
        assert counted == []
    elif state is CaseState.INVESTIGATING:
        assert counted == [other]


def test_a_case_is_not_added_to_itself() -> None:
    one = case()
    assert to_sum(one.id, one.party_name, [one], moment()) == []


@given(areas=st.lists(st.integers(1, 500000), min_size=1, max_size=5))
def test_the_limit_is_reached_by_the_exact_sum(areas: list[int]) -> None:
    first, *more = [case(Decimal(hundredths) / 100) for hundredths in areas]
    for event in sum_up(first, more, moment()):
        replay(first, [event])
    crime = first.procedure.crime
    assert crime is not None
    assert crime.area_threshold_met == (Fraction(sum(areas), 100) >= LIMIT)
    assert not crime.due, "an area alone accuses nobody"
    assert first.is_running("S10") == (bool(crime.area_threshold_met) and Fraction(areas[0], 100) < LIMIT)


@given(mine=st.integers(1, 4000), its=st.integers(0, 4000), open_=st.booleans())
def test_transfer_is_due_for_what_is_destroyed_together(mine: int, its: int, open_: bool) -> None:
    one, other = case(destroyed=Decimal(mine)), case(destroyed=None if open_ else Decimal(its))
    for event in sum_up(one, [other], moment()):
        replay(one, [event])
    crime = one.procedure.crime
    assert crime is not None
    assert crime.due == (mine + (0 if open_ else its) >= LIMIT)


def test_an_act_without_damage_is_not_drawn_in() -> None:
    assert sum_up(case(destroyed=Decimal(0)), [case(Decimal(9000), destroyed=Decimal(9000))], moment()) == []
    assert by_opinion([case(), case(destroyed=Decimal(0))]) == []
    assert [one.pbf_area_m2 for one in by_area([case(Decimal(7))])] == [7]


def test_what_is_told_already_is_not_told_again() -> None:
    one, other = case(), case()
    told = sum_up(one, [other], moment())
    for event in told:
        replay(one, [event])
    assert len(told) == 1
    assert sum_up(replace(one), [other], moment()) == []
