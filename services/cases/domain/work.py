"""Work: every object of cases as one row of a working list, and who holds it in which state (domain.md 3, 5.7).

HOLDERS is the whole answer to "with whom does it lie?": a state that is missing there belongs to the coordinator, and
a test finds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.clock import local_day
from shared.contracts.codes import Agency, Holder, WorkKind
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS

_CITY_DIGITS, _REGION_DIGITS = 4, 2
_COORDINATOR, _TOWNSHIP, _ASSIGNEE = Holder.COORDINATOR, Holder.TOWNSHIP, Holder.ASSIGNEE
_LEAD, _POLICE, _PARTY = Holder.LEAD_AGENCY, Holder.PUBLIC_SECURITY, Holder.PARTY
_COURT, _SUPERIOR, _NOBODY = Holder.COURT, Holder.SUPERIOR, Holder.NOBODY

HOLDERS: Mapping[WorkKind, Mapping[str, Holder]] = {
    WorkKind.CLUE: {
        "received": _COORDINATOR,
        "deduplicated": _COORDINATOR,
        "linked_to_existing": _NOBODY,
        "assigned": _ASSIGNEE,
        "signed": _ASSIGNEE,
        "returned_unit_wrong": _COORDINATOR,
        "verifying": _ASSIGNEE,
        "opinion_submitted": _COORDINATOR,
        "county_review": _COORDINATOR,
        "city_review": _SUPERIOR,
        "province_review": _SUPERIOR,
        "sent_back": _ASSIGNEE,
        "review_ended": _COORDINATOR,
        "transferred_out": _COORDINATOR,
        "to_case": _NOBODY,
        "split": _NOBODY,
        "closed_legal": _NOBODY,
        "closed_other": _NOBODY,
        "rejected": _NOBODY,
        "archived": _NOBODY,
    },
    WorkKind.CASE: {
        "stopped": _LEAD,
        "not_filed": _NOBODY,
        "filed": _LEAD,
        "investigating": _LEAD,
        "suspended": _LEAD,
        "terminated": _LEAD,
        "report_done": _LEAD,
        "under_review": _LEAD,
        "legal_review": _LEAD,
        "collective": _LEAD,
        "noticed": _LEAD,
        "hearing": _LEAD,
        "decided": _LEAD,
        "no_penalty": _LEAD,
        "served": _PARTY,
        "performing": _PARTY,
        "demanded": _PARTY,
        "court_applied": _COURT,
        "court_ruled": _LEAD,
        "executed": _LEAD,
        "closed": _LEAD,
        "archived": _NOBODY,
        "reopened": _LEAD,
    },
    WorkKind.RECTIFICATION: {
        "open": _COORDINATOR,
        "plan_set": _TOWNSHIP,
        "rectifying": _TOWNSHIP,
        "reported": _TOWNSHIP,
        "township_checked": _COORDINATOR,
        "accepted_county": _COORDINATOR,
        "reviewing_up": _SUPERIOR,
        "sent_back": _TOWNSHIP,
        "struck_off": _TOWNSHIP,
        "reopened": _COORDINATOR,
    },
    WorkKind.JOINT_ACTION: {
        "notified": _LEAD,
        "partly_signed": _LEAD,
        "all_signed": _LEAD,
        "met": _LEAD,
        "acting": _LEAD,
        "acted": _LEAD,
        "feedback_partial": _LEAD,
        "feedback_complete": _LEAD,
        "postponed": _COORDINATOR,
        "cancelled": _NOBODY,
        "closed": _NOBODY,
    },
    WorkKind.LISTING: {
        "proposed": _COORDINATOR,
        "declined": _NOBODY,
        "approved": _COORDINATOR,
        "notified": _TOWNSHIP,
        "signed": _TOWNSHIP,
        "in_progress": _TOWNSHIP,
        "extended": _TOWNSHIP,
        "done_reported": _COORDINATOR,
        "verified": _COORDINATOR,
        "delisted": _NOBODY,
        "published": _NOBODY,
        "overdue": _COORDINATOR,
        "talk": _TOWNSHIP,
    },
    WorkKind.POLICE_TRANSFER: {
        "due": _LEAD,
        "reported": _LEAD,
        "approved": _LEAD,
        "refused_by_chief": _LEAD,
        "receipted": _POLICE,
        "supplement_asked": _LEAD,
        "filed": _POLICE,
        "refused": _LEAD,
        "reconsidering": _POLICE,
        "refused_final": _LEAD,
        "proc_supervision": _POLICE,
        "closed_admin": _NOBODY,
        "ended": _NOBODY,
    },
    WorkKind.ASSISTANCE_REQUEST: {
        "requested": _ASSIGNEE,
        "extended": _ASSIGNEE,
        "answered": _NOBODY,
        "refused": _NOBODY,
        "withdrawn": _NOBODY,
    },
    WorkKind.ACTION_PROPOSAL: {"proposed": _COORDINATOR, "approved": _NOBODY, "declined": _NOBODY},
}
# The work is done; somebody holds it only as long as a clock still runs (archive, the next season's check).
AFTERWARDS: frozenset[tuple[WorkKind, str]] = frozenset(
    {(WorkKind.CASE, "closed"), (WorkKind.RECTIFICATION, "struck_off")}
)


@dataclass(frozen=True)
class OfCase:
    """What an object beside a case has from it: who leads, whom and what it is about, where."""

    lead_agency: Agency | None = None
    party_name: str = ""
    violation_types: tuple[str, ...] = ()
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, kw_only=True)
class WorkItem:
    """One object as lists, search and statistics see it.

    aliases: other numbers by which people know it. state_since: None, as it was. outcome: what the object has come to,
    beside its state: opinion of a clue, method of an item, ground of a closed case; "" for not yet. part: whole,
    parent (cut in child patches) or child. agency: that holds it where the holder is an agency; None: the lead agency
    of its case. done_area_m2: accepted as put right. about: what more is searched. review: of a clue that became a
    case while the levels above review it: where that stands, and so whom it waits for. geometry: GeoJSON, EPSG:4490.
    held: who holds it in place of who its state says. given_agency, asking_agency: of a letter, who is asked, who asks.
    told_at, valid_at: when what it is now was told, and since when that holds; None, as it was.
    """

    id: UUID
    kind: WorkKind
    version: int
    number: str
    title: str
    state: str
    division_code: str
    place: str
    opened_at: datetime
    state_since: datetime | None = None
    told_at: datetime | None = None
    valid_at: datetime | None = None
    aliases: tuple[str, ...] = ()
    outcome: str = ""
    part: str = "whole"
    case_id: UUID | None = None
    of_case: OfCase = OfCase()
    officers: tuple[str, ...] = ()
    given_township: str | None = None
    given_agency: Agency | None = None
    asking_agency: Agency | None = None
    agency: Agency | None = None
    area_m2: Decimal | None = None
    farmland_area_m2: Decimal | None = None
    pbf_area_m2: Decimal | None = None
    done_area_m2: Decimal = Decimal(0)
    due_on: date | None = None
    about: str = ""
    review: str = ""
    geometry: Mapping[str, Any] | None = None
    held: Holder | None = None

    @property
    def holder(self) -> Holder:
        if self.held is not None:
            return self.held
        held = HOLDERS[self.kind].get(self.review or self.state, Holder.COORDINATOR)
        over = (self.kind, self.state) in AFTERWARDS and self.due_on is None
        return Holder.NOBODY if over else held

    @property
    def holder_unit(self) -> str | None:
        """The office that holds it, `coordinator:640521`, `township:640521104`, `natural_resources:640521`."""
        return None if self.holder is Holder.NOBODY else self._unit(self.holder)

    @property
    def month(self) -> int:
        """When it began, as yyyymm in Asia/Shanghai."""
        day = local_day(self.opened_at)
        return day.year * 100 + day.month

    def _unit(self, holder: Holder) -> str:
        county, township = self.division_code[:COUNTY_DIGITS], self.division_code[:TOWNSHIP_DIGITS]
        if holder is Holder.TOWNSHIP:
            return f"township:{township}"
        if holder is Holder.ASSIGNEE:
            if self.given_agency is not None:
                return f"{self.given_agency.value}:{county}"
            return f"township:{self.given_township or township}"
        if holder is Holder.SUPERIOR:
            digits = _REGION_DIGITS if "province_review" in (self.state, self.review) else _CITY_DIGITS
            return f"superior:{self.division_code[:digits]}"
        if holder is Holder.LEAD_AGENCY:
            agency = self.agency or self.of_case.lead_agency or Agency.NATURAL_RESOURCES
            return f"{agency.value}:{county}"
        return f"{holder.value}:{county}"


def bounds(item: WorkItem) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees: of its shape, or of its position; None where nothing is known."""
    points = list(_points(item.geometry.get("coordinates", ()))) if item.geometry else []
    if item.of_case.longitude is not None and item.of_case.latitude is not None:
        points.append((item.of_case.longitude, item.of_case.latitude))
    if not points:
        return None
    east, north = zip(*points, strict=True)
    return min(east), min(north), max(east), max(north)


def _points(coordinates: Any) -> list[tuple[float, float]]:
    if not coordinates:
        return []
    if isinstance(coordinates[0], int | float):
        return [(float(coordinates[0]), float(coordinates[1]))]
    return [point for part in coordinates for point in _points(part)]
