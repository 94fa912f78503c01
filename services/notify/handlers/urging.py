"""Urging (催签) those who have not signed in time.

When the next urging of a receipt comes is written beside it, so that nothing depends on a process being up at that
moment: the sweep takes what has come in its order, under the lock of the document, and tells each step once.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from services.notify.domain.channel import CARRIED, ParcelKind
from services.notify.domain.document import Document
from services.notify.handlers.serving import give_term, owe
from services.notify.storage import services
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day

MOST = 100


def urge_unsigned(unit: NotifyUnit, most: int = MOST) -> int:
    """Urge whose time has come; how many were looked at. It goes by the way by which the document went out."""
    terms = unit.desk.terms
    ladder = terms.ladder(local_day(unit.now))
    waiting = services.to_urge(unit.connection, unit.now, most)
    for found, recipient in _out(waiting, unit):
        told = found.urge(recipient, ladder, terms.days, unit.now)
        unit.record(found, unit.documents, told)
        receipt = found.receipt(recipient)
        # Who is served in the inbox, or on paper, is urged there: the step stands in its receipt and in the list.
        if told and receipt.service is not None and receipt.service.channel in CARRIED:
            owe(found, recipient, ParcelKind.URGE, receipt.urged, receipt.service.channel, unit)
    return len(waiting)


def give_terms(unit: NotifyUnit, most: int = MOST) -> int:
    """To what was issued before there were terms and is not signed for; how many were looked at."""
    waiting = services.without_term(unit.connection, most)
    for found, recipient in _out(waiting, unit):
        give_term(found, recipient, unit)
    return len(waiting)


def _out(waiting: Sequence[tuple[UUID, str]], unit: NotifyUnit) -> Iterator[tuple[Document, str]]:
    """Each document locked once, however many of its recipients wait: what it tells of one, the next must know."""
    locked: dict[UUID, Document] = {}
    for document_id, recipient in waiting:
        if document_id not in locked:
            locked[document_id] = unit.documents.lock(unit.connection, document_id)
        if locked[document_id].is_out:
            yield locked[document_id], recipient
