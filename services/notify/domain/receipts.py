"""How far a document has come with one recipient, in three grades: accepted by the transport, placed, signed for.

What proves which grade stands in one place: a channel's success proves PROVES[channel] (channel.py); a first reading in
the console and what a person records from paper prove that it is placed; a named officer signs over the digest of the
exact text. The console's inbox places a document when it is issued, and its first reading is told besides.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.notify.domain.errors import DocumentSignedFor
from shared.contracts import document_events as e
from shared.contracts.documents import DocumentReceipt, DocumentService


class Standing(StrEnum):
    """OWED: named in the document and not sent out yet. The others but the last two: of the present service."""

    OWED = "owed"
    SERVED = "served"
    ACCEPTED = "accepted"
    EXHAUSTED = "exhausted"
    PLACED = "placed"
    SIGNED = "signed"


class Act(StrEnum):
    SERVE = "serve"
    ACCEPT = "accept"
    PLACE = "deliver"
    OPEN = "open"
    SIGN = "sign-for"
    EXHAUST = "exhaust"
    RESUME = "resume"
    URGE = "urge"


class Fact(StrEnum):
    SERVED = "served"
    ACCEPTED = "accepted"
    PLACED = "placed"
    OPENED = "opened"
    SIGNED = "signed"
    EXHAUSTED = "exhausted"
    RESUMED = "resumed"
    URGED = "urged"


_S = Standing
_UNSIGNED = (_S.SERVED, _S.ACCEPTED, _S.EXHAUSTED, _S.PLACED)
_AWAY = (_S.SERVED, _S.ACCEPTED, _S.EXHAUSTED)

# (act, standing) -> what it tells; nothing told: it changes nothing. What is not here is refused. Who has it, has it: a
# way that gives up afterwards takes no proof away, and one that gave up does not keep a recipient from reading.
TABLE: dict[tuple[Act, Standing], tuple[Fact, ...]] = {
    **{(Act.SERVE, at): (Fact.SERVED,) for at in (_S.OWED, *_UNSIGNED)},
    **{(Act.ACCEPT, at): (Fact.ACCEPTED,) for at in (_S.SERVED, _S.EXHAUSTED)},
    **{(Act.ACCEPT, at): () for at in (_S.OWED, _S.ACCEPTED, _S.PLACED, _S.SIGNED)},
    **{(Act.PLACE, at): (Fact.PLACED,) for at in (_S.OWED, *_AWAY)},
    **{(Act.PLACE, at): () for at in (_S.PLACED, _S.SIGNED)},
    **{(Act.OPEN, at): (Fact.PLACED, Fact.OPENED) for at in (_S.OWED, *_AWAY)},
    **{(Act.OPEN, at): (Fact.OPENED,) for at in (_S.PLACED, _S.SIGNED)},
    **{(Act.SIGN, at): (Fact.SIGNED,) for at in (_S.OWED, *_UNSIGNED)},
    **{(Act.EXHAUST, at): (Fact.EXHAUSTED,) for at in (_S.SERVED, _S.ACCEPTED)},
    **{(Act.EXHAUST, at): () for at in (_S.OWED, _S.EXHAUSTED, _S.PLACED, _S.SIGNED)},
    (Act.RESUME, _S.EXHAUSTED): (Fact.RESUMED,),
    **{(Act.RESUME, at): () for at in (_S.OWED, _S.SERVED, _S.ACCEPTED, _S.PLACED, _S.SIGNED)},
    **{(Act.URGE, at): (Fact.URGED,) for at in _UNSIGNED},
    **{(Act.URGE, at): () for at in (_S.OWED, _S.SIGNED)},
}


def standing(receipt: DocumentReceipt) -> Standing:
    if receipt.signed_at is not None:
        return _S.SIGNED
    if receipt.delivered_at is not None:
        return _S.PLACED
    service = receipt.service
    if service is None:
        return _S.OWED
    if service.failed_at is not None:
        return _S.EXHAUSTED
    return _S.ACCEPTED if service.accepted_at is not None else _S.SERVED


def told(act: Act, receipt: DocumentReceipt, law: str) -> Sequence[Fact]:
    """What an act tells. Raises DocumentSignedFor: what is signed for is neither signed nor served again."""
    if act is Act.OPEN and receipt.opened_at is not None:
        return ()
    facts = TABLE.get((act, standing(receipt)))
    if facts is None:
        raise DocumentSignedFor(receipt.recipient, receipt.signed_by or "", law)
    return facts


def moved(receipt: DocumentReceipt, event: e.DocumentEvent) -> DocumentReceipt:
    """The receipt after an event about its recipient."""
    change = _CHANGES.get(type(event))
    if change is None:
        raise TypeError(f"a receipt does not know {type(event).__name__}")
    return receipt.model_copy(update={**change(receipt, event), "version": receipt.version + 1})


def grade_at(receipt: DocumentReceipt) -> datetime | None:
    """When the transport first took it, by whichever service."""
    return next((one.accepted_at for one in receipt.services if one.accepted_at is not None), None)


def _served(receipt: DocumentReceipt, event: e.DocumentServedV1) -> dict[str, Any]:
    service = DocumentService(round=event.round, channel=event.channel, served_at=event.at, reason=event.reason)
    return {
        "services": [*receipt.services, service],
        "due_at": event.due_at,
        "next_urge_at": event.next_urge_at,
    }


def _accepted(receipt: DocumentReceipt, event: e.DocumentAcceptedV1) -> dict[str, Any]:
    change = {"accepted_at": event.at, "reference": event.reference, "failed_at": None, "error": None}
    return _serviced(receipt, event.round, change)


def _delivered(_: DocumentReceipt, event: e.DocumentDeliveredV1) -> dict[str, Any]:
    return {"delivered_at": event.delivered_at, "channel": event.channel, "entered_by": event.entered_by}


def _opened(receipt: DocumentReceipt, event: e.DocumentOpenedV1) -> dict[str, Any]:
    return {"opened_at": event.at, "delivered_at": receipt.delivered_at or event.at}


def _signed(receipt: DocumentReceipt, event: e.DocumentSignedForV1) -> dict[str, Any]:
    return {
        "signed_at": event.signed_at,
        "signed_by": event.signed_by,
        "sha256": event.sha256,
        "entered_by": event.entered_by or receipt.entered_by,
        "delivered_at": receipt.delivered_at or event.signed_at,
        "next_urge_at": None,
    }


def _exhausted(receipt: DocumentReceipt, event: e.DocumentDeliveryExhaustedV1) -> dict[str, Any]:
    return _serviced(receipt, event.round, {"failed_at": event.at, "error": event.error})


def _resumed(receipt: DocumentReceipt, event: e.DocumentDeliveryResumedV1) -> dict[str, Any]:
    return _serviced(receipt, event.round, {"failed_at": None, "error": None})


def _urged(_: DocumentReceipt, event: e.DocumentUrgedV1) -> dict[str, Any]:
    return {"urged": event.step, "urged_at": event.at, "next_urge_at": event.next_urge_at}


def _serviced(receipt: DocumentReceipt, number: int, change: dict[str, Any]) -> dict[str, Any]:
    return {"services": [one.model_copy(update=change) if one.round == number else one for one in receipt.services]}


_CHANGES: dict[type[e.DocumentEvent], Callable[[DocumentReceipt, Any], dict[str, Any]]] = {
    e.DocumentServedV1: _served,
    e.DocumentAcceptedV1: _accepted,
    e.DocumentDeliveredV1: _delivered,
    e.DocumentOpenedV1: _opened,
    e.DocumentSignedForV1: _signed,
    e.DocumentDeliveryExhaustedV1: _exhausted,
    e.DocumentDeliveryResumedV1: _resumed,
    e.DocumentUrgedV1: _urged,
}
MOVING = tuple(_CHANGES)
