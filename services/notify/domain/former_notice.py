"""Notices issued before each was an official document: what their events say of the document they are now.

Their text was numbered, kept and digested, but never printed or signed: as documents they have a template that says so,
no files and nothing that a stranger could verify. The digest that is signed for is that of the text.
"""

import hashlib
import re
from typing import Any

from services.notify.domain.addressed import addressed_to
from services.notify.domain.frozen import Frozen, Number
from services.notify.domain.verify_codes import CODE_BYTES, code_of
from shared.clock import local_day
from shared.contracts.codes import ChannelKind, DocumentState, title
from shared.contracts.documents import COORDINATION, DocumentContent, DocumentReceipt, DocumentService
from shared.contracts.notify import (
    NoticeDeliveredV1,
    NoticeDeliveryExhaustedV1,
    NoticeDeliveryResumedV1,
    NoticeIssuedV1,
    NoticeSignedV1,
    NotifyEvent,
)

TEMPLATE = "former_notice/1"
BODY = "body"
_NUMBER = re.compile(r"^(.+)〔(\d{4})〕(\d+)号$")


def apply_former(document: Any, event: NotifyEvent) -> None:
    """document: a Document; TypeError for an event that no notice told."""
    if isinstance(event, NoticeIssuedV1):
        _issued(document, event)
        return
    change = _change(event)
    document.receipts = tuple(
        receipt.model_copy(update={**change(receipt), "version": receipt.version + 1})
        if receipt.code == event.recipient  # type: ignore[attr-defined]
        else receipt
        for receipt in document.receipts
    )
    document.state = _state(document.receipts)


def _issued(document: Any, event: NoticeIssuedV1) -> None:
    lines = [(line, title(line.recipient)) for line in event.recipients]
    main = [name for line, name in lines if line.line == "main"]
    copies = [name for line, name in lines if line.line == "copy"]
    codes = {name: line.recipient.value for line, name in lines}
    found = _NUMBER.match(event.notice_no)
    document.type, document.office, document.approver = event.kind.value, COORDINATION, "office_director"
    document.title, document.case_id = event.title, event.case_id
    document.content = DocumentContent(to=main, copies=copies, facts={BODY: event.body})
    document.verify_code = code_of(hashlib.sha256(document.id.bytes).digest()[:CODE_BYTES])
    document.drafted_at = document.issued_at = document.approved_at = event.at
    document.dated_on = local_day(event.at)
    document.number = Number(found[1], int(found[2]), int(found[3]), event.notice_no) if found else None
    document.frozen = Frozen(event.issuer, TEMPLATE, event.sha256, (), None)
    service = DocumentService(round=1, channel=ChannelKind.INBOX, served_at=event.at)
    document.receipts = tuple(
        receipt.model_copy(update={"services": [service]}) for receipt in addressed_to(main, copies, codes)
    )
    document.state = DocumentState.ISSUED


def _change(event: NotifyEvent) -> Any:
    match event:
        case NoticeDeliveredV1():
            return lambda _: {"delivered_at": event.at, "channel": event.channel}
        case NoticeSignedV1():
            return lambda _: {"signed_at": event.at, "signed_by": event.signed_by}
        case NoticeDeliveryExhaustedV1():
            return lambda receipt: {"services": [_failed(receipt, event.at, event.error)]}
        case NoticeDeliveryResumedV1():
            return lambda receipt: {"services": [_failed(receipt, None, None)]}
        case _:
            raise TypeError(f"no notice told {type(event).__name__}")


def _failed(receipt: DocumentReceipt, at: Any, error: str | None) -> DocumentService:
    return receipt.services[0].model_copy(update={"failed_at": at, "error": error})


def _state(receipts: tuple[DocumentReceipt, ...]) -> DocumentState:
    if all(receipt.signed_at for receipt in receipts):
        return DocumentState.SIGNED_FOR
    return DocumentState.DELIVERED if all(receipt.delivered_at for receipt in receipts) else DocumentState.ISSUED
