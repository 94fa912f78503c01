"""What areas that a person states must be to each other (domain.md 7.4)."""

from decimal import Decimal

from services.cases.domain.area_tolerance import exceeds
from shared.area import exact_mu
from shared.errors import InvalidInput


class AreaExceeds(InvalidInput):
    """A part larger than its whole."""

    def __init__(self, name: str, value: Decimal, most: Decimal) -> None:
        super().__init__("cases.area-exceeds", name, value_m2=float(value), most_m2=float(most))


def check_part(name: str, part_m2: Decimal | None, whole_m2: Decimal | None) -> None:
    """Raises AreaExceeds for a part beyond its whole, with the tolerance of the import. What is unknown passes."""
    if part_m2 is not None and whole_m2 is not None and exceeds(exact_mu(part_m2), exact_mu(whole_m2)):
        raise AreaExceeds(name, part_m2, whole_m2)


def check_land(area_m2: Decimal | None, farmland_m2: Decimal | None, pbf_m2: Decimal | None) -> None:
    """Raises AreaExceeds unless land >= farmland >= permanent basic farmland, of those that are known."""
    check_part("farmland_area_m2", farmland_m2, area_m2)
    check_part("pbf_area_m2", pbf_m2, area_m2 if farmland_m2 is None else farmland_m2)
