"""Which areas of an act count: official values before the claim (domain.md 2.6, 9 #10)."""

from dataclasses import dataclass
from decimal import Decimal

from shared.contracts.area_basis import AreaBasis


@dataclass(frozen=True, slots=True)
class Areas:
    """m2; farmland with the permanent basic farmland in it."""

    area_m2: Decimal
    farmland_m2: Decimal
    pbf_m2: Decimal


def counted(basis: AreaBasis) -> Areas:
    """What counts: official areas; where no layer says so, the claim."""
    claimed, official = basis.claimed, basis.official
    if official is None:
        return Areas(claimed.area_m2, claimed.farmland_area_m2, claimed.pbf_area_m2)
    pbf_m2 = claimed.pbf_area_m2 if official.pbf_area_m2 is None else official.pbf_area_m2
    farmland_m2 = claimed.farmland_area_m2 if official.farmland_area_m2 is None else official.farmland_area_m2
    return Areas(official.area_m2, max(farmland_m2, pbf_m2), pbf_m2)
