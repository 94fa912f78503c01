"""What happens to a document after it is issued, recipient by recipient: served, accepted, placed, read, signed, urged.

The acts of the house (a transport's answer, a term that has passed) come without an actor; what they would change on
a receipt that is further already, they do not tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notify.domain import document_table as table
from services.notify.domain.document_table import permit
from services.notify.domain.errors import DigestWrong, ReceiptBeforeIssue, RecipientUnknown
from services.notify.domain.receipt_terms import Ladder
from services.notify.domain.receipts import Act, Fact, moved, told
from shared.contracts import document_events as e
from shared.contracts.codes import ChannelKind, DocumentState
from shared.contracts.documents import DocumentReceipt
from shared.principal import Actor
from shared.workdays import WorkDays


@dataclass(frozen=True)
class Dues:
    """The term of a receipt as the register counts it at the first service."""

    due_at: datetime
    next_urge_at: datetime | None


class Addressed:
    """The receipts of a document."""

    state: DocumentState | None
    issued_at: datetime | None
    receipts: tuple[DocumentReceipt, ...]

    @property
    def digests(self) -> Sequence[str]:
        """Of what can be signed for: its files, of a former notice its text."""
        raise NotImplementedError

    def receipt(self, recipient: str) -> DocumentReceipt:
        """Raises RecipientUnknown; DocumentTransitionNotAllowed before it is issued."""
        for receipt in self.receipts:
            if receipt.recipient == recipient:
                return receipt
        if self.issued_at is None:
            permit(self.state, "deliver", None, table.WAITING)
        raise RecipientUnknown(recipient, [receipt.recipient for receipt in self.receipts])

    # served by the house

    def serve(
        self, recipient: str, channel: ChannelKind, reason: str | None, dues: Dues, now: datetime
    ) -> list[e.DocumentEvent]:
        """Send it out by a way. dues: of the first service; a later one does not move the term."""
        return self._serve("serve", recipient, channel, reason, dues, None, now)

    def re_serve(
        self, recipient: str, channel: ChannelKind, reason: str, dues: Dues, by: Actor, now: datetime
    ) -> list[e.DocumentEvent]:
        """Once more, by a person. Raises RecipientUnknown, DocumentSignedFor."""
        return self._serve("re-serve", recipient, channel, reason, dues, by, now)

    def accept(
        self, recipient: str, number: int, channel: ChannelKind, reference: str, now: datetime
    ) -> list[e.DocumentEvent]:
        """The transport took service number so and so."""
        found, head = self.receipt(recipient), self._head("accept", None, now)
        if not told(Act.ACCEPT, found, table.law("accept")):
            return []
        service = {"recipient": recipient, "round": number, "channel": channel}
        return [e.DocumentAcceptedV1(**head, **service, reference=reference or None)]

    def place(self, recipient: str, channel: ChannelKind, now: datetime) -> list[e.DocumentEvent]:
        """It lies with the recipient: in its inbox, or its own system took it."""
        return self._placed(recipient, channel.value, now, None, now)

    def open(self, recipient: str, now: datetime) -> list[e.DocumentEvent]:
        """The first reading in the console proves that it has arrived, whatever the transport says."""
        found, head = self.receipt(recipient), self._head("open", None, now)
        facts = told(Act.OPEN, found, table.law("open"))
        events: list[e.DocumentEvent] = []
        if Fact.PLACED in facts and self.state in table.OUT:
            events += self._placed(recipient, ChannelKind.INBOX.value, now, None, now)
        if Fact.OPENED in facts:
            at = events[-1].to_state if events else self.state
            events.append(e.DocumentOpenedV1(**{**head, "to_state": at}, recipient=recipient))
        return events

    def sign(self, recipient: str, signed_by: str, sha256: str, now: datetime) -> list[e.DocumentEvent]:
        """By the recipient itself, over the digest it saw. Raises DigestWrong, DocumentSignedFor."""
        return self._sign(recipient, signed_by, sha256, now, None, now)

    def exhaust(self, recipient: str, error: str, now: datetime) -> list[e.DocumentEvent]:
        """Every try of the present service failed."""
        found, head = self.receipt(recipient), self._head("exhaust", None, now)
        if not told(Act.EXHAUST, found, table.law("exhaust")) or found.service is None:
            return []
        service = {"round": found.service.round, "channel": found.service.channel}
        return [e.DocumentDeliveryExhaustedV1(**head, recipient=recipient, **service, error=error)]

    def resume(self, recipient: str, now: datetime) -> list[e.DocumentEvent]:
        """A person has the failed way tried again."""
        found, head = self.receipt(recipient), self._head("resume", None, now)
        if not told(Act.RESUME, found, table.law("resume")) or found.service is None:
            return []
        return [e.DocumentDeliveryResumedV1(**head, recipient=recipient, round=found.service.round)]

    def urge(self, recipient: str, ladder: Ladder, days: WorkDays, now: datetime) -> list[e.DocumentEvent]:
        """Urge who has not signed in time, once for all steps that have passed since the last one."""
        found, head = self.receipt(recipient), self._head("urge", None, now)
        if found.next_urge_at is None or found.due_at is None or found.next_urge_at > now:
            return []
        if found.service is None or not told(Act.URGE, found, table.law("urge")):
            return []
        step = max(ladder.passed(found.due_at, found.urged, now, days), found.urged + 1)
        return [
            e.DocumentUrgedV1(
                **head,
                recipient=recipient,
                step=step,
                channel=found.service.channel,
                due_at=found.due_at,
                next_urge_at=ladder.at(step + 1, found.due_at, days),
            )
        ]

    def receive(self, recipient: str, channel: ChannelKind, at: datetime, now: datetime) -> list[e.DocumentEvent]:
        """Its receipt package says since when it lies there. Raises ReceiptBeforeIssue."""
        return self._placed(recipient, channel.value, self._past(at, "at", now), None, now)

    def sign_from_afar(
        self, recipient: str, signed_by: str, sha256: str, at: datetime, now: datetime
    ) -> list[e.DocumentEvent]:
        """By itself, in its receipt package. Raises ReceiptBeforeIssue, DigestWrong, DocumentSignedFor."""
        return self._sign(recipient, signed_by, sha256, self._past(at, "at", now), None, now)

    # recorded by a person

    def deliver(
        self, recipient: str, channel: str, delivered_at: datetime, by: Actor, now: datetime
    ) -> list[e.DocumentEvent]:
        """Nothing for one that it has reached before. Raises RecipientUnknown, ReceiptBeforeIssue."""
        self.receipt(recipient)
        at = self._past(delivered_at, "delivered_at", now)
        return self._placed(recipient, channel, at, by, now)

    def sign_for(
        self,
        recipient: str,
        signed_by: str,
        signed_at: datetime,
        by: Actor,
        now: datetime,
        sha256: str | None = None,
    ) -> list[e.DocumentEvent]:
        """Signed on paper. Raises RecipientUnknown, ReceiptBeforeIssue, DigestWrong; DocumentSignedFor."""
        self.receipt(recipient)
        at = self._past(signed_at, "signed_at", now)
        return self._sign(recipient, signed_by, sha256, at, by, now)

    # how

    def _serve(
        self,
        verb: str,
        recipient: str,
        channel: ChannelKind,
        reason: str | None,
        dues: Dues,
        by: Actor | None,
        now: datetime,
    ) -> list[e.DocumentEvent]:
        found, head = self.receipt(recipient), self._head(verb, by, now)
        told(Act.SERVE, found, table.law(verb))
        first = found.due_at is None
        return [
            e.DocumentServedV1(
                **head,
                recipient=recipient,
                round=len(found.services) + 1,
                channel=channel,
                reason=reason,
                due_at=found.due_at or dues.due_at,
                next_urge_at=dues.next_urge_at if first else found.next_urge_at,
            )
        ]

    def _placed(
        self, recipient: str, channel: str, at: datetime, by: Actor | None, now: datetime
    ) -> list[e.DocumentEvent]:
        found = self.receipt(recipient)
        if found.delivered_at is not None and self.state in table.IN_FORCE:
            return []
        made = replace_receipt(self.receipts, found.model_copy(update={"delivered_at": at}))
        head = self._head("deliver", by, now, _outcome(made))
        entered = by.name if by else None
        event = e.DocumentDeliveredV1(**head, recipient=recipient, channel=channel, delivered_at=at, entered_by=entered)
        return [event] if told(Act.PLACE, found, table.law("deliver")) else []

    def _sign(
        self, recipient: str, signed_by: str, sha256: str | None, at: datetime, by: Actor | None, now: datetime
    ) -> list[e.DocumentEvent]:
        found = self.receipt(recipient)
        told(Act.SIGN, found, table.law("sign-for"))
        if sha256 is not None and sha256 not in self.digests:
            raise DigestWrong(sha256, table.law("sign-for"))
        signed = {"signed_at": at, "delivered_at": found.delivered_at or at}
        head = self._head(
            "sign-for", by, now, _outcome(replace_receipt(self.receipts, found.model_copy(update=signed)))
        )
        facts = {"signed_by": signed_by, "signed_at": at, "sha256": sha256, "entered_by": by.name if by else None}
        return [e.DocumentSignedForV1(**head, recipient=recipient, **facts)]

    def _past(self, at: datetime, field_name: str, now: datetime) -> datetime:
        if self.issued_at is not None and not self.issued_at <= at <= now:
            raise ReceiptBeforeIssue(field_name, self.issued_at)
        return at

    def _head(self, verb: str, by: Actor | None, now: datetime, outcome: str = "") -> dict[str, Any]:
        raise NotImplementedError

    def _move(self, event: Any) -> None:
        """The receipt of the event's recipient after it."""
        made = moved(self.receipt(event.recipient), event)
        self.receipts = replace_receipt(self.receipts, made)


def addressed_to(
    recipients: Sequence[str], copies: Sequence[str], codes: Mapping[str, str]
) -> tuple[DocumentReceipt, ...]:
    """The receipts of a document that has just been issued."""
    return (
        *(DocumentReceipt(recipient=name, line="main", code=codes.get(name)) for name in recipients),
        *(DocumentReceipt(recipient=name, line="copy", code=codes.get(name)) for name in copies),
    )


def replace_receipt(receipts: Sequence[DocumentReceipt], made: DocumentReceipt) -> tuple[DocumentReceipt, ...]:
    return tuple(made if receipt.recipient == made.recipient else receipt for receipt in receipts)


def _outcome(receipts: Sequence[DocumentReceipt]) -> str:
    if all(receipt.signed_at for receipt in receipts):
        return table.ALL_SIGNED
    return table.ARRIVED if all(receipt.delivered_at for receipt in receipts) else table.WAITING
