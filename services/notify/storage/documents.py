"""Documents in the database with their receipts, and who sees which (R9): the people of its office in its county.

Those it is addressed to see it as a notice: storage/scope.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from services.notify.domain.document import Document, Frozen, Number
from services.notify.domain.document_table import office_of
from services.notify.storage.tables import document, document_receipt
from shared.contracts.codes import DocumentState
from shared.contracts.documents import (
    CorrectedDocument,
    DocumentContent,
    DocumentFile,
    DocumentProblem,
    DocumentReceipt,
    DocumentService,
    DocumentSignature,
)
from shared.delivery.unit import TableStore
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.principal import Actor

# Columns that are fields of the aggregate, as they are.
_SAME = (
    "jurisdiction",
    "type",
    "office",
    "approver",
    "title",
    "case_id",
    "subject_id",
    "verify_code",
    "drafted_at",
    "drafted_by",
    "drafter_id",
    "rule_id",
    "checked_by",
    "approved_by",
    "approved_at",
    "dated_on",
    "reason",
    "issued_at",
)
_MODELS: Mapping[str, TypeAdapter[Any]] = {
    "content": TypeAdapter(DocumentContent),
    "problem": TypeAdapter(DocumentProblem | None),
    "corrects": TypeAdapter(CorrectedDocument | None),
    "chain": TypeAdapter(tuple[CorrectedDocument, ...]),
    "replaced_by": TypeAdapter(CorrectedDocument | None),
}
_FILES = TypeAdapter(tuple[DocumentFile, ...])
_SERVICES = TypeAdapter(list[DocumentService])
_RECEIPT = tuple(name for name in DocumentReceipt.model_fields if name != "services")


class DocumentStore(TableStore[Document]):
    def __init__(self) -> None:
        super().__init__(document)

    def get(self, connection: Connection, id_: UUID) -> Document:
        return self._with_receipts(connection, super().get(connection, id_))

    def lock(self, connection: Connection, id_: UUID, expected_version: int | None = None) -> Document:
        return self._with_receipts(connection, super().lock(connection, id_, expected_version))

    def insert_many(self, connection: Connection, aggregates: Sequence[Document]) -> None:
        super().insert_many(connection, aggregates)
        if rows := [row for aggregate in aggregates for row in _receipt_rows(aggregate)]:
            connection.execute(sa.insert(document_receipt), rows)

    def save(self, connection: Connection, aggregate: Document, stored_version: int) -> None:
        super().save(connection, aggregate, stored_version)
        rows = _receipt_rows(aggregate)
        if not rows:
            return
        insert = pg.insert(document_receipt)
        keep = {"document_id", "place", "recipient", "code", "line"}
        changed = {
            column.name: insert.excluded[column.name] for column in document_receipt.c if column.name not in keep
        }
        connection.execute(insert.on_conflict_do_update(index_elements=["document_id", "place"], set_=changed), rows)

    def to_row(self, aggregate: Document) -> Mapping[str, Any]:
        number = aggregate.number
        return {
            **{name: getattr(aggregate, name) for name in _SAME},
            **{name: model.dump_python(getattr(aggregate, name), mode="json") for name, model in _MODELS.items()},
            "state": aggregate.state.value if aggregate.state else None,
            "number": number.text if number else None,
            "series": number.series if number else None,
            "year": number.year if number else None,
            "serial": number.serial if number else None,
            "frozen": _frozen_row(aggregate.frozen),
        }

    def from_row(self, row: Mapping[str, Any] | RowMapping) -> Document:
        number = None
        if row["number"] is not None:
            number = Number(row["series"], row["year"], row["serial"], row["number"])
        return Document(
            id=row["id"],
            version=row["version"],
            state=DocumentState(row["state"]),
            number=number,
            frozen=_frozen(row["frozen"]),
            **{name: row[name] for name in _SAME},
            **{name: model.validate_python(row[name]) for name, model in _MODELS.items()},
        )

    def exists(self, connection: Connection, id_: UUID) -> bool:
        return connection.execute(sa.select(document.c.id).where(document.c.id == id_)).first() is not None

    def get_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Document]:
        rows = connection.execute(sa.select(document).where(document.c.id.in_(ids))).mappings()
        found = {row["id"]: self.from_row(row) for row in rows}
        for id_, receipts in receipts_of(connection, found).items():
            found[id_].receipts = receipts
        return found

    def get_seen(self, connection: Connection, id_: UUID, by: Actor) -> Document:
        """Raises NotFound, also for what the actor does not see."""
        self._require(connection, id_, by)
        return self.get(connection, id_)

    def lock_seen(self, connection: Connection, id_: UUID, by: Actor, expected_version: int | None) -> Document:
        """Raises NotFound for what the actor does not see, StaleVersion."""
        self._require(connection, id_, by)
        return self.lock(connection, id_, expected_version)

    def by_code(self, connection: Connection, verify_code: str) -> Document:
        """An issued document by the code on its paper. Raises NotFound, also for a draft."""
        found = sa.select(document).where(document.c.verify_code == verify_code, document.c.issued_at.is_not(None))
        row = connection.execute(found).mappings().one_or_none()
        if row is None:
            raise NotFound
        return self._with_receipts(connection, self.from_row(row))

    @staticmethod
    def _with_receipts(connection: Connection, found: Document) -> Document:
        found.receipts = receipts_of(connection, [found.id]).get(found.id, ())
        return found

    @staticmethod
    def _require(connection: Connection, id_: UUID, by: Actor) -> None:
        if connection.execute(sa.select(document.c.id).where(document.c.id == id_, visible(by))).first() is None:
            raise NotFound


def receipts_of(connection: Connection, documents: Iterable[UUID]) -> dict[UUID, tuple[DocumentReceipt, ...]]:
    """Receipts of many documents in one query, the main recipients first."""
    rows = connection.execute(
        sa.select(document_receipt)
        .where(document_receipt.c.document_id == sa.any_(sa.cast(list(documents), pg.ARRAY(pg.UUID(as_uuid=True)))))
        .order_by(document_receipt.c.document_id, document_receipt.c.place)
    ).mappings()
    found: dict[UUID, tuple[DocumentReceipt, ...]] = {}
    for row in rows:
        services = _SERVICES.validate_python(row["services"])
        receipt = DocumentReceipt(**{name: row[name] for name in _RECEIPT}, services=services)
        found[row["document_id"]] = (*found.get(row["document_id"], ()), receipt)
    return found


def _receipt_rows(aggregate: Document) -> list[dict[str, Any]]:
    return [
        {
            **{name: getattr(receipt, name) for name in _RECEIPT},
            "services": _SERVICES.dump_python(receipt.services, mode="json"),
            "document_id": aggregate.id,
            "place": place,
        }
        for place, receipt in enumerate(aggregate.receipts)
    ]


def visible(by: Actor) -> ColumnElement[bool]:
    """Those of the actor's office in its county; of who belongs to no office that issues, none."""
    office = office_of(by)
    if not office or len(by.jurisdiction) < COUNTY_DIGITS:
        return sa.false()
    here = document.c.jurisdiction.startswith(by.jurisdiction[:COUNTY_DIGITS], autoescape=True)
    return sa.and_(here, document.c.office == office)


def _frozen_row(frozen: Frozen | None) -> dict[str, Any] | None:
    if frozen is None:
        return None
    return {
        "issuer": frozen.issuer,
        "template": frozen.template,
        "content_sha256": frozen.content_sha256,
        "files": _FILES.dump_python(frozen.files, mode="json"),
        "signature": frozen.signature.model_dump(mode="json") if frozen.signature else None,
    }


def _frozen(row: Mapping[str, Any] | None) -> Frozen | None:
    if row is None:
        return None
    return Frozen(
        issuer=row["issuer"],
        template=row["template"],
        content_sha256=row["content_sha256"],
        files=_FILES.validate_python(row["files"]),
        signature=DocumentSignature.model_validate(row["signature"]) if row["signature"] else None,
    )
