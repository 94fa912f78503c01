"""Which checkpoint of the audit an event of ours told of."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.audit import checkpoints
from shared.contracts.audit import AuditCheckpointKeptV1, KeptCheckpoint
from shared.delivery.tables import event_log


def newest_told(connection: Connection, checkpoint_id: UUID) -> KeptCheckpoint | None:
    """The newest checkpoint, if it is this one."""
    told = sa.select(event_log.c.payload).where(
        event_log.c.aggregate_id == checkpoint_id, event_log.c.type == AuditCheckpointKeptV1.type
    )
    payload = connection.execute(told).scalar_one_or_none()
    kept = checkpoints.newest(connection)
    return kept if payload is not None and kept is not None and kept.number == payload["number"] else None
