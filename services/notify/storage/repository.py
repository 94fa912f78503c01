"""Whole notices in and out of the database: one row, and one for each receipt."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from services.notify.domain.notice import Notice, Receipt
from services.notify.storage.tables import notice, notice_receipt
from shared.contracts.codes import DeliveryState, NoticeKind, Recipient
from shared.delivery.unit import TableStore


class NoticeStore(TableStore[Notice]):
    def __init__(self) -> None:
        super().__init__(notice)

    def exists(self, connection: Connection, id_: UUID) -> bool:
        return connection.execute(sa.select(notice.c.id).where(notice.c.id == id_)).first() is not None

    def get(self, connection: Connection, id_: UUID) -> Notice:
        return self._with_receipts(connection, super().get(connection, id_))

    def lock(self, connection: Connection, id_: UUID, expected_version: int | None = None) -> Notice:
        return self._with_receipts(connection, super().lock(connection, id_, expected_version))

    def insert_many(self, connection: Connection, aggregates: Sequence[Notice]) -> None:
        super().insert_many(connection, aggregates)
        if rows := [row for aggregate in aggregates for row in _receipt_rows(aggregate)]:
            connection.execute(sa.insert(notice_receipt), rows)

    def save(self, connection: Connection, aggregate: Notice, stored_version: int) -> None:
        super().save(connection, aggregate, stored_version)
        rows = _receipt_rows(aggregate)
        insert = pg.insert(notice_receipt)
        keep = {"notice_id", "recipient", "place", "line"}
        moved = {column.name: insert.excluded[column.name] for column in notice_receipt.c if column.name not in keep}
        connection.execute(insert.on_conflict_do_update(index_elements=["notice_id", "recipient"], set_=moved), rows)

    def to_row(self, aggregate: Notice) -> Mapping[str, Any]:
        return {
            "jurisdiction": aggregate.jurisdiction,
            "notice_no": aggregate.notice_no,
            "kind": aggregate.kind.value,
            "title": aggregate.title,
            "body": aggregate.body,
            "sha256": aggregate.sha256,
            "issuer": aggregate.issuer,
            "case_id": aggregate.case_id,
            "caused_by": aggregate.caused_by,
            "issued_at": aggregate.issued_at,
        }

    def from_row(self, row: RowMapping) -> Notice:
        values = dict(row)
        return Notice(**{**values, "kind": NoticeKind(values["kind"])})

    @staticmethod
    def _with_receipts(connection: Connection, found: Notice) -> Notice:
        found.receipts = receipts_of(connection, [found.id]).get(found.id, {})
        return found


def receipts_of(connection: Connection, notices: Iterable[UUID]) -> dict[UUID, dict[Recipient, Receipt]]:
    """Receipts of many notices in one query, the main recipient first."""
    rows = connection.execute(
        sa.select(notice_receipt)
        .where(notice_receipt.c.notice_id == sa.any_(sa.cast(list(notices), pg.ARRAY(pg.UUID(as_uuid=True)))))
        .order_by(notice_receipt.c.notice_id, notice_receipt.c.place)
    ).mappings()
    found: dict[UUID, dict[Recipient, Receipt]] = {}
    for row in rows:
        receipt = _receipt(row)
        found.setdefault(row["notice_id"], {})[receipt.recipient] = receipt
    return found


def _receipt(row: RowMapping) -> Receipt:
    return Receipt(
        recipient=Recipient(row["recipient"]),
        line=row["line"],
        state=DeliveryState(row["state"]),
        version=row["version"],
        delivered_at=row["delivered_at"],
        channel=row["channel"],
        signed_at=row["signed_at"],
        signed_by=row["signed_by"],
        error=row["error"],
    )


def _receipt_rows(aggregate: Notice) -> list[dict[str, Any]]:
    return [
        {**_receipt_row(receipt), "notice_id": aggregate.id, "place": place}
        for place, receipt in enumerate(aggregate.receipts.values())
    ]


def _receipt_row(receipt: Receipt) -> dict[str, Any]:
    return {
        "recipient": receipt.recipient.value,
        "line": receipt.line,
        "version": receipt.version,
        "state": receipt.state.value,
        "delivered_at": receipt.delivered_at,
        "channel": receipt.channel,
        "signed_at": receipt.signed_at,
        "signed_by": receipt.signed_by,
        "error": receipt.error,
    }
