"""The read side: notices and recipients as the caller may see them, always through storage/scope.py."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.notify.domain.document import Document
from services.notify.domain.document_types import DocumentTypes
from services.notify.domain.plain_text import plain_text
from services.notify.domain.receipts import Standing, grade_at, standing
from services.notify.queries.documents import file_view
from services.notify.storage import assistance
from services.notify.storage.documents import DocumentStore
from services.notify.storage.outages import visible
from services.notify.storage.scope import Scope, scope_of
from services.notify.storage.tables import (
    assistance_notice,
    document,
    outage_notice,
)
from shared.contracts.assistance_notices import AssistanceNoticeView, ListAssistanceNotices
from shared.contracts.base import Page
from shared.contracts.codes import DeliveryState
from shared.contracts.documents import DocumentFileView, DocumentReceipt
from shared.contracts.notify import (
    GetNotice,
    GetNoticeFile,
    ListNotices,
    NoticeReceipt,
    NoticeRow,
    NoticeView,
)
from shared.contracts.outage_notices import ListOutageNotices, OutageNoticeView
from shared.paging import Listing, page
from shared.principal import Actor

_LISTING = Listing(
    columns=[document.c[name] for name in ("drafted_at", "id")], keys=(document.c.drafted_at, document.c.id)
)
_STORE = DocumentStore()
_OUTAGES = Listing(
    columns=[outage_notice.c[name] for name in OutageNoticeView.model_fields],
    keys=(outage_notice.c.issued_at, outage_notice.c.id),
)
_OUTAGE_VIEWS = TypeAdapter(list[OutageNoticeView])
_LETTERS = Listing(
    columns=[assistance_notice.c[name] for name in AssistanceNoticeView.model_fields],
    keys=(assistance_notice.c.issued_at, assistance_notice.c.id),
)
_LETTER_VIEWS = TypeAdapter(list[AssistanceNoticeView])


def get_notice(types: Callable[[], DocumentTypes], q: GetNotice, by: Actor, connection: Connection) -> NoticeView:
    """One notice with its text; NotFound for one the caller does not see. types: reads the register."""
    found, scope = _STORE.get(connection, q.id), scope_of(by)
    scope.require(found)
    return notice_view(found, scope, types())


def list_notices(q: ListNotices, by: Actor, connection: Connection) -> Page[NoticeRow]:
    """Newest first. unsigned: the caller's own signature is missing; for the coordinator, anybody's."""
    scope = scope_of(by)

    def views(rows: list[dict[str, Any]]) -> list[NoticeRow]:
        found = _STORE.get_many(connection, [row["id"] for row in rows])
        return [NoticeRow(**_row(found[row["id"]], scope)) for row in rows]

    return page(_LISTING, _asked(q, scope), q, connection, views)


def get_notice_file(q: GetNoticeFile, by: Actor, connection: Connection) -> DocumentFileView:
    """Raises NotFound for what the caller does not see, and for a former notice, which was never printed."""
    found = _STORE.get(connection, q.id)
    scope_of(by).require(found)
    return file_view(found, q.format)


def notice_view(found: Document, scope: Scope, types: DocumentTypes) -> NoticeView:
    """A notice as a scope sees it."""
    frozen = found.frozen
    return NoticeView(
        **_row(found, scope),
        issuer=frozen.issuer if frozen else "",
        body=plain_text(found, types),
        files=list(frozen.files) if frozen else [],
        verify_code=found.verify_code if frozen and frozen.signature else None,
    )


def _row(found: Document, scope: Scope) -> dict[str, Any]:
    named = {receipt.recipient: receipt.code or receipt.recipient for receipt in found.receipts}
    digests = found.digests
    main = [named.get(name, name) for name in found.content.to]
    return {
        "id": found.id,
        "version": scope.version(found),
        "notice_no": found.number.text if found.number else None,
        "kind": found.type,
        "state": found.state,
        "title": found.title,
        "case_id": found.case_id,
        "dated_on": found.dated_on,
        "issued_at": found.issued_at,
        "sha256": digests[0] if digests else None,
        "main_recipient": main[0] if main else None,
        "copies": [*main[1:], *(named.get(name, name) for name in found.content.copies)],
        "receipts": [_receipt(receipt, found.is_out) for receipt in scope.receipts(found)],
    }


def _receipt(receipt: DocumentReceipt, is_out: bool) -> NoticeReceipt:
    service = receipt.service
    return NoticeReceipt(
        recipient=receipt.code or receipt.recipient,
        name=receipt.recipient,
        line=receipt.line,
        state=_state(receipt, is_out),
        channel=receipt.channel or (service.channel.value if service else None),
        accepted_at=grade_at(receipt),
        **{name: getattr(receipt, name) for name in _SAME},
    )


_SAME = ("delivered_at", "opened_at", "signed_at", "signed_by", "due_at", "urged")


def _state(receipt: DocumentReceipt, is_out: bool) -> DeliveryState:
    """R10: exactly one of these per notice and recipient."""
    at = standing(receipt)
    if at in (Standing.PLACED, Standing.SIGNED):
        return DeliveryState.DELIVERED
    if not is_out:
        return DeliveryState.CANCELLED
    return DeliveryState.EXHAUSTED if at is Standing.EXHAUSTED else DeliveryState.PENDING


def _asked(q: ListNotices, scope: Scope) -> list[sa.ColumnElement[bool]]:
    asked = [scope.condition()]
    if q.kind is not None:
        asked.append(document.c.type == q.kind)
    if q.case_id is not None:
        asked.append(document.c.case_id == q.case_id)
    if q.unsigned:
        asked.append(scope.has_receipt(unsigned=True))
    return asked


def list_outages(q: ListOutageNotices, by: Actor, connection: Connection) -> Page[OutageNoticeView]:
    """Newest first."""
    where = [visible(by)]
    if q.unseen:
        where.append(outage_notice.c.acknowledged_at.is_(None))
    return page(_OUTAGES, where, q, connection, _OUTAGE_VIEWS.validate_python)


def list_assistance_notices(q: ListAssistanceNotices, by: Actor, connection: Connection) -> Page[AssistanceNoticeView]:
    """Newest first."""
    where = [assistance.visible(by)]
    if q.unseen:
        where.append(assistance_notice.c.acknowledged_at.is_(None))
    return page(_LETTERS, where, q, connection, _LETTER_VIEWS.validate_python)
