"""Who sees which documents as notices (R9): a coordinator those of its office, who is addressed its own, nobody else.

Who is addressed also sees its own receipt only: that another office has signed is not its business.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from services.notify.domain.document import Document
from services.notify.storage.assistance import IN_AGENCY
from services.notify.storage.tables import document, document_receipt
from shared.contracts.codes import Agency, DocumentState, Recipient, Role
from shared.contracts.documents import COORDINATION, DocumentReceipt
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.operations import ScopeRule
from shared.principal import Actor

# The rules that operations.py names.
DOCUMENTS = ScopeRule(
    "documents", "documents of the actor's own office (of the leading group, or his agency) in its county"
)
OWN_OFFICE = ScopeRule("own-office", "made for the actor's own office, of its county; about what that office may say")
NOTICES = ScopeRule(
    "notices",
    "coordinator: what the office of the leading group has sent in its county; who is addressed there: what came to "
    "it, and its own receipt",
)
ADDRESSED = ScopeRule("addressed", "who is addressed: notices that came to it in its county")
BULLETINS = ScopeRule("bulletins", "office of the leading group: bulletins of its county")
OUTAGES = ScopeRule("outages", "coordinator: its county")
LETTERS = ScopeRule("letters", "coordinator: its county; an agency: what it is told there")
RECIPIENTS = ScopeRule("recipients", "recipients of the actor's county and how they are reached")
REGISTERS = ScopeRule("registers", "types that the actor's own office issues")
PUBLIC = ScopeRule("public", "anybody, by the code printed on an issued document: its number, issuer, day and standing")

_RECIPIENTS = frozenset(recipient.value for recipient in Recipient)
_AGENCIES = frozenset(agency.value for agency in Agency)
# What is on its way out or was out: a draft is no notice of anybody.
SENT = frozenset(DocumentState) - {DocumentState.DRAFTED, DocumentState.CHECKED, DocumentState.DISCARDED}


@dataclass(frozen=True)
class Scope:
    """prefix: of division codes. sees_all: every notice of the office; else those addressed to recipient, if any."""

    prefix: str
    sees_all: bool
    recipient: str | None

    def condition(self) -> ColumnElement[bool]:
        """For a statement over `document`."""
        if not self.prefix or not (self.sees_all or self.recipient):
            return sa.false()
        # LIKE, not left(): the planner knows how many rows a prefix has and keeps the index of the newest.
        here = document.c.jurisdiction.startswith(self.prefix, autoescape=True)
        if not self.sees_all:
            return sa.and_(here, document.c.issued_at.is_not(None), self.has_receipt())
        sent = document.c.state.in_([state.value for state in SENT])
        return sa.and_(here, document.c.office == COORDINATION, sent)

    def has_receipt(self, *, unsigned: bool = False) -> ColumnElement[bool]:
        """The notice has a receipt that the caller sees (and that is not signed for)."""
        receipt = sa.select(document_receipt.c.document_id).where(document_receipt.c.document_id == document.c.id)
        if not self.sees_all:
            receipt = receipt.where(document_receipt.c.code == (self.recipient or ""))
        if unsigned:
            receipt = receipt.where(document_receipt.c.signed_at.is_(None))
        return receipt.exists()

    def covers(self, jurisdiction: str) -> bool:
        return bool(self.prefix) and jurisdiction.startswith(self.prefix)

    def is_own(self, receipt: DocumentReceipt) -> bool:
        return self.recipient is not None and receipt.code == self.recipient

    def require(self, found: Document) -> None:
        """NotFound for a notice the caller does not see."""
        if self.sees_all:
            seen = found.office == COORDINATION and found.state in SENT
        else:
            seen = found.issued_at is not None and any(self.is_own(receipt) for receipt in found.receipts)
        if not (seen and self.covers(found.jurisdiction)):
            raise NotFound

    def receipts(self, found: Document) -> Sequence[DocumentReceipt]:
        """The receipts of a notice that the caller sees."""
        return [one for one in found.receipts if self.sees_all or self.is_own(one)]

    def version(self, found: Document) -> int:
        """For If-Match: that of who is addressed moves with its own receipt only."""
        own = next((one for one in found.receipts if self.is_own(one)), None)
        return found.version if self.sees_all or own is None else own.version


def scope_of(by: Actor) -> Scope:
    """What the actor sees; nothing without a role that receives or issues notices."""
    # A jurisdiction is at least a county; an empty or odd one must not turn into "everything".
    prefix = by.jurisdiction if len(by.jurisdiction) >= COUNTY_DIGITS else ""
    return Scope(prefix=prefix, sees_all=by.has(Role.COORDINATOR), recipient=recipient_of(by))


def recipient_of(by: Actor) -> str | None:
    """The office for which a person receives, by its code; None for everybody else."""
    if by.has(Role.RECIPIENT_CLERK) and by.org_code in _RECIPIENTS:
        return by.org_code
    return by.org_code if by.has(*IN_AGENCY) and by.org_code in _AGENCIES else None
