"""A notice (抄告单) and its receipts: who was told, whether it arrived, who signed for it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from services.notify.domain.errors import AlreadySigned, NoticeCancelled, RecipientNamedTwice
from shared.contracts.codes import ChannelKind, DeliveryState, NoticeKind, Recipient
from shared.contracts.notify import (
    NoticeDeliveredV1,
    NoticeDeliveryExhaustedV1,
    NoticeDeliveryResumedV1,
    NoticeIssuedV1,
    NoticeLine,
    NoticeSignedV1,
    NotifyEvent,
)
from shared.errors import NotFound, StaleVersion


class Standing(StrEnum):
    """How far a notice has come with one recipient."""

    PENDING = "pending"
    EXHAUSTED = "exhausted"
    DELIVERED = "delivered"
    SIGNED = "signed"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What can happen to a receipt. read: in the inbox. arrive, exhaust: the sender's finding. resume: by a person."""

    READ = "read"
    SIGN = "sign"
    ARRIVE = "arrive"
    EXHAUST = "exhaust"
    RESUME = "resume"


class Fact(StrEnum):
    DELIVERED = "delivered"
    SIGNED = "signed"
    EXHAUSTED = "exhausted"
    RESUMED = "resumed"


# (act, standing) -> what it tells; nothing told: it changes nothing. What is not here is refused.
# The inbox is the truth: an endpoint that gave up does not keep a recipient from reading and signing there.
TABLE: dict[tuple[Act, Standing], tuple[Fact, ...]] = {
    (Act.READ, Standing.PENDING): (Fact.DELIVERED,),
    (Act.READ, Standing.EXHAUSTED): (Fact.DELIVERED,),
    (Act.READ, Standing.DELIVERED): (),
    (Act.READ, Standing.SIGNED): (),
    (Act.SIGN, Standing.PENDING): (Fact.DELIVERED, Fact.SIGNED),
    (Act.SIGN, Standing.EXHAUSTED): (Fact.DELIVERED, Fact.SIGNED),
    (Act.SIGN, Standing.DELIVERED): (Fact.SIGNED,),
    (Act.ARRIVE, Standing.PENDING): (Fact.DELIVERED,),
    (Act.ARRIVE, Standing.EXHAUSTED): (Fact.DELIVERED,),
    (Act.ARRIVE, Standing.DELIVERED): (),
    (Act.ARRIVE, Standing.SIGNED): (),
    (Act.EXHAUST, Standing.PENDING): (Fact.EXHAUSTED,),
    (Act.EXHAUST, Standing.EXHAUSTED): (),
    (Act.EXHAUST, Standing.DELIVERED): (),
    (Act.EXHAUST, Standing.SIGNED): (),
    (Act.RESUME, Standing.PENDING): (),
    (Act.RESUME, Standing.EXHAUSTED): (Fact.RESUMED,),
    (Act.RESUME, Standing.DELIVERED): (),
    (Act.RESUME, Standing.SIGNED): (),
}


@dataclass
class Receipt:
    """Proof for one recipient. version: 1 when issued, one more with each fact about this recipient."""

    recipient: Recipient
    line: Literal["main", "copy"]
    state: DeliveryState = DeliveryState.PENDING
    version: int = 1
    delivered_at: datetime | None = None
    channel: str | None = None
    signed_at: datetime | None = None
    signed_by: str | None = None
    error: str | None = None

    @property
    def standing(self) -> Standing:
        return Standing.SIGNED if self.signed_at else Standing(self.state.value)


@dataclass
class Notice:
    """Issued once, never rewritten; only its receipts move."""

    TYPE: ClassVar[str] = "notice"

    id: UUID
    jurisdiction: str
    version: int = 0
    notice_no: str = ""
    kind: NoticeKind = NoticeKind.CASE_REPORT_COPY
    title: str = ""
    body: str = ""
    sha256: str = ""
    issuer: str = ""
    case_id: UUID | None = None
    caused_by: str = ""
    issued_at: datetime | None = None
    receipts: dict[Recipient, Receipt] = field(default_factory=dict)

    @property
    def main_recipient(self) -> Recipient:
        return next(receipt.recipient for receipt in self.receipts.values() if receipt.line == "main")

    @property
    def copies(self) -> list[Recipient]:
        return [receipt.recipient for receipt in self.receipts.values() if receipt.line == "copy"]

    def receipt(self, recipient: Recipient) -> Receipt:
        """Raises NotFound for one to whom it is not addressed: for it the notice does not exist."""
        found = self.receipts.get(recipient)
        if found is None:
            raise NotFound
        return found

    def check_version(self, recipient: Recipient, expected: int | None) -> None:
        """StaleVersion when the recipient decided on an older receipt; the acts of other recipients do not count."""
        actual = self.receipt(recipient).version
        if expected is not None and expected != actual:
            raise StaleVersion(expected, actual)

    def read(self, by: Recipient, now: datetime) -> list[NotifyEvent]:
        """The recipient's first reading is the proof of delivery (R10); later ones tell nothing."""
        return self._tell(Act.READ, by, now, channel=ChannelKind.INBOX.value)

    def sign(
        self, by: Recipient, signed_by: str, now: datetime, channel: ChannelKind = ChannelKind.INBOX
    ) -> list[NotifyEvent]:
        """Sign for it (签收), once; what is signed for has arrived. Raises AlreadySigned, NoticeCancelled."""
        return self._tell(Act.SIGN, by, now, channel=channel.value, signed_by=signed_by)

    def arrive(self, at: Recipient, channel: ChannelKind, now: datetime) -> list[NotifyEvent]:
        """It lies with the recipient: its endpoint took the webhook (2xx), its receipt package came back."""
        return self._tell(Act.ARRIVE, at, now, channel=channel.value)

    def exhaust(self, at: Recipient, error: str, now: datetime) -> list[NotifyEvent]:
        """Every try to reach the endpoint failed: a person must see to it. Nothing if it was read meanwhile."""
        return self._tell(Act.EXHAUST, at, now, error=error)

    def resume(self, at: Recipient, now: datetime) -> list[NotifyEvent]:
        """A person has the endpoint tried again. Nothing unless it had been given up."""
        return self._tell(Act.RESUME, at, now)

    def apply(self, event: NotifyEvent) -> None:
        match event:
            case NoticeIssuedV1():
                self._apply_issued(event)
            case NoticeDeliveredV1():
                receipt = self._moved(event.recipient)
                receipt.state = DeliveryState.DELIVERED
                receipt.delivered_at, receipt.channel = event.at, event.channel
            case NoticeSignedV1():
                receipt = self._moved(event.recipient)
                receipt.signed_at, receipt.signed_by = event.at, event.signed_by
            case NoticeDeliveryExhaustedV1():
                receipt = self._moved(event.recipient)
                receipt.state, receipt.error = DeliveryState.EXHAUSTED, event.error
            case NoticeDeliveryResumedV1():
                receipt = self._moved(event.recipient)
                receipt.state, receipt.error = DeliveryState.PENDING, None
            case _:
                raise TypeError(f"a notice does not know {type(event).__name__}")

    def _apply_issued(self, event: NoticeIssuedV1) -> None:
        self.notice_no, self.kind, self.title, self.body = event.notice_no, event.kind, event.title, event.body
        self.sha256, self.issuer, self.case_id = event.sha256, event.issuer, event.case_id
        self.caused_by, self.issued_at = event.caused_by, event.at
        self.receipts = {line.recipient: Receipt(line.recipient, line.line) for line in event.recipients}

    def _moved(self, recipient: Recipient) -> Receipt:
        receipt = self.receipts[recipient]
        receipt.version += 1
        return receipt

    def _tell(
        self, act: Act, recipient: Recipient, now: datetime, *, channel: str = "", signed_by: str = "", error: str = ""
    ) -> list[NotifyEvent]:
        receipt = self.receipt(recipient)
        facts = TABLE.get((act, receipt.standing))
        if facts is None:
            raise _refusal(receipt)
        head = {"at": now, "notice_id": self.id, "notice_no": self.notice_no, "recipient": recipient}
        told: dict[Fact, NotifyEvent] = {}
        for fact in facts:
            if fact is Fact.DELIVERED:
                told[fact] = NoticeDeliveredV1(**head, channel=channel)
            elif fact is Fact.SIGNED:
                told[fact] = NoticeSignedV1(**head, signed_by=signed_by)
            elif fact is Fact.RESUMED:
                told[fact] = NoticeDeliveryResumedV1(**head)
            else:
                told[fact] = NoticeDeliveryExhaustedV1(**head, error=error)
        return list(told.values())


@dataclass(frozen=True)
class Draft:
    """A notice with its text, ready for a number. recipients: the main one first."""

    kind: NoticeKind
    title: str
    body: str
    issuer: str
    recipients: tuple[NoticeLine, ...]
    case_id: UUID | None
    caused_by: str


def issue(draft: Draft, notice_id: UUID, notice_no: str, now: datetime) -> NoticeIssuedV1:
    """The first event of a notice."""
    return NoticeIssuedV1(
        at=now,
        notice_id=notice_id,
        notice_no=notice_no,
        kind=draft.kind,
        title=draft.title,
        body=draft.body,
        sha256=digest(notice_no, draft.title, draft.recipients, draft.body),
        issuer=draft.issuer,
        case_id=draft.case_id,
        caused_by=draft.caused_by,
        recipients=list(draft.recipients),
    )


def address(main: Recipient, copies: Sequence[Recipient]) -> tuple[NoticeLine, ...]:
    """The lines 主送 and 抄送. Raises RecipientNamedTwice."""
    named = [main, *copies]
    for place, recipient in enumerate(named):
        if recipient in named[:place]:
            raise RecipientNamedTwice(recipient)
    return (
        NoticeLine(recipient=main, line="main"),
        *(NoticeLine(recipient=recipient, line="copy") for recipient in copies),
    )


def digest(notice_no: str, title: str, recipients: Sequence[NoticeLine], body: str) -> str:
    """SHA-256, hex, over the UTF-8 JSON array [number, title, [[recipient, line], ...], body] without spaces.

    Whoever holds the paper can compute it again and compare.
    """
    content = [notice_no, title, [[line.recipient.value, line.line] for line in recipients], body]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _refusal(receipt: Receipt) -> AlreadySigned | NoticeCancelled:
    return AlreadySigned(receipt.signed_by or "") if receipt.standing is Standing.SIGNED else NoticeCancelled()
