"""Sending an issued document out: by which way to whom, once more, by the next way when one has failed.

A service is a delivery of its own, with an id that follows from document, recipient and round; what is owed is a row
in the unit that tells it, so that whatever fails, a recipient is owed each service once (R10).
"""

from collections.abc import Sequence

from services.notify.domain.addressed import Dues
from services.notify.domain.channel import ParcelKind, route_of
from services.notify.domain.document import Document
from services.notify.domain.errors import WayMissing
from services.notify.domain.offices import party_of
from services.notify.storage import services
from services.notify.storage.endpoints import ways_in_use
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day
from shared.contracts.codes import ChannelKind
from shared.contracts.documents import DocumentReceipt
from shared.outgoing import deliveries
from shared.principal import Actor

FAILED = "前一送达方式未能送达"
FORMER = "此前印发的文书补记送达期限"


def ways_of(found: Document, name: str, unit: NotifyUnit) -> Sequence[ChannelKind]:
    """By which ways a recipient can be reached, in the order they are taken."""
    office, today = unit.desk.offices.of(found.jurisdiction), local_day(unit.now)
    code = office.code_of(name)
    rule = unit.desk.rules.by_id(found.rule_id, today) if found.rule_id else None
    order = (rule.channels if rule else ()) or unit.desk.terms.order(office.body(code), today)
    return ways_in_use(unit.connection, party_of(found.jurisdiction, code or name), order)


def require_ways(found: Document, unit: NotifyUnit) -> None:
    """Raises WayMissing, naming the first recipient that could not be reached at all."""
    for name in (*found.content.to, *found.content.copies):
        if not ways_of(found, name, unit):
            raise WayMissing(name, None, ())


def codes_of(found: Document, unit: NotifyUnit) -> dict[str, str]:
    """Of the recipients that the county's register knows, by name."""
    office = unit.desk.offices.of(found.jurisdiction)
    named = {name: office.code_of(name) for name in (*found.content.to, *found.content.copies)}
    return {name: code for name, code in named.items() if code is not None}


def serve_issued(found: Document, unit: NotifyUnit) -> None:
    """To each recipient by its first way. One that has lost all its ways since the 签发 is carried on paper."""
    for receipt in found.receipts:
        ways = ways_of(found, receipt.recipient, unit) or (ChannelKind.PAPER,)
        _serve(found, receipt.recipient, ways[0], None, unit)


def serve_again(
    found: Document, recipient: str, channel: ChannelKind, reason: str, by: Actor, unit: NotifyUnit
) -> None:
    """By a person, who chooses the way. Raises WayMissing, RecipientUnknown, DocumentSignedFor."""
    receipt = found.receipt(recipient)
    ways = ways_of(found, recipient, unit)
    if channel not in ways:
        raise WayMissing(recipient, channel, ways)
    told = found.re_serve(recipient, channel, reason, _dues(found, receipt, unit), by, unit.now)
    _give_up_former(found, recipient, unit)
    unit.record(found, unit.documents, told)
    _owe(found, recipient, channel, unit)


def serve_otherwise(found: Document, recipient: str, unit: NotifyUnit) -> bool:
    """By the next way that was not tried yet. False when there is none: a person must see to it."""
    receipt = found.receipt(recipient)
    tried = {service.channel for service in receipt.services}
    following = [way for way in ways_of(found, recipient, unit) if way not in tried]
    if not following:
        return False
    _serve(found, recipient, following[0], FAILED, unit)
    return True


def give_term(found: Document, recipient: str, unit: NotifyUnit) -> None:
    """What was issued before there were terms is served from now on: in the inbox in which it lies, else on paper."""
    receipt = found.receipt(recipient)
    if receipt.due_at is None:
        _serve(found, recipient, ChannelKind.INBOX if receipt.code else ChannelKind.PAPER, FORMER, unit)


def hand_over(found: Document, recipient: str, unit: NotifyUnit) -> None:
    """Nothing of it need be sent any more to who has it; urgings go on until it is signed for."""
    signed = found.receipt(recipient).signed_at is not None
    for service in services.of_document(unit.connection, found.id, recipient):
        if signed or service.kind is ParcelKind.SERVE:
            deliveries.handed_over(unit, service.id, service.party)


def call_off(found: Document, reason: str, unit: NotifyUnit) -> None:
    """Nothing of it is sent to anybody any more: withdrawn, corrected or closed."""
    for service in services.of_document(unit.connection, found.id):
        deliveries.cancel(unit, service.id, reason, service.party)


def owe(found: Document, recipient: str, kind: ParcelKind, number: int, channel: ChannelKind, unit: NotifyUnit) -> None:
    """A delivery of a service or an urging, once."""
    code = found.receipt(recipient).code
    route = route_of(party_of(found.jurisdiction, code or recipient), channel)
    service = services.keep(unit.connection, found.id, recipient, kind, number, route)
    deliveries.add(unit.connection, service.id, route, channel.value, unit.correlation_id)
    if channel is ChannelKind.INBOX:
        deliveries.handed_over(unit, service.id, route)


def _serve(found: Document, recipient: str, channel: ChannelKind, reason: str | None, unit: NotifyUnit) -> None:
    dues = _dues(found, found.receipt(recipient), unit)
    unit.record(found, unit.documents, found.serve(recipient, channel, reason, dues, unit.now))
    _owe(found, recipient, channel, unit)


def _owe(found: Document, recipient: str, channel: ChannelKind, unit: NotifyUnit) -> None:
    """The delivery of the present service. The inbox is ours: what is put there is placed."""
    owe(found, recipient, ParcelKind.SERVE, len(found.receipt(recipient).services), channel, unit)
    if channel is ChannelKind.INBOX:
        unit.record(found, unit.documents, found.place(recipient, channel, unit.now))


def _give_up_former(found: Document, recipient: str, unit: NotifyUnit) -> None:
    """What is still on its way by a former way is not sent any more; what has arrived stays."""
    for service in services.of_document(unit.connection, found.id, recipient):
        if service.kind is ParcelKind.SERVE:
            deliveries.cancel(unit, service.id, "served another way", service.party)


def _dues(found: Document, receipt: DocumentReceipt, unit: NotifyUnit) -> Dues:
    """Counted at the first service; afterwards the term stands."""
    if receipt.due_at is not None:
        return Dues(receipt.due_at, receipt.next_urge_at)
    terms = unit.desk.terms
    due_at = terms.due_at(found.type, found.content.urgency, unit.now)
    return Dues(due_at, terms.ladder(local_day(unit.now)).at(1, due_at, terms.days))
