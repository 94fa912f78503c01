"""What cases tells of hand-overs to public security. Dates are those of the act, `at` is when it was recorded."""

from datetime import date
from uuid import UUID

from shared.contracts.base import Instant
from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import Agency, TransferState


class TransferEvent(CasesEvent):
    transfer_id: UUID
    transfer_no: str
    case_id: UUID
    from_state: TransferState | None
    to_state: TransferState


class TransferOpenedEvent(TransferEvent):
    """mandatory: both flags hold; no fine takes its place."""

    case_no: str
    lead_agency: Agency
    division_code: str
    mandatory: bool


class PoliceTransferDueV1(TransferOpenedEvent):
    """The system has opened it: area and destroyed tillage reach the limit, or legal staff say so."""


class PoliceTransferReportedV1(TransferOpenedEvent):
    """From due or refused_by_chief, or the first of what a team suspects by itself."""

    suspected_crime: str
    report: str
    team: list[str]


class PoliceTransferApprovedV1(TransferEvent):
    approved_by: str


class PoliceTransferNotApprovedV1(TransferEvent):
    refused_by: str


class PoliceTransferHandedOverV1(TransferEvent):
    police_organ: str
    received_at: Instant
    received_by: str
    receipt_no: str
    channel: str
    copied_to_procuratorate_on: date


class PoliceTransferPassedOnV1(TransferEvent):
    police_organ: str
    received_at: Instant


class PoliceTransferSupplementAskedV1(TransferEvent):
    asked_at: Instant
    missing: str


class PoliceTransferSupplementedV1(TransferEvent):
    received_at: Instant


class TransferReplyEvent(TransferEvent):
    document_no: str
    received_on: date


class PoliceTransferFiledV1(TransferReplyEvent):
    pass


class PoliceTransferRefusedV1(TransferReplyEvent):
    pass


class PoliceTransferReconsiderationAskedV1(TransferEvent):
    asked_on: date


class PoliceTransferSupervisionSuggestedV1(TransferEvent):
    asked_on: date


class PoliceTransferReasonsAskedV1(TransferEvent):
    asked_on: date


class PoliceTransferReasonsGivenV1(TransferReplyEvent):
    pass


class PoliceTransferFilingOrderedV1(TransferReplyEvent):
    pass


class PoliceTransferMaterialHandedV1(TransferEvent):
    handed_on: date


class PoliceTransferReturnedV1(TransferEvent):
    back_on: date


class PoliceTransferEndedV1(TransferReplyEvent):
    outcome: str
