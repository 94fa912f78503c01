"""The state of a sealed record for its named readers, and who has opened it. It is in no list and no count."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.contracts.sealed_records import SealedOpening, SealedRecordOpenedV1
from shared.delivery.tables import event_log


def openings(connection: Connection, record_id: UUID) -> list[SealedOpening]:
    """Every opening so far, oldest first: read from the log itself."""
    found = connection.execute(
        sa.select(event_log.c.occurred_at, event_log.c.actor_name)
        .where(event_log.c.aggregate_id == record_id, event_log.c.type == SealedRecordOpenedV1.type)
        .order_by(event_log.c.aggregate_seq)
    )
    return [SealedOpening(opened_at=row.occurred_at, opened_by=row.actor_name) for row in found]
