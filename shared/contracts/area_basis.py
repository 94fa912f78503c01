"""What the areas of an act rest on: the claim, the official values beside it, how they differ (domain.md 2.6)."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.land import Measured


class ClaimDifference(Contract):
    """What was claimed beside what was measured. flagged: more than 0.01 mu apart."""

    field: Literal["area_m2", "farmland_area_m2", "pbf_area_m2"]
    claimed_m2: Measured
    measured_m2: Measured
    difference_mu: Measured
    flagged: bool


class ClaimedAreas(Contract):
    """Areas as a person states them, m2."""

    area_m2: Measured
    farmland_area_m2: Measured
    pbf_area_m2: Measured


class OfficialAreas(Contract):
    """Areas as the overlay of the day before the act measured them; null: no layer says so. Nobody edits them."""

    overlay_id: UUID
    on_day: date
    area_m2: Measured
    farmland_area_m2: Measured | None
    pbf_area_m2: Measured | None


class AreaBasis(Contract):
    """What the areas of a clue or a case rest on (domain.md 9 #10).

    official null: nobody has laid it over layers of the day before the act.

    What is official counts: for the limits of the crime, protected farmland, statistics, rectification.
    differences: the claim beside the official areas, else beside the area of the clue's own shape.
    """

    claimed: ClaimedAreas
    official: OfficialAreas | None
    differences: list[ClaimDifference] = Field(default_factory=list)
