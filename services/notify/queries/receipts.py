"""Who has not signed for what was sent: the list for whoever must see to it, and the rows for the next bulletin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.domain.document_table import OUT
from services.notify.domain.receipt_terms import ReceiptTerms, last_day
from services.notify.storage.documents import visible
from services.notify.storage.tables import document, document_receipt
from shared.clock import SHANGHAI
from shared.contracts.base import Page
from shared.contracts.documents import ListUnsigned, UnsignedReceipt
from shared.paging import Listing, page
from shared.principal import Actor

_OF_DOCUMENT = ("number", "type", "title", "case_id", "issued_at")
_OF_RECEIPT = ("due_at", "document_id", "place", "recipient", "code", "delivered_at", "urged", "services")
_LISTING = Listing(
    columns=[*(document_receipt.c[name] for name in _OF_RECEIPT), *(document.c[name] for name in _OF_DOCUMENT)],
    keys=(document_receipt.c.due_at, document_receipt.c.document_id, document_receipt.c.place),
    rising=True,
    source=document_receipt.join(document, document.c.id == document_receipt.c.document_id),
)


@dataclass(frozen=True)
class Unsigned:
    """due_on: last day of the term. days_late: working days since then, with the day that was asked for.

    code: of a recipient that the county's register knows.
    """

    document_id: UUID
    number: str | None
    title: str
    recipient: str
    code: str | None
    due_on: date
    days_late: int


def unsigned(connection: Connection, jurisdiction: str, before: date, terms: ReceiptTerms) -> Sequence[Unsigned]:
    """Receipts of issued documents of a county whose term ended before a day and that nobody has signed, the longest
    overdue first. jurisdiction: prefix of division codes."""
    moment = datetime.combine(before, time(), SHANGHAI)
    here = document.c.jurisdiction.startswith(jurisdiction, autoescape=True)
    columns = (document_receipt.c[name] for name in ("document_id", "recipient", "code", "due_at"))
    rows = connection.execute(
        sa.select(*columns, document.c.number, document.c.title)
        .select_from(document_receipt.join(document, document.c.id == document_receipt.c.document_id))
        .where(*_open(here), document_receipt.c.due_at <= moment)
        .order_by(*_LISTING.keys)
    ).mappings()
    return [
        Unsigned(
            **{name: row[name] for name in ("document_id", "number", "title", "recipient", "code")},
            due_on=last_day(row["due_at"]),
            days_late=terms.days.workdays_between(last_day(row["due_at"]), before),
        )
        for row in rows
    ]


def list_unsigned(
    terms: Callable[[], ReceiptTerms], q: ListUnsigned, by: Actor, connection: Connection, now: datetime
) -> Page[UnsignedReceipt]:
    """Of the caller's office. terms: reads the register."""
    where = _open(visible(by))
    if q.late:
        where.append(document_receipt.c.due_at <= now)

    def views(rows: list[dict[str, Any]]) -> list[UnsignedReceipt]:
        return [_view(row, terms(), now) for row in rows]

    return page(_LISTING, where, q, connection, views)


def _open(seen: sa.ColumnElement[bool]) -> list[sa.ColumnElement[bool]]:
    """seen: on `document`. What is awaited: not signed, of a document that is out."""
    out = document.c.state.in_([state.value for state in OUT])
    return [
        document_receipt.c.signed_at.is_(None),
        document_receipt.c.due_at.is_not(None),
        document_receipt.c.document_id.in_(sa.select(document.c.id).where(out, seen)),
    ]


def _view(row: dict[str, Any], terms: ReceiptTerms, now: datetime) -> UnsignedReceipt:
    service = row["services"][-1] if row["services"] else {}
    same = ("document_id", "place", "recipient", "code", "delivered_at", "urged", "due_at", *_OF_DOCUMENT)
    return UnsignedReceipt(
        **{name: row[name] for name in same},
        channel=service.get("channel"),
        due_on=last_day(row["due_at"]),
        days_late=terms.days_late(row["due_at"], now),
        error=service.get("error"),
    )
