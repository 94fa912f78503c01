"""The unit of work of notify: its stores, and what is on the desk of whoever writes a document."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.notify.domain.bulletin_rules import BulletinRules
from services.notify.domain.copy_rules import CopyRules
from services.notify.domain.document_types import DocumentTypes
from services.notify.domain.endpoint import RecipientEndpoint
from services.notify.domain.offices import Offices
from services.notify.domain.receipt_terms import ReceiptTerms
from services.notify.storage.assistance import AssistanceNoticeStore
from services.notify.storage.bulletins import BulletinStore
from services.notify.storage.documents import DocumentStore
from services.notify.storage.outages import OutageStore
from services.notify.storage.receipt_proofs import ReceiptProofStore
from services.notify.storage.tables import endpoint
from shared.delivery.dead_letters import DeadLetterBook
from shared.outgoing.endpoints import EndpointStore, Safeguards
from shared.outgoing.unit import SendingUnit
from shared.principal import Actor


@dataclass(frozen=True)
class Desk:
    """Registers and tools of the service, made once at start; the same for every unit.

    outgoing: None in a process that reaches nobody outside.
    """

    rules: CopyRules
    offices: Offices
    outgoing: Safeguards | None
    types: DocumentTypes
    terms: ReceiptTerms
    public_url: str
    bulletins: BulletinRules

    @property
    def safeguards(self) -> Safeguards:
        if self.outgoing is None:
            raise LookupError("this process reaches nobody outside")
        return self.outgoing


class NotifyUnit(SendingUnit):
    dead_letters = DeadLetterBook("notify")
    outages = OutageStore()
    assistance = AssistanceNoticeStore()
    documents = DocumentStore()
    receipt_proofs = ReceiptProofStore()
    bulletins = BulletinStore()
    endpoints = EndpointStore(endpoint, RecipientEndpoint)

    def __init__(
        self,
        connection: Connection,
        by: Actor,
        now: datetime,
        correlation_id: str,
        causation_id: str | None = None,
        *,
        desk: Desk,
    ) -> None:
        super().__init__(connection, by, now, correlation_id, causation_id)
        self.desk = desk
