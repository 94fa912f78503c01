"""Figures: words that mean what the statistics of cases mean, sums that must agree, rates."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.errors import BulletinFigureWrong
from services.notify.domain.figures import COLUMNS, COUNTY, RATES, WHOLES, FigureColumn, Figures, Group, Township, check
from shared.contracts.codes import RectificationMethod, RectificationState, VerificationOpinion, WorkKind
from shared.statistics import TABLES, Sum

TOWNS = ("640521104", "640521100")
ROWS = (Township(TOWNS[0], "恩和镇"), Township(TOWNS[1], "宁安镇"))


def group(kind: WorkKind, state: str, outcome: str = "", town: str = TOWNS[0], items: int = 1, **more: object) -> Group:
    return Group(
        town,
        kind,
        state,
        outcome,
        str(more.get("part", "whole")),
        bool(more.get("overdue", False)),
        Sum(items, Decimal(items * 100), Decimal(items * 80), Decimal(items * 50), Decimal(0)),
    )


def states(kind: WorkKind) -> list[str]:
    return sorted({state for column in TABLES[kind].columns for state in column.states if state != "*"})


GROUPS = st.one_of(
    st.builds(
        lambda opinion, town, items, part: group(WorkKind.CLUE, "assigned", opinion, town, items, part=part),
        st.sampled_from(["", *VerificationOpinion]),
        st.sampled_from(TOWNS),
        st.integers(1, 9),
        st.sampled_from(["whole", "parent", "child"]),
    ),
    st.builds(
        lambda state, method, town, items, over: group(
            WorkKind.RECTIFICATION, state, method, town, items, overdue=over and state != "struck_off"
        ),
        st.sampled_from(list(RectificationState)),
        st.sampled_from(list(RectificationMethod)),
        st.sampled_from(TOWNS),
        st.integers(1, 9),
        st.booleans(),
    ),
    st.builds(
        lambda state, items: group(WorkKind.CASE, state, items=items),
        st.sampled_from(states(WorkKind.CASE)),
        st.integers(1, 9),
    ),
    st.builds(
        lambda state, items: group(WorkKind.LISTING, state, items=items),
        st.sampled_from(states(WorkKind.LISTING)),
        st.integers(1, 9),
    ),
)


@given(st.lists(GROUPS, max_size=30))
def test_whatever_is_counted_the_sums_come_out(groups: list[Group]) -> None:
    figures = Figures(tuple(groups))
    check(figures, ROWS)
    for town, (whole, parts) in product((*TOWNS, COUNTY), WHOLES.items()):
        assert figures.of(town, whole) == sum((figures.of(town, part) for part in parts), Sum())
    for column in COLUMNS:
        assert figures.of(COUNTY, column) == sum((figures.of(town, column) for town in TOWNS), Sum())


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_a_column_is_made_of_columns_of_the_statistics_that_share_nothing(column: FigureColumn) -> None:
    table = TABLES[column.kind]
    made = [table.column(name) for name in column.of]
    assert all(made)
    for state, outcome in product([*states(column.kind), "x"], ["", *VerificationOpinion, *RectificationMethod]):
        assert sum(one is not None and one.takes(state, outcome) for one in made) <= 1


def test_a_state_that_nobody_sorted_is_named_with_its_place_and_its_figure() -> None:
    figures = Figures((group(WorkKind.RECTIFICATION, "lost", town=TOWNS[1], items=3),))
    with pytest.raises(BulletinFigureWrong) as wrong:
        check(figures, ROWS)
    assert wrong.value.field == "items"
    assert (wrong.value.facts["place"], wrong.value.facts["place_name"]) == (TOWNS[1], "宁安镇")
    assert (wrong.value.facts["figure"], wrong.value.facts["items"]) == ("应整改", 3)
    assert wrong.value.facts["parts"] == ["在整改", "已销号"]


def test_a_township_that_is_not_printed_is_missed_in_the_sum_of_the_county() -> None:
    with pytest.raises(BulletinFigureWrong) as wrong:
        check(Figures((group(WorkKind.CLUE, "received", town=TOWNS[1]),)), ROWS[:1])
    assert (wrong.value.facts["place"], wrong.value.field) == (COUNTY, "found")


def test_child_patches_are_not_counted_beside_the_original_one() -> None:
    parts = [group(WorkKind.CLUE, "assigned", part=part) for part in ("parent", "child", "child")]
    assert Figures(tuple(parts)).of(COUNTY, "found").items == 1


def test_a_rate_of_nothing_is_none() -> None:
    figures = Figures(())
    assert [figures.rate(COUNTY, name) for name in RATES] == [None] * len(RATES)
    assert figures.rate(COUNTY, "strike_off_rate", by_area=True) is None


def test_the_digest_tells_figures_and_members_apart_and_no_order() -> None:
    groups = (group(WorkKind.CLUE, "received"), group(WorkKind.CASE, "filed"))
    assert Figures(groups).sha256 == Figures(groups[::-1]).sha256
    assert Figures(groups).sha256 != Figures(groups[:1]).sha256
