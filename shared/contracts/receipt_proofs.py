"""Receipts that come back otherwise than through the console: slips, photographs of them, codes that are typed in."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.base import Audited, Command, Event, GetOne, Instant, Int, Sha256, ShortText, View
from shared.contracts.codes import ChannelKind

MOST_PHOTO_BYTES = 20 << 20


class RecordReceipt(Command, on="document", verb="record-receipt"):
    """Record what came back of a recipient (登记回证): that it has it, or, with signed_by, that it has signed for it.

    Of paper: who carried it, the photograph of the slip and the time that is written on it. Of an exchange package or a
    slip whose code is typed in: the code, which holds receiver and time. The same code again changes nothing.
    """

    recipient: ShortText = Field(description="as the document names it")
    code: Annotated[str, StringConstraints(max_length=200)] | None = None
    received_at: Instant | None = Field(None, description="on the paper; left out with a code, which says it")
    signed_by: ShortText | None = None
    handed_by: ShortText | None = Field(None, description="who carried it (送达人)")
    photo_sha256: Sha256 | None = Field(None, description="of what was uploaded to receipt-photos")


class ReceiptProofView(View):
    id: UUID
    document_id: UUID
    recipient: str
    channel: ChannelKind
    code: str | None
    received_at: Instant
    signed_by: str | None
    handed_by: str | None
    photo_sha256: Sha256 | None
    entered_by: str
    entered_at: Instant


class ReceiptProofList(View):
    items: list[ReceiptProofView]


class ListReceiptProofs(GetOne, operation="document.receipt-proofs"):
    """In the order in which they were entered."""


class GetReceiptSlip(GetOne, operation="document.receipt-slip", audited=Audited.EXPORT):
    """The slip to be printed, handed over with the document and signed (送达回证), as DOCX."""

    recipient: ShortText
    handed_by: Annotated[str, StringConstraints(max_length=60)] = ""


class ReceiptSlipView(View):
    file_name: str
    content: str = Field(description="base64")


class ReceiptPhotoView(View):
    sha256: Sha256
    media_type: str
    size: Int


class ReceiptProofRecordedV1(Event, source="notify"):
    at: Instant
    proof_id: UUID
    document_id: UUID
    recipient: str
    channel: ChannelKind
    code: str | None
    received_at: Instant
    signed_by: str | None
    handed_by: str | None
    photo_sha256: Sha256 | None
    entered_by: str
