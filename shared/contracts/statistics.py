"""Statistics with their identity checks (domain.md 5.3): question and table."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.base import AreaM2, Instant, ListQuery, Query, ShortText, View
from shared.contracts.codes import ViolationType, WorkKind
from shared.contracts.work import Prefix, Ring

Month = Annotated[
    str, StringConstraints(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$"), Field(description="a month, like 2026-04")
]

Period = Annotated[
    str,
    StringConstraints(pattern=r"^(19|20)\d\d(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?$"),
    Field(description="a month, quarter, half-year or year, like 2026-06, 2026-Q2, 2026-H1, 2026"),
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


class AskStatistics(Query):
    """What is counted. With a period: all there was at its end; since, until and rows of months are then refused."""

    kind: WorkKind
    by: StatisticBy = StatisticBy.TOWNSHIP
    period: Period | None = None
    since: Month | None = None
    until: Month | None = None
    division: Prefix | None = None
    polygon: Ring | None = Field(
        None, description="ring of 'longitude,latitude' points with blanks between: of what has its position inside"
    )
    violation_type: ViolationType | None = None
    basis: Literal["original", "verified"] = Field(
        "original", description="of patches that were cut: the original ones, or the parts that were verified"
    )


class GetStatisticTable(AskStatistics, operation="cases.statistic_table"):
    """How many, and how much land, by township, type, period or state, of what the caller may see.

    Without a period, what began from one month to another, as it stands now; with one, everything as it stood at 24:00
    of its last day. Those figures rest on what had been told by then and never change: what is told later of a day
    within it is `late`, beside them. Every whole is shown beside the sum of its parts: where they differ, `difference`
    is not 0 and the table is not to be published.
    """


class ListStatisticItems(AskStatistics, ListQuery, operation="cases.statistic_items"):
    """What a figure of a table counts, one by one. What the caller no longer may see is not among them."""

    column: ShortText = Field("total", description="name of a column of the table")
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{0,40}$")] | None = Field(
        None, description="key of a row of the table, also an empty one; left out: the whole table"
    )
    late: bool = Field(False, description="of a period: what was told after its end, of a day within it")


class StatisticItem(View):
    """As it counts in the figure: of a period, as it stood at its end; late ones as they were told afterwards."""

    id: UUID
    kind: WorkKind
    number: str
    aliases: list[str] = Field(description="other numbers: of the patch, the clue, the case")
    title: str
    state: str
    outcome: str
    division_code: str
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2
    done_area_m2: AreaM2
    told_at: Instant = Field(description="when what counts was told")
    valid_at: Instant = Field(description="since when that holds, as its papers have it")
    case_id: UUID | None


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
    late: dict[str, Amount] = Field(
        default_factory=dict,
        description="of a period, by column: what was told after its end of days within it would add; not in amounts",
    )


class PeriodTold(View):
    """ended: its figures stand; before that they are those of today."""

    period: Period
    ends_at: Instant
    ended: bool


class StatisticTable(View):
    kind: WorkKind
    by: StatisticBy
    period: PeriodTold | None = None
    columns: list[StatisticColumn]
    rows: list[StatisticRow]
    total: StatisticRow
    difference: int = Field(description="how many identities do not hold; publish only at 0")
