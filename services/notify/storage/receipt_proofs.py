"""Receipt proofs in the database."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.notify.domain.receipt_proof import ReceiptProof, proof_row
from services.notify.storage.tables import receipt_proof
from shared.contracts.receipt_proofs import ReceiptProofRecordedV1
from shared.delivery.unit import TableStore


class ReceiptProofStore(TableStore[ReceiptProof]):
    def __init__(self) -> None:
        super().__init__(receipt_proof)

    def to_row(self, aggregate: ReceiptProof) -> Mapping[str, Any]:
        row = proof_row(aggregate.fact)
        return {**row, "channel": row["channel"].value, "jurisdiction": aggregate.jurisdiction}

    def from_row(self, row: RowMapping) -> ReceiptProof:
        fact = {name: row[name] for name in ReceiptProofRecordedV1.model_fields if name in row}
        recorded = ReceiptProofRecordedV1(**fact, at=row["entered_at"], proof_id=row["id"])
        return ReceiptProof(row["id"], row["jurisdiction"], row["version"], recorded)

    def of_document(self, connection: Connection, document_id: UUID) -> list[ReceiptProof]:
        """In the order in which they were entered."""
        statement = sa.select(receipt_proof).where(receipt_proof.c.document_id == document_id)
        rows = connection.execute(statement.order_by(receipt_proof.c.entered_at, receipt_proof.c.id)).mappings()
        return [self.from_row(row) for row in rows]
