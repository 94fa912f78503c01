"""How far two statements of an area may lie apart without a word (domain.md 7.4)."""

from decimal import Decimal

# What older tools that divide by 666.7, and rounding, make of the same area.
TOLERANCE_MU = Decimal("0.01")


def differs(one_mu: Decimal, other_mu: Decimal) -> bool:
    """Whether two areas in mu differ by more than the tolerance."""
    return abs(one_mu - other_mu) > TOLERANCE_MU


def exceeds(part_mu: Decimal, whole_mu: Decimal) -> bool:
    """Whether a part is larger than its whole by more than the tolerance."""
    return part_mu - whole_mu > TOLERANCE_MU
