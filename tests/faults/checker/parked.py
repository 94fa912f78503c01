"""Events put aside: listed, in the order of their aggregate, with a dead letter that was told of (R5, R7)."""

from collections.abc import Collection
from typing import Any

from tests.faults.checker.database import Database
from tests.faults.checker.feeds import Feed
from tests.faults.checker.report import Findings

ALERT_S = 60.0

_PARKED = """
SELECT position, aggregate_id, type, reason, status FROM parked
WHERE consumer = %s AND producer = %s ORDER BY position
"""
_OUTCOMES = "SELECT position FROM inbox WHERE consumer = %s AND producer = %s AND outcome = 'parked'"
_ATTEMPTS = "SELECT position, tries, error FROM attempt WHERE consumer = %s AND producer = %s"
_LATER = """
SELECT o.position FROM log_order o JOIN event_log e USING (event_id) WHERE e.aggregate_id = %s AND o.position > %s
"""
_APPLIED = """
SELECT position FROM inbox
WHERE consumer = %s AND producer = %s AND outcome = 'applied' AND position = ANY(%s::bigint[]) ORDER BY position
"""
_UNLETTERED_PARKED = """
SELECT p.position, p.reason FROM parked p LEFT JOIN dead_letter d ON d.id = p.dead_letter_id
WHERE p.status = 'open' AND (d.id IS NULL OR d.status NOT IN ('open', 'discard_proposed'))
"""
_UNLETTERED_DELIVERIES = """
SELECT v.id, v.party FROM delivery v WHERE v.state = 'exhausted' AND NOT EXISTS (
    SELECT FROM dead_letter d WHERE d.kind = 'exhausted_delivery' AND d.subject_id = v.subject_id
                                AND d.party = v.party AND d.status IN ('open', 'discard_proposed', 'discarded'))
"""
_UNLETTERED_FORKS = """
SELECT c.producer FROM feed_cursor c WHERE c.state <> 'running' AND NOT EXISTS (
    SELECT FROM dead_letter d WHERE d.kind = 'forked_feed' AND d.producer = c.producer
                                AND d.status IN ('open', 'discard_proposed'))
"""
# Nobody can end these: there is nothing to replay or to discard.
_IDLE_LETTERS = """
SELECT d.id, d.producer || ' ' || d.position FROM dead_letter d
WHERE d.kind = 'parked_event' AND d.status IN ('open', 'discard_proposed')
  AND NOT EXISTS (SELECT FROM parked p WHERE p.dead_letter_id = d.id AND p.status = 'open')
"""
_IDLE_LETTERS_OF_DELIVERIES = """
SELECT d.id, d.party FROM dead_letter d
WHERE d.kind = 'exhausted_delivery' AND d.status IN ('open', 'discard_proposed')
  AND NOT EXISTS (SELECT FROM delivery v WHERE v.state = 'exhausted' AND v.subject_id = d.subject_id
                                             AND v.party = d.party)
"""
_REFUSED = "SELECT coalesce(sum(times), 0) FROM dead_letter WHERE kind = 'refused_message'"
_UNTOLD = """
SELECT d.id, d.kind, d.reason FROM dead_letter d WHERE NOT EXISTS (
    SELECT FROM event_log e WHERE e.aggregate_id = d.id AND e.type LIKE '%%.dead-letter-opened.v_')
"""
_LATE = """
SELECT p.position, abs(extract(epoch FROM e.occurred_at - p.at))
FROM parked p JOIN event_log e ON e.aggregate_id = p.dead_letter_id AND e.type LIKE '%%.dead-letter-opened.v_'
WHERE abs(extract(epoch FROM e.occurred_at - p.at)) > %s
"""


def check_parked(feed: Feed, findings: Findings, poisoned: Collection[str] = frozenset()) -> None:
    """poisoned: aggregates whose events may be parked and open."""
    rows = feed.consumer.rows(_PARKED, *feed.key)
    _check_listed(feed, {row[0] for row in rows}, findings)
    standing: dict[str, list[int]] = {}
    for position, aggregate, type_, reason, status in rows:
        if status != "open":
            continue
        if aggregate not in poisoned:
            findings.add("parked", f"{feed.label}: {position} {type_} of {aggregate}, {reason}")
        _check_blocker(feed, position, reason, standing.setdefault(aggregate, []), findings)
        standing[aggregate].append(position)
    for aggregate, positions in standing.items():
        _check_held_back(feed, aggregate, positions[0], findings)
    for position, tries, error in feed.consumer.rows(_ATTEMPTS, *feed.key):
        findings.add("parked", f"{feed.label}: {tries} tries of {position} left over, {error}")


def _check_listed(feed: Feed, listed: set[int], findings: Findings) -> None:
    """What the inbox calls parked is in the list, and the other way round (R7)."""
    outcomes = {row[0] for row in feed.consumer.rows(_OUTCOMES, *feed.key)}
    for position in sorted(outcomes - listed):
        findings.add("unlisted", f"{feed.label}: {position} is parked and nowhere listed")
    for position in sorted(listed - outcomes):
        findings.add("unlisted", f"{feed.label}: {position} is listed as parked and its outcome is another")


def _check_blocker(feed: Feed, position: int, reason: str, before: list[int], findings: Findings) -> None:
    """blocked_by names an earlier open one of the same aggregate."""
    kind, _, blocker = reason.partition(":")
    if kind == "blocked_by" and not before:
        findings.add("out_of_order", f"{feed.label}: {position} waits for {blocker}, which is not parked")


def _check_held_back(feed: Feed, aggregate: str, first: int, findings: Findings) -> None:
    """Nothing of the aggregate is applied past what is still parked (R5)."""
    later = [row[0] for row in feed.producer.rows(_LATER, aggregate, first)]
    for (position,) in feed.consumer.rows(_APPLIED, *feed.key, later):
        findings.add("out_of_order", f"{feed.label}: {position} of {aggregate} was applied past the parked {first}")


def check_letters(database: Database, findings: Findings, alert_s: float = ALERT_S, refused: int = 0) -> None:
    """Every trouble has its dead letter and told of it in time. refused: messages it must have refused, at least.

    alert_s: between the parking (database clock) and what the opening event says (service clock).
    """
    if not database.has_table("dead_letter"):
        return
    name = database.name
    for position, reason in database.rows(_UNLETTERED_PARKED):
        findings.add("unlisted", f"{name}: parked {position} ({reason}) has no open dead letter")
    for id_, what in database.rows(_IDLE_LETTERS):
        findings.add("disagree", f"{name}: dead letter {id_} waits for {what}, which is not parked")
    if database.has_table("delivery"):
        for id_, party in database.rows(_IDLE_LETTERS_OF_DELIVERIES):
            findings.add("disagree", f"{name}: dead letter {id_} waits for a delivery to {party} that is not exhausted")
        for id_, party in database.rows(_UNLETTERED_DELIVERIES):
            findings.add("unlisted", f"{name}: exhausted delivery {id_} to {party} has no dead letter")
    for (producer,) in database.rows(_UNLETTERED_FORKS):
        findings.add("unlisted", f"{name}: the stopped feed of {producer} has no dead letter")
    for id_, kind, reason in database.rows(_UNTOLD):
        findings.add("unlisted", f"{name}: dead letter {id_} ({kind}, {reason}) was never told")
    for position, seconds in database.rows(_LATE, alert_s):
        findings.add("unlisted", f"{name}: parked {position} was told {_s(seconds)} s off")
    if (listed := database.number(_REFUSED)) < refused:
        findings.add("unlisted", f"{name}: {listed} refused messages listed of {refused}", refused - listed)
    findings.looked_at("dead_letters", database.number("SELECT count(*) FROM dead_letter"))


def _s(seconds: Any) -> str:
    return f"{float(seconds):.0f}"
