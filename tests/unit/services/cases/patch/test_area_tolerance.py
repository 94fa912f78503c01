from decimal import Decimal

from services.cases.domain.area_tolerance import differs, exceeds


def test_a_difference_of_a_hundredth_mu_is_tolerated() -> None:
    assert not differs(Decimal("12.60"), Decimal("12.61"))
    assert differs(Decimal("12.60"), Decimal("12.611"))
    assert not exceeds(Decimal("12.61"), Decimal("12.60"))
    assert exceeds(Decimal("12.62"), Decimal("12.60"))
    assert not exceeds(Decimal("1"), Decimal("12.60"))
