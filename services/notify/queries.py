"""The read side: notices and recipients as the caller may see them, always through storage/scope.py."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from services.notify.domain.notice import WEBHOOK, Notice
from services.notify.domain.offices import COUNTY_DIGITS, party_of
from services.notify.storage.repository import NoticeStore, receipts_of
from services.notify.storage.scope import Scope, scope_of
from services.notify.storage.tables import delivery, endpoint, notice, notice_receipt
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
from shared.errors import InvalidInput, NotFound
from shared.principal import Actor

_ROW_COLUMNS = [column for column in notice.c if column.name not in ("body", "sha256", "issuer", "caused_by")]
_STORE = NoticeStore()


def get_notice(query: GetNotice, by: Actor, connection: Connection) -> NoticeView:
    """One notice with its text; NotFound for one the caller does not see."""
    found, scope = _STORE.get(connection, query.id), scope_of(by)
    scope.require(found)
    return notice_view(found, scope)


def list_notices(query: ListNotices, by: Actor, connection: Connection) -> Page[NoticeRow]:
    """Newest first. unsigned: a clerk's own signature is missing; for the coordinator, anybody's."""
    scope = scope_of(by)
    asked = _asked(query, scope)
    statement = sa.select(*_ROW_COLUMNS).where(*asked)
    if query.cursor is not None:
        statement = statement.where(sa.tuple_(notice.c.issued_at, notice.c.id) < _after(query.cursor))
    newest_first = statement.order_by(notice.c.issued_at.desc(), notice.c.id.desc()).limit(query.limit + 1)
    rows = connection.execute(newest_first).mappings().all()
    page = rows[: query.limit]
    receipts = receipts_of(connection, [row["id"] for row in page])
    total = None
    if query.with_total:
        total = connection.execute(sa.select(sa.func.count()).select_from(notice).where(*asked)).scalar_one()
    return Page[NoticeRow](
        items=[NoticeRow(**_row(_listed(row, receipts), scope)) for row in page],
        next_cursor=_cursor(page[-1]) if len(rows) > query.limit else None,
        total=total,
    )


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


def _listed(row: RowMapping, receipts: Mapping[UUID, Any]) -> Notice:
    return Notice(**{**row, "kind": NoticeKind(row["kind"]), "receipts": receipts[row["id"]]})


def _asked(query: ListNotices, scope: Scope) -> list[sa.ColumnElement[bool]]:
    asked = [scope.condition()]
    if query.kind is not None:
        asked.append(notice.c.kind == query.kind.value)
    if query.case_id is not None:
        asked.append(notice.c.case_id == query.case_id)
    if query.unsigned:
        asked.append(scope.has_receipt(unsigned=True))
    return asked


def _cursor(row: RowMapping) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([row["issued_at"].isoformat(), str(row["id"])])).decode()


def _after(cursor: str) -> sa.Tuple:
    """Where the page before ended; InvalidInput for a cursor that we did not give."""
    try:
        at, id_ = orjson.loads(base64.urlsafe_b64decode(cursor))
        values = datetime.fromisoformat(at), UUID(id_)
        if values[0].tzinfo is None:
            raise ValueError("no zone")
    except (binascii.Error, ValueError, TypeError, AttributeError) as error:
        raise InvalidInput("invalid-cursor", "cursor") from error
    return sa.tuple_(sa.literal(values[0], notice.c.issued_at.type), sa.literal(values[1], notice.c.id.type))


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
        sa.select(notice_receipt.c.recipient, sa.func.count())
        .join(notice, notice.c.id == notice_receipt.c.notice_id)
        .where(notice_receipt.c.signed_at.is_(None), notice.c.jurisdiction.startswith(county, autoescape=True))
        .group_by(notice_receipt.c.recipient)
    )
    return {recipient: number for recipient, number in rows}  # noqa: C416 - rows are not plain pairs
