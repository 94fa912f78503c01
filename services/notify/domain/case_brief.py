"""What notify knows of a case: enough to write a notice on it without asking another service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.codes import Agency, CaseState, RectificationState, ViolationType


@dataclass(frozen=True)
class CaseBrief:
    """A case as its events told it. division_code: 12 digits; areas in square metres."""

    case_id: UUID
    case_no: str
    title: str
    state: CaseState
    violation_types: tuple[ViolationType, ...]
    party_name: str
    lead_agency: Agency
    division_code: str
    division_name: str
    place: str
    area_m2: Decimal
    farmland_area_m2: Decimal
    pbf_area_m2: Decimal
    filed_at: datetime


@dataclass(frozen=True)
class RectificationCount:
    """How many rectification items a case has, and how many of them are struck off."""

    ordered: int
    struck_off: int

    @classmethod
    def of(cls, states: Iterable[RectificationState]) -> "RectificationCount":
        known = list(states)
        return cls(len(known), known.count(RectificationState.STRUCK_OFF))
