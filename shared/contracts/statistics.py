"""Statistics with their identity checks (domain.md 5.3): question and table."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Query, View
from shared.contracts.codes import ViolationType, WorkKind
from shared.contracts.work import Prefix

Month = Annotated[
    str, StringConstraints(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$"), Field(description="a month, like 2026-04")
]


class StatisticBy(StrEnum):
    """What the rows of a table are."""

    COUNTY = "county"
    TOWNSHIP = "township"
    VIOLATION_TYPE = "violation_type"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    STATE = "state"
    LEAD_AGENCY = "lead_agency"


class GetStatisticTable(Query, operation="cases.statistic_table"):
    """How many, and how much land, by township, type, period or state, of what the caller may see.

    What began from one month to another, as it stands now. Every whole is shown beside the sum of its parts: where they
    differ, `difference` is not 0 and the table is not to be published.
    """

    kind: WorkKind
    by: StatisticBy = StatisticBy.TOWNSHIP
    since: Month | None = None
    until: Month | None = None
    division: Prefix | None = None
    violation_type: ViolationType | None = None
    basis: Literal["original", "verified"] = Field(
        "original", description="of patches that were cut: the original ones, or the parts that were verified"
    )


class Amount(View):
    """Square metres are added and then turned into mu."""

    items: int
    area_m2: float
    farmland_area_m2: float
    pbf_area_m2: float
    done_area_m2: float = Field(description="accepted as put right")
    area_mu: float
    farmland_area_mu: float
    pbf_area_mu: float
    done_area_mu: float


class StatisticColumn(View):
    name: str
    title: str
    part_of: str | None = Field(description="the column that this one and its sisters add up to; null: none")


class Difference(View):
    """A whole less the sum of its parts."""

    whole: str
    items: int
    area_m2: float
    farmland_area_m2: float
    pbf_area_m2: float


class Rate(View):
    name: str
    title: str
    by_items: float | None = Field(description="0 to 1; null: nothing to divide by")
    by_area: float | None


class StatisticRow(View):
    key: str = Field(description="division code, type, period, state; empty: not said")
    title: str
    amounts: dict[str, Amount] = Field(description="by column")
    differences: list[Difference]
    rates: list[Rate]


class StatisticTable(View):
    kind: WorkKind
    by: StatisticBy
    columns: list[StatisticColumn]
    rows: list[StatisticRow]
    total: StatisticRow
    difference: int = Field(description="how many identities do not hold; publish only at 0")
