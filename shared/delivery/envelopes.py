"""A row of the log as the CloudEvent that crosses the bus."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

_COLUMNS = """
    o.position, o.log_id, o.previous, o.prev_hash, o.hash,
    e.event_id, e.type, e.aggregate_type, e.aggregate_id, e.aggregate_seq, e.audience,
    e.actor, e.actor_name, e.correlation_id, e.causation_id, e.occurred_at, e.payload
"""
_ABOVE = sa.text(f"""
SELECT {_COLUMNS} FROM log_order o JOIN event_log e USING (event_id)
WHERE o.position > :after ORDER BY o.position LIMIT :limit
""")


def above(connection: Connection, source: str, log_id: UUID, after: int, limit: int) -> list[dict[str, Any]]:
    """Envelopes of the numbered events above a position, in order."""
    rows = connection.execute(_ABOVE, {"after": after, "limit": limit}).mappings()
    return [envelope(source, log_id, dict(row)) for row in rows]


def envelope(source: str, log_id: UUID, row: dict[str, Any]) -> dict[str, Any]:
    """CloudEvents 1.0 structured JSON with our extension attributes (design.md 4)."""
    occurred_at: datetime = row["occurred_at"]
    made: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(row["event_id"]),
        "source": f"/{source}",
        "type": row["type"],
        "subject": str(row["aggregate_id"]),
        "time": occurred_at.isoformat(),
        "datacontenttype": "application/json",
        "dataschema": f"tianwei:events/{row['type']}",
        "data": row["payload"],
        "position": row["position"],
        "logid": str(log_id),
        "prevhash": row["prev_hash"],
        "hash": row["hash"],
        "subjecttype": row["aggregate_type"],
        "sequence": row["aggregate_seq"],
        "correlationid": row["correlation_id"],
        "actor": row["actor"],
        "actorname": row["actor_name"],
        "jurisdiction": row["audience"],
    }
    if row["log_id"] != log_id:
        made["numberedin"] = str(row["log_id"])
    if row["previous"] is not None:
        made["previous"] = row["previous"]
    if row["causation_id"] is not None:
        made["causationid"] = row["causation_id"]
    return made


def stub(made: dict[str, Any]) -> dict[str, Any]:
    """An envelope without its data: enough to keep a consumer's cursor contiguous."""
    return {**made, "data": None}
