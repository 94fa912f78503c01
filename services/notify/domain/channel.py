"""The ways by which a document reaches a recipient (送达方式): what each carries, and what its success proves.

The console inbox is the truth: whatever else fails, the document lies there. A recipient may have further ways, in an
order; each is a route with an address, a circuit and deliveries of its own, so that one that is down delays no other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.contracts.codes import ChannelKind


class ReceiptGrade(StrEnum):
    """How much is proven: the transport took it, it lies in the recipient's inbox, a named officer signed for it."""

    ACCEPTED = "accepted"
    PLACED = "placed"
    SIGNED = "signed"


class ParcelKind(StrEnum):
    """SERVE: the document itself, for the first time or once more. URGE: a reminder that it is not signed for.

    PROBE: nothing but a question whether the way is open; it is no service of anything. CHECKPOINT: of the audit, by
    webhook alone, for a system that keeps it.
    """

    SERVE = "serve"
    URGE = "urge"
    PROBE = "probe"
    CHECKPOINT = "checkpoint"


# What it proves when the channel says that it has delivered (shared.outgoing.courier.Delivered). What comes back later
# proves more: a receipt package, a typed receipt code, a photographed paper, a reading in the console.
PROVES: Mapping[ChannelKind, ReceiptGrade] = {
    ChannelKind.INBOX: ReceiptGrade.PLACED,
    ChannelKind.WEBHOOK: ReceiptGrade.PLACED,
    ChannelKind.EMAIL: ReceiptGrade.ACCEPTED,
    ChannelKind.ROBOT: ReceiptGrade.ACCEPTED,
    ChannelKind.SMS: ReceiptGrade.ACCEPTED,
    ChannelKind.FILE_EXCHANGE: ReceiptGrade.ACCEPTED,
    ChannelKind.PAPER: ReceiptGrade.ACCEPTED,
}
# What a sender carries; the inbox is there by itself, paper is carried by a named person.
CARRIED = frozenset(ChannelKind) - {ChannelKind.INBOX, ChannelKind.PAPER}


@dataclass(frozen=True)
class ParcelFile:
    """name: as the recipient stores it, with its ending. link: where it is fetched, empty for what is not there.

    load: the bytes; blocks, raises NotFound.
    """

    name: str
    media_type: str
    sha256: str
    load: Callable[[], bytes] = field(compare=False, repr=False)
    link: str = ""


@dataclass(frozen=True)
class Parcel:
    """A document on its way to one recipient by one route.

    delivery_id: the same at every try, another one for another service round; whoever gets it twice knows it by that.
    about: what document_id names, `notice` or `document`. recipient: its code. sha256: of the PDF (of the text, where
    a notice has no PDF). signature: of the office, may be empty. link: where the recipient reads and signs for it.
    verify_url: may be empty. made_at: when this round was owed first. checkpoint: of that kind, as it is kept.
    """

    delivery_id: UUID
    document_id: UUID
    about: str
    kind: ParcelKind
    number: str
    title: str
    issuer: str
    recipient: str
    recipient_name: str
    sha256: str
    signature: str
    link: str
    verify_url: str
    made_at: datetime
    due_at: datetime | None = None
    files: tuple[ParcelFile, ...] = ()
    checkpoint: Mapping[str, Any] = field(default_factory=dict)


def route_of(party: str, channel: ChannelKind) -> str:
    """A recipient's route, as deliveries and endpoints name it: 640521:party_committee:email.

    The webhook, and what nobody carries, have the party's own name: the webhook was there before there were others.
    """
    return party if channel not in CARRIED or channel is ChannelKind.WEBHOOK else f"{party}:{channel.value}"


def party_of_route(route: str) -> str:
    """The inverse of route_of: county and recipient."""
    return ":".join(route.split(":")[:2])


def channel_of_route(route: str) -> ChannelKind:
    """By which way a route goes."""
    _, _, channel = route.partition(":")[2].partition(":")
    return ChannelKind(channel) if channel else ChannelKind.WEBHOOK
