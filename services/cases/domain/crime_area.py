"""Whether areas reach what the criminal law asks for (domain.md 2.6): in square metres, without rounding."""

from dataclasses import dataclass
from decimal import Decimal

from services.cases.domain.rulebook import CrimeThreshold


@dataclass(frozen=True)
class Reach:
    """met: an area alone reaches its limit. near: not met, but so close that legal staff must look."""

    met: bool
    near: bool


def reach(pbf_m2: Decimal, farmland_m2: Decimal, limit: CrimeThreshold) -> Reach:
    """pbf_m2: permanent basic farmland, part of farmland_m2; what is beside it is other cultivated land.

    No mix of both kinds is written in JI2000: their shares together make a case near, never met.
    """
    other_m2 = max(farmland_m2 - pbf_m2, Decimal(0))
    met = pbf_m2 * 3 >= limit.pbf_m2x3 or other_m2 * 3 >= limit.other_m2x3
    share = pbf_m2 * 3 / limit.pbf_m2x3 + other_m2 * 3 / limit.other_m2x3
    return Reach(met, not met and share * 100 >= limit.near_percent)


def added_fine(fine_yuan: Decimal, days_late: int, percent: Decimal) -> Decimal:
    """What is added to a fine that was paid so many days late: never more than the fine (APL 72)."""
    added = fine_yuan * percent * max(days_late, 0) / 100
    return min(fine_yuan, added).quantize(Decimal("0.01"))
