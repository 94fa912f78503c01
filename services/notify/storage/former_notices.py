"""Notices issued before each was a document: made documents of by playing their events (domain/former_notice.py)."""

from collections.abc import Iterator
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.domain.document import Document
from services.notify.storage.documents import DocumentStore
from shared.contracts.notify import (
    NoticeDeliveredV1,
    NoticeDeliveryExhaustedV1,
    NoticeDeliveryResumedV1,
    NoticeIssuedV1,
    NoticeSignedV1,
    NotifyEvent,
)
from shared.delivery.tables import event_log

_EVENTS: dict[str, type[NotifyEvent]] = {
    event.type: event
    for event in (
        NoticeIssuedV1,
        NoticeDeliveredV1,
        NoticeSignedV1,
        NoticeDeliveryExhaustedV1,
        NoticeDeliveryResumedV1,
    )
}
_BATCH = 500

# A delivery of a notice is named by the notice and its party; as a service it keeps that name, so that what is on its
# way arrives.
_SERVICES = sa.text("""
INSERT INTO document_service (id, party, document_id, recipient, kind, number)
SELECT d.subject_id, d.party, r.document_id, r.recipient, 'serve', 1
FROM delivery d
JOIN notice n ON n.id = d.subject_id
JOIN document_receipt r ON r.document_id = n.id AND r.code = split_part(d.party, ':', 2)
""")


def adopt_notices(connection: Connection) -> None:
    """Every row of `notice` becomes one of `document` under the same id, number and version."""
    store, waiting = DocumentStore(), list[Document]()
    for made in _replayed(connection):
        waiting.append(made)
        if len(waiting) == _BATCH:
            store.insert_many(connection, waiting)
            waiting.clear()
    store.insert_many(connection, waiting)
    connection.execute(_SERVICES)


def _replayed(connection: Connection) -> Iterator[Document]:
    rows = connection.execute(
        sa.select(*(event_log.c[name] for name in ("aggregate_id", "audience", "type", "payload")))
        .where(event_log.c.aggregate_type == "notice")
        .order_by(event_log.c.aggregate_id, event_log.c.aggregate_seq)
    ).mappings()
    for id_, events in groupby(rows.all(), key=lambda row: row["aggregate_id"]):
        made: Document | None = None
        for row in events:
            made = made or Document(id=UUID(str(id_)), jurisdiction=row["audience"])
            made.apply(_EVENTS[row["type"]].model_validate(row["payload"]))
            made.version += 1
        if made is not None:
            yield made
