"""Documents in the database, and who sees which (R9): the people of its office in its county, nobody else any."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.engine import RowMapping

from services.notify.domain.document import Document, Frozen, Number
from services.notify.domain.document_table import office_of
from services.notify.storage.tables import document
from shared.contracts.codes import DocumentState
from shared.contracts.documents import (
    CorrectedDocument,
    DocumentContent,
    DocumentFile,
    DocumentProblem,
    DocumentReceipt,
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
    "verify_code",
    "drafted_at",
    "drafted_by",
    "drafter_id",
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
    "receipts": TypeAdapter(tuple[DocumentReceipt, ...]),
    "replaced_by": TypeAdapter(CorrectedDocument | None),
}
_FILES = TypeAdapter(tuple[DocumentFile, ...])


class DocumentStore(TableStore[Document]):
    def __init__(self) -> None:
        super().__init__(document)

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

    def from_row(self, row: RowMapping) -> Document:
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
        return self.from_row(row)

    @staticmethod
    def _require(connection: Connection, id_: UUID, by: Actor) -> None:
        if connection.execute(sa.select(document.c.id).where(document.c.id == id_, visible(by))).first() is None:
            raise NotFound


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
        "signature": frozen.signature.model_dump(mode="json"),
    }


def _frozen(row: Mapping[str, Any] | None) -> Frozen | None:
    if row is None:
        return None
    return Frozen(
        issuer=row["issuer"],
        template=row["template"],
        content_sha256=row["content_sha256"],
        files=_FILES.validate_python(row["files"]),
        signature=DocumentSignature.model_validate(row["signature"]),
    )
