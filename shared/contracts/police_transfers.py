"""Hand-over of a suspected crime to public security (涉嫌犯罪案件移送, domain.md 3.5): commands, queries, views."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Command, GetOne, Instant, ListQuery, Officers, ShortText, Text, View
from shared.contracts.codes import Agency, TransferState
from shared.contracts.parts import DeadlineView, DocumentRef

Channel = Literal["system", "paper", "package", "mail", "in_person"]


class TransferStep(Command, on="police_transfer", verb=""):
    reason: Text | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class SuspectCrime(Command, on="case", verb="transfer-to-police"):
    """The team's report to the chief on a crime it suspects, by two officers (移送报告, T310 5)."""

    suspected_crime: ShortText
    report: Text
    team: Officers
    reason: Text | None = None
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class ReportTransfer(TransferStep, on="police_transfer", verb="report"):
    """The team's report on a hand-over that is due, or that the chief has refused before."""

    suspected_crime: ShortText
    report: Text
    team: Officers


class ApproveTransfer(TransferStep, on="police_transfer", verb="approve"):
    """The chief, or who stands in for the chief, approves the hand-over (T310 5)."""


class RefuseTransfer(TransferStep, on="police_transfer", verb="refuse-approval"):
    """The chief does not approve it; the reasons are kept."""

    reason: Text


class HandOver(TransferStep, on="police_transfer", verb="hand-over"):
    """Handed over with the whole package; the police have signed the receipt, the procuratorate has a copy."""

    police_organ: ShortText
    received_at: Instant
    received_by: ShortText
    receipt_no: ShortText
    channel: Channel = "system"
    copied_to_procuratorate_on: date


class PassOn(TransferStep, on="police_transfer", verb="pass-on"):
    """The police pass it on to the organ that has jurisdiction (T310 7)."""

    police_organ: ShortText
    received_at: Instant


class AskSupplement(TransferStep, on="police_transfer", verb="ask-supplement"):
    """The police ask for papers that are missing; they may not refuse for that (PSC 180)."""

    asked_at: Instant
    missing: Text


class Supplement(TransferStep, on="police_transfer", verb="supplement"):
    """The missing papers were handed in."""

    received_at: Instant


class PoliceReply(TransferStep, on="police_transfer", verb=""):
    document_no: ShortText
    received_on: date


class PoliceFile(PoliceReply, on="police_transfer", verb="police-file"):
    """The police have filed the case (立案通知)."""


class PoliceRefuse(PoliceReply, on="police_transfer", verb="police-refuse"):
    """The police do not file it (不予立案通知), with reasons and the papers back."""

    reason: Text


class AskReconsideration(TransferStep, on="police_transfer", verb="reconsider"):
    """Ask the police to reconsider, within three days of the refusal (提请复议, T310 9)."""

    asked_on: date


class SuggestSupervision(TransferStep, on="police_transfer", verb="suggest-supervision"):
    """Suggest that the procuratorate supervise the filing (建议立案监督)."""

    asked_on: date


class ProcuratorateAsks(TransferStep, on="police_transfer", verb="procuratorate-asks"):
    """The procuratorate asks the police for their reasons; seven days (PP 10)."""

    asked_on: date


class PoliceExplain(PoliceReply, on="police_transfer", verb="police-explain"):
    """The police have told the procuratorate their reasons."""


class OrderFiling(PoliceReply, on="police_transfer", verb="order-filing"):
    """The procuratorate orders the police to file; fifteen days (PSC 182)."""


class HandMaterial(TransferStep, on="police_transfer", verb="hand-material"):
    """Things and material of the filed case were handed to the police (T310 12)."""

    handed_on: date


class CloseAdmin(TransferStep, on="police_transfer", verb="close-admin"):
    """Back to the agency: not filed in the end, or cancelled by the police (T310 13)."""

    reason: Text
    back_on: date


class EndTransfer(PoliceReply, on="police_transfer", verb="record-judgment"):
    """The criminal procedure has ended with a judgment; no fine is given after a criminal one (APL 35)."""

    outcome: Text


class PoliceTransferRow(View):
    id: UUID
    transfer_no: str = Field(description="ZW-TR-{county6}-{yyyy}-{seq5}")
    version: int
    state: TransferState
    case_id: UUID
    case_no: str
    lead_agency: Agency
    division_code: str
    mandatory: bool = Field(description="area and destroyed tillage both reach the limit")
    opened_at: Instant
    due_on: date | None


class TransferFacts(View):
    """What has come together so far."""

    suspected_crime: str | None = None
    report: str | None = None
    team: list[str] = Field(default_factory=list)
    approved_by: str | None = None
    refusal_by_chief: str | None = None
    police_organ: str | None = None
    received_at: Instant | None = None
    received_by: str | None = None
    receipt_no: str | None = None
    channel: str | None = None
    copied_to_procuratorate_on: date | None = None
    missing: str | None = None
    filed_on: date | None = None
    filing_no: str | None = None
    refused_on: date | None = None
    refusal: str | None = None
    material_handed_on: date | None = None
    filing_ordered_on: date | None = None
    back_on: date | None = None
    outcome: str | None = None


class PoliceTransferView(PoliceTransferRow):
    facts: TransferFacts
    documents: list[DocumentRef]
    deadlines: list[DeadlineView]


class GetPoliceTransfer(GetOne, operation="police_transfer.get"):
    pass


class ListPoliceTransfers(ListQuery, operation="police_transfer.list"):
    state: TransferState | None = None
    case_id: UUID | None = None


TRANSFER_COMMANDS: tuple[type[Command], ...] = (
    ReportTransfer,
    ApproveTransfer,
    RefuseTransfer,
    HandOver,
    PassOn,
    AskSupplement,
    Supplement,
    PoliceFile,
    PoliceRefuse,
    AskReconsideration,
    SuggestSupervision,
    ProcuratorateAsks,
    PoliceExplain,
    OrderFiling,
    HandMaterial,
    CloseAdmin,
    EndTransfer,
)
