"""What proves a receipt that did not come through the console (回证): recorded once, never changed."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.base import Event
from shared.contracts.receipt_proofs import ReceiptProofRecordedV1
from shared.ids import derived_id


@dataclass
class ReceiptProof:
    """recorded: None only before it is applied."""

    TYPE: ClassVar[str] = "receipt_proof"

    id: UUID
    jurisdiction: str
    version: int = 0
    recorded: ReceiptProofRecordedV1 | None = None

    @property
    def fact(self) -> ReceiptProofRecordedV1:
        if self.recorded is None:
            raise LookupError(f"receipt proof {self.id} has not been recorded")
        return self.recorded

    def apply(self, event: Event) -> None:
        if not isinstance(event, ReceiptProofRecordedV1):
            raise TypeError(f"{type(event).__name__} is no event of a receipt proof")
        self.recorded = event


def slip_id(document_id: UUID, recipient: str) -> UUID:
    """What the slip of a document bears for one recipient: the package id of its receipt code."""
    return derived_id("receipt-slip", document_id, recipient)


def proof_row(fact: ReceiptProofRecordedV1) -> dict[str, Any]:
    """Fields of the fact as its view and its table have them."""
    return {**fact.model_dump(exclude={"at", "proof_id"}), "entered_at": fact.at}
