"""Square metres and mu."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.area import exact_mu, m2_from_mu, mu_from_m2, square_metres

hundredths = st.integers(0, 10**15).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("mu", "m2"),
    [
        ("12.60", "8400.00"),
        ("6.30", "4200.00"),
        ("10.50", "7000.00"),
        ("1", "666.67"),
        ("15", "10000.00"),
        ("0.01", "6.67"),
    ],
)
def test_mu_to_square_metres_as_in_the_worked_example(mu: str, m2: str) -> None:
    assert m2_from_mu(Decimal(mu)) == Decimal(m2)


@given(hundredths)
def test_mu_survive_the_way_through_square_metres(mu: Decimal) -> None:
    assert mu_from_m2(m2_from_mu(mu)) == mu


@given(hundredths, hundredths)
def test_conversion_keeps_the_order(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert m2_from_mu(low) <= m2_from_mu(high)
    assert mu_from_m2(low) <= mu_from_m2(high)


@given(hundredths)
def test_square_metres_lie_within_half_a_hundredth_of_the_exact_value(mu: Decimal) -> None:
    assert abs(m2_from_mu(mu) * 3 - mu * 2000) <= Decimal("0.015")


@given(hundredths)
def test_exact_mu_is_not_rounded(m2: Decimal) -> None:
    assert exact_mu(m2) * 2000 == m2 * 3


def test_half_a_hundredth_is_rounded_up() -> None:
    assert square_metres(0.125) == Decimal("0.13")
    assert square_metres(8400.0) == Decimal("8400.00")
