"""Numbers committed events under the head lock, so that visible order is position order (reliability.md 4)."""

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.delivery.log import HashName, event_hash, meta_of

BATCH = 500

_WAITING = sa.text("""
SELECT x.id, e.event_id, e.type, e.aggregate_type, e.aggregate_id, e.aggregate_seq, e.audience, e.actor, e.actor_name,
       e.correlation_id, e.causation_id, e.occurred_at, e.payload, p.position AS previous
FROM (SELECT id, event_id FROM outbox ORDER BY id LIMIT :batch) x
JOIN event_log e USING (event_id)
LEFT JOIN event_log f ON f.aggregate_id = e.aggregate_id AND f.aggregate_type = e.aggregate_type
                     AND f.aggregate_seq = e.aggregate_seq - 1
LEFT JOIN log_order p ON p.event_id = f.event_id
ORDER BY x.id
""")
_NUMBER = sa.text("""
INSERT INTO log_order (position, event_id, log_id, previous, prev_hash, hash)
SELECT n.position, n.event_id, CAST(:log_id AS uuid), n.previous, n.prev_hash, n.hash
FROM unnest(CAST(:positions AS bigint[]), CAST(:events AS uuid[]), CAST(:previous AS bigint[]),
            CAST(:prev_hashes AS text[]), CAST(:hashes AS text[]))
  AS n(position, event_id, previous, prev_hash, hash)
""")
_DONE = sa.text("DELETE FROM outbox WHERE id = ANY(:ids)")
_HEAD = sa.text("SELECT log_id, position, hash FROM log_head WHERE id = 1 FOR UPDATE")
_MOVE = sa.text("UPDATE log_head SET position = :position, hash = :hash WHERE id = 1")


def number_waiting(connection: Connection, batch: int = BATCH, digest: HashName = "sha256") -> int:
    """Give the oldest unnumbered events their positions, in the caller's transaction; the number of them."""
    head = connection.execute(_HEAD).one()
    rows = connection.execute(_WAITING, {"batch": batch}).all()
    if not rows:
        return 0
    position, hash_ = head.position, head.hash
    placed: dict[tuple[str, str, int], int] = {}
    positions, previous, prev_hashes, hashes = [], [], [], []
    for row in rows:
        position += 1
        former = placed.get((row.aggregate_type, str(row.aggregate_id), row.aggregate_seq - 1), row.previous)
        placed[(row.aggregate_type, str(row.aggregate_id), row.aggregate_seq)] = position
        positions.append(position)
        previous.append(former)
        prev_hashes.append(hash_)
        meta = meta_of(row._mapping)
        hash_ = event_hash(hash_, head.log_id, position, row.event_id, row.type, meta, row.payload, digest)
        hashes.append(hash_)
    connection.execute(
        _NUMBER,
        {
            "log_id": str(head.log_id),
            "positions": positions,
            "events": [str(row.event_id) for row in rows],
            "previous": previous,
            "prev_hashes": prev_hashes,
            "hashes": hashes,
        },
    )
    connection.execute(_DONE, {"ids": [row.id for row in rows]})
    connection.execute(_MOVE, {"position": position, "hash": hash_})
    return len(rows)
