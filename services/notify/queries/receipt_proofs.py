"""The slips that go out and the proofs that came back."""

import base64
from collections.abc import Callable

from sqlalchemy import Connection

from services.notify.domain import blocks
from services.notify.domain.channel import Parcel, ParcelKind
from services.notify.domain.channel_wording import file_name
from services.notify.domain.document import Document
from services.notify.domain.errors import RecipientUnknown
from services.notify.domain.receipt_proof import proof_row, slip_id
from services.notify.domain.receipt_slip import slip
from services.notify.storage.documents import DocumentStore
from services.notify.storage.receipt_proofs import ReceiptProofStore
from shared.contracts.codes import ChannelKind
from shared.contracts.receipt_proofs import (
    GetReceiptSlip,
    ListReceiptProofs,
    ReceiptProofList,
    ReceiptProofView,
    ReceiptSlipView,
)
from shared.errors import NotFound
from shared.principal import Actor

_DOCUMENTS, _PROOFS = DocumentStore(), ReceiptProofStore()


def list_receipt_proofs(q: ListReceiptProofs, by: Actor, connection: Connection) -> ReceiptProofList:
    found = _DOCUMENTS.get_seen(connection, q.id, by)
    proofs = _PROOFS.of_document(connection, found.id)
    return ReceiptProofList(items=[ReceiptProofView(id=one.id, **proof_row(one.fact)) for one in proofs])


def get_receipt_slip(
    write: Callable[[blocks.Document], bytes], q: GetReceiptSlip, by: Actor, connection: Connection
) -> ReceiptSlipView:
    """write: a DOCX. Raises NotFound while it is not issued, RecipientUnknown."""
    found = _DOCUMENTS.get_seen(connection, q.id, by)
    parcel = _parcel(found, q.recipient)
    made = write(slip(parcel, ChannelKind.PAPER, q.handed_by))
    name = f"送达回证 {file_name(parcel.number or parcel.title)} {file_name(q.recipient)}.docx"
    return ReceiptSlipView(file_name=name, content=base64.b64encode(made).decode())


def _parcel(found: Document, recipient: str) -> Parcel:
    if found.frozen is None or found.issued_at is None:
        raise NotFound
    if recipient not in (names := [receipt.recipient for receipt in found.receipts]):
        raise RecipientUnknown(recipient, names)
    return Parcel(
        delivery_id=slip_id(found.id, recipient),
        document_id=found.id,
        about="document",
        kind=ParcelKind.SERVE,
        number=found.number.text if found.number else "",
        title=found.title,
        issuer=found.frozen.issuer,
        recipient=recipient,
        recipient_name=recipient,
        sha256=next((file.sha256 for file in found.frozen.files if file.format == "pdf"), ""),
        signature="",
        link="",
        verify_url="",
        made_at=found.issued_at,
    )
