"""A producer's log: gap-free, append-only, chained, in the order of every aggregate (R2, R5, R14)."""

from tests.faults.checker.chain import Link, fault
from tests.faults.checker.database import Database
from tests.faults.checker.memory import Anchor, Memory
from tests.faults.checker.report import Findings

_HEAD = "SELECT log_id, position, hash, published FROM log_head"
_POSITIONS = "SELECT count(*), coalesce(min(position), 0), coalesce(max(position), 0) FROM log_order"
_MISSING = """
SELECT p FROM generate_series(1, %s) p WHERE NOT EXISTS (SELECT FROM log_order o WHERE o.position = p) LIMIT 10
"""
_UNNUMBERED = """
SELECT e.event_id, e.type, EXISTS (SELECT FROM outbox x WHERE x.event_id = e.event_id)
FROM event_log e WHERE NOT EXISTS (SELECT FROM log_order o WHERE o.event_id = e.event_id)
"""
_CONTENTLESS = """
SELECT position FROM log_order o WHERE NOT EXISTS (SELECT FROM event_log e WHERE e.event_id = o.event_id)
"""
_STALE_OUTBOX = """
SELECT x.id, o.position FROM outbox x LEFT JOIN log_order o USING (event_id)
WHERE o.position IS NOT NULL OR NOT EXISTS (SELECT FROM event_log e WHERE e.event_id = x.event_id)
"""
_BROKEN_AGGREGATES = """
SELECT aggregate_type, aggregate_id, count(*), min(aggregate_seq), max(aggregate_seq) FROM event_log
GROUP BY 1, 2 HAVING min(aggregate_seq) <> 1 OR max(aggregate_seq) <> count(*)
"""
# With every new event right after its aggregate's former one, all of an aggregate's events are in order.
_MISPLACED = """
SELECT o.position, e.aggregate_type, e.aggregate_seq, o.previous, p.position
FROM log_order o JOIN event_log e USING (event_id)
LEFT JOIN event_log f ON f.aggregate_type = e.aggregate_type AND f.aggregate_id = e.aggregate_id
                     AND f.aggregate_seq = e.aggregate_seq - 1
LEFT JOIN log_order p ON p.event_id = f.event_id
WHERE o.position > %s AND (o.previous IS DISTINCT FROM p.position OR p.position >= o.position)
"""
_LINKS = """
SELECT o.position, o.event_id, {log_id}, o.prev_hash, o.hash, e.type, e.payload, jsonb_build_object(
    'actor', e.actor, 'actor_name', e.actor_name, 'aggregate_id', e.aggregate_id, 'aggregate_seq', e.aggregate_seq,
    'aggregate_type', e.aggregate_type, 'audience', e.audience, 'causation_id', e.causation_id,
    'correlation_id', e.correlation_id,
    'occurred_at', to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00')
FROM log_order o JOIN event_log e USING (event_id) CROSS JOIN log_head h
WHERE o.position > %s ORDER BY o.position
"""


def check_log(database: Database, findings: Findings, memory: Memory | None = None) -> None:
    """Everything a log must be by itself, above what memory knows as verified."""
    memory = memory or Memory()
    _check_head(database, findings)
    _check_numbering(database, findings)
    anchor = _anchor(database, findings, memory)
    _check_aggregates(database, findings, anchor.position)
    memory.logs[database.name] = _check_chain(database, findings, anchor)


def _check_head(database: Database, findings: Findings) -> None:
    name = database.name
    _, head, _, published = database.row(_HEAD)
    count, first, last = database.row(_POSITIONS)
    if (count, last) != (head, head) or (count and first != 1):
        missing = [row[0] for row in database.rows(_MISSING, max(head, last))]
        size = max(abs(max(head, last) - count), 1)
        findings.add("gaps", f"{name}: {count} positions up to {last}, head {head}, missing {missing}", size)
    if published != head:
        findings.add("unpublished", f"{name}: published {published} of {head}", abs(head - published))


def _check_numbering(database: Database, findings: Findings) -> None:
    """event_log and log_order one to one; the outbox empty."""
    name = database.name
    for event_id, type_, waits in database.rows(_UNNUMBERED):
        if waits:
            findings.add("unpublished", f"{name}: {type_} {event_id} waits in the outbox")
        else:
            findings.add("gaps", f"{name}: {type_} {event_id} has no position and waits for none")
    for (position,) in database.rows(_CONTENTLESS):
        findings.add("gaps", f"{name}: position {position} has no event")
    for id_, position in database.rows(_STALE_OUTBOX):
        what = "whose event is gone" if position is None else f"whose event is at {position} already"
        findings.add("gaps", f"{name}: outbox {id_} {what}")


def _check_aggregates(database: Database, findings: Findings, after: int) -> None:
    name = database.name
    for type_, id_, count, first, last in database.rows(_BROKEN_AGGREGATES):
        findings.add("out_of_order", f"{name}: {type_} {id_} has {count} events numbered {first} to {last}")
    for position, type_, sequence, previous, former in database.rows(_MISPLACED, after):
        line = f"{name}: {position} is event {sequence} of a {type_}, previous {previous}, the one before at {former}"
        findings.add("out_of_order", line)


def _anchor(database: Database, findings: Findings, memory: Memory) -> Anchor:
    """Where verifying begins; at the start again when what was verified is there no more."""
    anchor = memory.anchor(database.name)
    if anchor.position == 0:
        return anchor
    found = database.rows("SELECT hash FROM log_order WHERE position = %s", anchor.position)
    if found == [(anchor.hash,)]:
        return anchor
    findings.add("chain_broken", f"{database.name}: position {anchor.position} is not what it was: the log was changed")
    return Anchor()


def _check_chain(database: Database, findings: Findings, anchor: Anchor) -> Anchor:
    own = database.has_column("log_order", "log_id")
    query = _LINKS.format(log_id="o.log_id" if own else "h.log_id")
    position, hash_, count = anchor.position, anchor.hash, 0
    for row in database.stream(query, anchor.position):
        link = Link(*row)
        if (broken := fault(link, hash_)) is not None:
            findings.add("chain_broken", f"{database.name}: {broken}")
        position, hash_, count = link.position, link.hash, count + 1
    findings.looked_at("events", count)
    if (head_hash := database.row(_HEAD)[2]) != hash_:
        findings.add("chain_broken", f"{database.name}: head has {head_hash[:12]}, its last event {hash_[:12]}")
    return Anchor(position, hash_)
