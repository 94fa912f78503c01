"""Working lists, what is stuck, search: questions and answers."""

import re
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared.contracts.base import AreaM2, Instant, Latitude, ListQuery, Longitude, Query, ShortText, View
from shared.contracts.codes import Agency, Holder, ViolationType, WorkKind, WorkList
from shared.rings import crosses_itself

Prefix = Annotated[
    str, Field(pattern=r"^(\d{6}|\d{9}|\d{12})$", description="division of 6, 9 or 12 digits and all that is in it")
]
State = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
MOST_POINTS = 200
_POINT = re.compile(r"-?\d{1,3}(\.\d{1,12})?,-?\d{1,2}(\.\d{1,12})?", re.ASCII)


def _ring(said: str) -> str:
    points = said.split()
    if not 3 <= len(points) <= MOST_POINTS or not all(_POINT.fullmatch(point) for point in points):
        raise PydanticCustomError("polygon_malformed", "not three to two hundred points of longitude,latitude")
    if crosses_itself(ring_points(said)):
        raise PydanticCustomError("polygon_crosses", "the polygon crosses itself or encloses nothing")
    return said


Ring = Annotated[str, StringConstraints(max_length=8000), AfterValidator(_ring)]


def ring_points(said: str) -> list[tuple[float, float]]:
    """Longitude and latitude of the points of a Ring."""
    pairs = (point.split(",") for point in said.split())
    return [(float(longitude), float(latitude)) for longitude, latitude in pairs]


class ListWork(ListQuery, operation="work.list"):
    """Work, of every kind in one list.

    mine: held by my office and naming me. unit: held by my office. due_today, overdue: by the earliest clock that runs.
    stuck: what waits longest in its state first. all: the newest first, ended ones too.
    """

    which: WorkList = WorkList.ALL
    kind: WorkKind | None = None
    state: State | None = None
    division: Prefix | None = None
    violation_type: ViolationType | None = None
    holder: Holder | None = None
    holder_unit: ShortText | None = Field(None, description="coordinator:640521, township:640521104, …")
    officer: ShortText | None = Field(None, description="a name among those who handle it")
    step: Annotated[int, Field(ge=0, le=5)] | None = Field(None, description="the ladder has been climbed to E0 … E5")
    since: date | None = Field(None, description="begun on this day or later")
    until: date | None = Field(None, description="begun on this day or earlier")
    with_total: bool = Field(False, description="the number of all, counted up to 10,000")


class WorkRow(View):
    id: UUID
    kind: WorkKind
    number: str
    aliases: list[str] = Field(description="other numbers: of the patch, the clue, the case, the decision, the paper")
    version: int
    title: str
    state: str
    state_since: Instant
    days_in_state: int = Field(description="whole days since then")
    outcome: str = Field(description="opinion, method, ground, level; empty: not yet")
    open: bool
    holder: Holder
    holder_unit: str | None
    holder_name: str = Field(description="what the office is called; empty: nobody")
    officers: list[str]
    lead_agency: Agency | None
    division_code: str
    place: str
    party_name: str
    violation_types: list[str]
    area_m2: AreaM2
    area_mu: float
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2
    opened_at: Instant
    due_on: date | None
    overdue_days: int = Field(description="calendar days over the earliest clock; 0 in time")
    ladder_step: int | None = Field(description="0 to 5: E0 … E5")
    case_id: UUID | None


class GetStuck(Query, operation="work.stuck"):
    """Where work is stuck, with whom, and for how long: one row for every kind, state and office."""

    kind: WorkKind | None = None
    division: Prefix | None = None


class StuckRow(View):
    kind: WorkKind
    state: str
    holder_unit: str
    holder_name: str = Field(description="what the office is called")
    items: int
    longest_since: Instant
    longest_days: int
    longest_id: UUID
    longest_number: str


class StuckBoard(View):
    """What has waited longest first."""

    items: list[StuckRow]


class Search(Query, operation="work.search"):
    """Search over everything the caller may see, the last entered first; what is given must all be met."""

    q: ShortText | None = Field(None, description="words, all of which occur: in numbers, titles, parties, places")
    no: ShortText | None = Field(None, description="a number as a whole, its own or another by which it is known")
    party: ShortText | None = Field(None, description="part of the party's name")
    place: ShortText | None = Field(None, description="part of the place")
    kind: WorkKind | None = None
    division: Prefix | None = None
    west: Longitude | None = Field(None, description="box in degrees, with south, east, north: what it touches")
    south: Latitude | None = None
    east: Longitude | None = None
    north: Latitude | None = None
    polygon: Ring | None = Field(
        None, description="ring of 'longitude,latitude' points with blanks between: what has its position inside"
    )
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None

    @model_validator(mode="after")
    def _whole_box(self) -> Self:
        edges = (self.west, self.south, self.east, self.north)
        if any(edge is not None for edge in edges):
            if any(edge is None for edge in edges):
                raise PydanticCustomError("box_incomplete", "a box has west, south, east and north")
            assert self.west is not None and self.east is not None  # noqa: PT018
            assert self.south is not None and self.north is not None  # noqa: PT018
            if self.west > self.east or self.south > self.north:
                raise PydanticCustomError("box_reversed", "west, south are the smaller ones")
        return self

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north; that of the polygon where there is no box."""
        if self.west is not None:
            edges: Any = (self.west, self.south, self.east, self.north)
            return tuple(edges)
        if self.polygon is not None:
            east, north = zip(*self.points, strict=True)
            return min(east), min(north), max(east), max(north)
        return None

    @property
    def points(self) -> list[tuple[float, float]]:
        """Of the polygon."""
        return ring_points(self.polygon or "")
