"""Areas: kept in m² with 2 decimals, shown in mu (亩) with 2 decimals. 1 mu = 2000/3 m² exactly (domain.md 7.4)."""

from decimal import ROUND_HALF_UP, Context, Decimal

_HUNDREDTH = Decimal("0.01")
MOST_M2 = Decimal(10**9)
"""No patch, case or item is larger: a fifth of a county."""
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


def square_metres(value: float | Decimal) -> Decimal:
    """An area in m², rounded half up to 2 decimals."""
    return Decimal(value).quantize(_HUNDREDTH, context=_EXACT)


def m2_from_mu(mu: Decimal) -> Decimal:
    """m² with 2 decimals: 6.30 mu gives 4200.00."""
    return _EXACT.divide(mu * 2000, Decimal(3)).quantize(_HUNDREDTH, context=_EXACT)


def exact_mu(area_m2: Decimal) -> Decimal:
    """mu, not rounded: for comparing."""
    return _EXACT.multiply(area_m2, Decimal("0.0015"))


def mu_from_m2(area_m2: Decimal) -> Decimal:
    """mu with 2 decimals, to show: 8400.00 gives 12.60. Add in m² first, then convert."""
    return exact_mu(area_m2).quantize(_HUNDREDTH, context=_EXACT)
