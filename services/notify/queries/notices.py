"""The read side: notices and recipients as the caller may see them, always through storage/scope.py."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.notify.domain.notice import WEBHOOK, Notice
from services.notify.domain.offices import party_of
from services.notify.storage import assistance
from services.notify.storage.outages import visible
from services.notify.storage.repository import NoticeStore, receipts_of
from services.notify.storage.scope import Scope, scope_of
from services.notify.storage.tables import assistance_notice, delivery, endpoint, notice, notice_receipt, outage_notice
from shared.contracts.assistance_notices import AssistanceNoticeView, ListAssistanceNotices
from shared.contracts.base import Page
from shared.contracts.codes import DeliveryState, NoticeKind, Recipient, title
from shared.contracts.notify import (
    GetNotice,
    ListNotices,
    ListRecipients,
    NoticeReceipt,
    NoticeRow,
    NoticeView,
    RecipientList,
    RecipientView,
)
from shared.contracts.outage_notices import ListOutageNotices, OutageNoticeView
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
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


def list_recipients(_: ListRecipients, by: Actor, connection: Connection) -> RecipientList:
    """The recipients of the caller's county, with what is still owed to each."""
    county = by.jurisdiction[:COUNTY_DIGITS]
    if len(county) < COUNTY_DIGITS:
        raise NotFound
    owed = _owed(connection, county)
    unsigned = _unsigned(connection, county)
    places = {
        row.party: row
        for row in connection.execute(sa.select(endpoint.c.party, endpoint.c.url, endpoint.c.active)).all()
    }
    return RecipientList(
        items=[
            RecipientView(
                code=recipient,
                name=title(recipient),
                endpoint_url=place.url if (place := places.get(party_of(county, recipient))) else None,
                endpoint_active=place.active if place else None,
                notices_unsigned=unsigned.get(recipient.value, 0),
                deliveries_pending=owed.get((party_of(county, recipient), DeliveryState.PENDING.value), 0),
                deliveries_exhausted=owed.get((party_of(county, recipient), DeliveryState.EXHAUSTED.value), 0),
            )
            for recipient in Recipient
        ]
    )


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


def _owed(connection: Connection, county: str) -> dict[tuple[str, str], int]:
    """Deliveries to endpoints, by party and state."""
    rows = connection.execute(
        sa.select(delivery.c.party, delivery.c.state, sa.func.count())
        .where(
            delivery.c.channel == WEBHOOK,
            delivery.c.party.in_([party_of(county, recipient) for recipient in Recipient]),
            delivery.c.state.in_([DeliveryState.PENDING.value, DeliveryState.EXHAUSTED.value]),
        )
        .group_by(delivery.c.party, delivery.c.state)
    )
    return {(party, state): number for party, state, number in rows}


def _unsigned(connection: Connection, county: str) -> dict[str, int]:
    rows = connection.execute(
        sa.select(notice_receipt.c.recipient, sa.func.count().label("number"))
        .join(notice, notice.c.id == notice_receipt.c.notice_id)
        .where(notice_receipt.c.signed_at.is_(None), notice.c.jurisdiction.startswith(county, autoescape=True))
        .group_by(notice_receipt.c.recipient)
    )
    return {row.recipient: row.number for row in rows}


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
