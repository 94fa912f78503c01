"""Services and urgings of receipts: which delivery carries which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg

from services.notify.domain.channel import ParcelKind
from services.notify.storage.tables import document, document_receipt, document_service
from shared.contracts.codes import DocumentState
from shared.ids import derived_id


@dataclass(frozen=True)
class Service:
    """id, party: of its delivery. number: the round of a service, the step of an urging."""

    id: UUID
    party: str
    document_id: UUID
    recipient: str
    kind: ParcelKind
    number: int


def keep(
    connection: Connection, document_id: UUID, recipient: str, kind: ParcelKind, number: int, party: str
) -> Service:
    """The same once more is the same."""
    id_ = derived_id("document-service", document_id, recipient, kind.value, number)
    service = Service(id_, party, document_id, recipient, kind, number)
    connection.execute(pg.insert(document_service).values(**vars(service)).on_conflict_do_nothing())
    return service


def find(connection: Connection, id_: UUID, party: str) -> Service | None:
    """By the subject and the party of a delivery."""
    rows = sa.select(document_service).where(document_service.c.id == id_, document_service.c.party == party)
    row = connection.execute(rows).mappings().one_or_none()
    return None if row is None else Service(**{**row, "kind": ParcelKind(row["kind"])})


def of_document(connection: Connection, document_id: UUID, recipient: str | None = None) -> Sequence[Service]:
    """recipient: None for all of them."""
    rows = sa.select(document_service).where(document_service.c.document_id == document_id)
    if recipient is not None:
        rows = rows.where(document_service.c.recipient == recipient)
    found = connection.execute(rows.order_by(document_service.c.number)).mappings()
    return [Service(**{**row, "kind": ParcelKind(row["kind"])}) for row in found]


def without_term(connection: Connection, most: int) -> Sequence[tuple[UUID, str]]:
    """(document, recipient) of former notices, which had no term, that are not signed for."""
    rows = (
        sa.select(document_receipt.c.document_id, document_receipt.c.recipient)
        .join(document, document.c.id == document_receipt.c.document_id)
        .where(
            document_receipt.c.due_at.is_(None),
            document_receipt.c.signed_at.is_(None),
            document.c.state.in_([DocumentState.ISSUED.value, DocumentState.DELIVERED.value]),
        )
        .order_by(document.c.issued_at, document_receipt.c.document_id, document_receipt.c.place)
        .limit(most)
    )
    return [(row.document_id, row.recipient) for row in connection.execute(rows)]


def to_urge(connection: Connection, now: datetime, most: int) -> Sequence[tuple[UUID, str]]:
    """(document, recipient) whose next urging has come, the longest due first."""
    rows = (
        sa.select(document_receipt.c.document_id, document_receipt.c.recipient)
        .join(document, document.c.id == document_receipt.c.document_id)
        .where(
            document_receipt.c.next_urge_at <= now,
            document_receipt.c.signed_at.is_(None),
            document.c.state.in_([DocumentState.ISSUED.value, DocumentState.DELIVERED.value]),
        )
        .order_by(document_receipt.c.next_urge_at, document_receipt.c.document_id, document_receipt.c.place)
        .limit(most)
    )
    return [(row.document_id, row.recipient) for row in connection.execute(rows)]
