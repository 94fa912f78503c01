"""What cases tells of cases that were taken over from paper: one event each for the case and for the clue it has."""

from decimal import Decimal
from uuid import UUID

from shared.contracts.base import AreaM2, Instant
from shared.contracts.cases_events import CaseOpenedEvent, CasesEvent, ClueEvent
from shared.contracts.codes import ClosingGround, ClueSource, ViolationType
from shared.contracts.procedure import Yuan


class ClueTakenOverV1(ClueEvent):
    """The clue of a case that was filed before this house kept it; it is a case from the beginning."""

    clue_source: ClueSource
    division_code: str
    division_name: str
    place: str
    description: str
    longitude: float | None
    latitude: float | None
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2
    violation_type: ViolationType
    received_at: Instant
    case_id: UUID
    case_no: str


class CaseTakenOverV1(CaseOpenedEvent):
    """A case as its paper says it stands. `at` is when it was taken over; all else happened on its own days.

    state_since: when it came into its state. Its clocks started on those days.
    """

    import_id: UUID
    old_no: str
    area_threshold_met: bool | None
    near_threshold: bool
    filed_at: Instant
    state_since: Instant
    notice_served_at: Instant | None
    decision_no: str | None
    decided_at: Instant | None
    fine_yuan: Yuan = Decimal(0)
    served_at: Instant | None
    closed_at: Instant | None
    closing_ground: ClosingGround | None


class CaseImportFinishedV1(CasesEvent):
    """dry_run: nothing was taken over; rows_created counts what would have been."""

    import_id: UUID
    file_name: str
    file_sha256: str
    dry_run: bool
    rows_created: int
    rows_known: int
    rows_rejected: int
    refused: bool
