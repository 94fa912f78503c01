"""Who sees which notices (R9): a coordinator its county's, a clerk those addressed to its office, nobody else any.

A clerk also sees its own receipt only: that another office has signed is not its business.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from services.notify.domain.notice import Notice, Receipt
from services.notify.storage.tables import notice, notice_receipt
from shared.contracts.codes import Recipient, Role
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.principal import Actor

_RECIPIENTS = frozenset(recipient.value for recipient in Recipient)


@dataclass(frozen=True)
class Scope:
    """prefix: of division codes. sees_all: every notice there; else only those addressed to recipient, if any."""

    prefix: str
    sees_all: bool
    recipient: Recipient | None

    def condition(self) -> ColumnElement[bool]:
        """For a statement over `notice`."""
        if not self.prefix or not (self.sees_all or self.recipient):
            return sa.false()
        # LIKE, not left(): the planner knows how many rows a prefix has and keeps the index of the newest.
        here = notice.c.jurisdiction.startswith(self.prefix, autoescape=True)
        return here if self.sees_all else sa.and_(here, self.has_receipt())

    def has_receipt(self, *, unsigned: bool = False) -> ColumnElement[bool]:
        """The notice has a receipt that the caller sees (and that is not signed for)."""
        receipt = sa.select(notice_receipt.c.notice_id).where(notice_receipt.c.notice_id == notice.c.id)
        if not self.sees_all:
            receipt = receipt.where(notice_receipt.c.recipient == (self.recipient.value if self.recipient else ""))
        if unsigned:
            receipt = receipt.where(notice_receipt.c.signed_at.is_(None))
        return receipt.exists()

    def covers(self, jurisdiction: str) -> bool:
        return bool(self.prefix) and jurisdiction.startswith(self.prefix)

    def require(self, found: Notice) -> None:
        """NotFound for a notice the caller does not see."""
        addressed = self.recipient is not None and self.recipient in found.receipts
        if not (self.covers(found.jurisdiction) and (self.sees_all or addressed)):
            raise NotFound

    def receipts(self, found: Notice) -> list[Receipt]:
        """The receipts of a notice that the caller sees."""
        return [one for one in found.receipts.values() if self.sees_all or one.recipient is self.recipient]

    def version(self, found: Notice) -> int:
        """For If-Match: a clerk's moves with its own receipt only."""
        if self.sees_all or self.recipient is None:
            return found.version
        return found.receipt(self.recipient).version


def scope_of(by: Actor) -> Scope:
    """What the actor sees; nothing without a role that receives or issues notices."""
    # A jurisdiction is at least a county; an empty or odd one must not turn into "everything".
    prefix = by.jurisdiction if len(by.jurisdiction) >= COUNTY_DIGITS else ""
    return Scope(prefix=prefix, sees_all=by.has(Role.COORDINATOR), recipient=recipient_of(by))


def recipient_of(by: Actor) -> Recipient | None:
    """The office a clerk receives for; None for everybody else."""
    if by.has(Role.RECIPIENT_CLERK) and by.org_code in _RECIPIENTS:
        return Recipient(by.org_code)
    return None
