"""The read side: notices and recipients as the caller may see them, always through storage/scope.py."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.notify.domain.notice import Notice
from services.notify.storage import assistance
from services.notify.storage.outages import visible
from services.notify.storage.repository import NoticeStore, receipts_of
from services.notify.storage.scope import Scope, scope_of
from services.notify.storage.tables import assistance_notice, notice, outage_notice
from shared.contracts.assistance_notices import AssistanceNoticeView, ListAssistanceNotices
from shared.contracts.base import Page
from shared.contracts.codes import NoticeKind
from shared.contracts.notify import (
    GetNotice,
    ListNotices,
    NoticeReceipt,
    NoticeRow,
    NoticeView,
)
from shared.contracts.outage_notices import ListOutageNotices, OutageNoticeView
from shared.paging import Listing, page
from shared.principal import Actor

_LISTING = Listing(
    columns=[column for column in notice.c if column.name not in ("body", "sha256", "issuer", "caused_by")],
    keys=(notice.c.issued_at, notice.c.id),
)
_STORE = NoticeStore()
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


def get_notice(q: GetNotice, by: Actor, connection: Connection) -> NoticeView:
    """One notice with its text; NotFound for one the caller does not see."""
    found, scope = _STORE.get(connection, q.id), scope_of(by)
    scope.require(found)
    return notice_view(found, scope)


def list_notices(q: ListNotices, by: Actor, connection: Connection) -> Page[NoticeRow]:
    """Newest first. unsigned: a clerk's own signature is missing; for the coordinator, anybody's."""
    scope = scope_of(by)

    def views(rows: list[dict[str, Any]]) -> list[NoticeRow]:
        receipts = receipts_of(connection, [row["id"] for row in rows])
        return [NoticeRow(**_row(_listed(row, receipts), scope)) for row in rows]

    return page(_LISTING, _asked(q, scope), q, connection, views)


def notice_view(found: Notice, scope: Scope) -> NoticeView:
    """A notice as a scope sees it."""
    return NoticeView(**_row(found, scope), issuer=found.issuer, body=found.body, sha256=found.sha256)


def _row(found: Notice, scope: Scope) -> dict[str, Any]:
    return {
        "id": found.id,
        "version": scope.version(found),
        "notice_no": found.notice_no,
        "kind": found.kind,
        "title": found.title,
        "case_id": found.case_id,
        "issued_at": found.issued_at,
        "main_recipient": found.main_recipient,
        "copies": found.copies,
        "receipts": [
            NoticeReceipt(
                recipient=receipt.recipient,
                line=receipt.line,
                state=receipt.state,
                delivered_at=receipt.delivered_at,
                signed_at=receipt.signed_at,
                signed_by=receipt.signed_by,
            )
            for receipt in scope.receipts(found)
        ],
    }


def _listed(row: Mapping[str, Any], receipts: Mapping[UUID, Any]) -> Notice:
    return Notice(**{**row, "kind": NoticeKind(row["kind"]), "receipts": receipts[row["id"]]})


def _asked(q: ListNotices, scope: Scope) -> list[sa.ColumnElement[bool]]:
    asked = [scope.condition()]
    if q.kind is not None:
        asked.append(notice.c.kind == q.kind.value)
    if q.case_id is not None:
        asked.append(notice.c.case_id == q.case_id)
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
