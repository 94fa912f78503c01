"""A consumer's reading of a producer: one recorded outcome a position, none ahead, none apart (R3 to R6, R8)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tests.faults.checker.chain import GENESIS
from tests.faults.checker.database import Database
from tests.faults.checker.memory import Memory
from tests.faults.checker.report import Findings

_CURSOR = "SELECT log_id, position, hash, state FROM feed_cursor WHERE consumer = %s AND producer = %s"
_INBOX = """
SELECT count(*) FILTER (WHERE position BETWEEN 1 AND %s), count(*) FILTER (WHERE position NOT BETWEEN 1 AND %s)
FROM inbox WHERE consumer = %s AND producer = %s
"""
_HOLES = """
SELECT p FROM generate_series(1, %s) p WHERE NOT EXISTS (
    SELECT FROM inbox i WHERE i.consumer = %s AND i.producer = %s AND i.position = p) LIMIT 10
"""
_HEARD_DIGEST = """
SELECT md5(coalesce(string_agg(position || ':' || event_id, ',' ORDER BY position), '')) FROM inbox
WHERE consumer = %s AND producer = %s AND position > %s AND position <= %s
"""
_HEARD = """
SELECT position, event_id FROM inbox WHERE consumer = %s AND producer = %s AND position > %s AND position <= %s
"""
_TOLD_DIGEST = """
SELECT md5(coalesce(string_agg(position || ':' || event_id, ',' ORDER BY position), '')) FROM log_order
WHERE position > %s AND position <= %s
"""
_TOLD = "SELECT position, event_id FROM log_order WHERE position > %s AND position <= %s"
_WANTED = """
SELECT o.position FROM log_order o JOIN event_log e USING (event_id)
WHERE o.position > %s AND o.position <= %s AND e.type = ANY(%s)
"""
_SKIPPED = """
SELECT position FROM inbox
WHERE consumer = %s AND producer = %s AND outcome = 'skipped' AND position = ANY(%s::bigint[]) ORDER BY position
"""


@dataclass(frozen=True)
class Feed:
    """wanted: full event types the consumer reacts to; empty: not known, then skipping is not judged."""

    consumer: Database
    producer: Database
    wanted: Collection[str] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.consumer.name, self.producer.name

    @property
    def label(self) -> str:
        return f"{self.producer.name}>{self.consumer.name}"

    def cursor(self) -> tuple[str | None, int, str, str]:
        """log id, position, hash, state; the beginning when it has read nothing."""
        found = self.consumer.rows(_CURSOR, *self.key)
        return found[0] if found else (None, 0, GENESIS, "running")

    def position(self) -> int:
        return self.cursor()[1]


def check_feed(feed: Feed, findings: Findings, memory: Memory | None = None) -> None:
    """That the consumer's cursor and inbox are what the producer's log says. Parked events: see parked.py."""
    memory = memory or Memory()
    _, position, _, _ = cursor = feed.cursor()
    _check_cursor(feed, cursor, findings)
    _check_outcomes(feed, position, findings)
    after = memory.settled(*feed.key)
    _check_identity(feed, after, position, findings)
    _check_skipped(feed, after, position, findings)
    findings.looked_at("outcomes", max(position - after, 0))


def _check_cursor(feed: Feed, cursor: tuple[Any, ...], findings: Findings) -> None:
    log_id, position, hash_, state = cursor
    head_id, head = feed.producer.row("SELECT log_id, position FROM log_head")
    there = feed.producer.rows("SELECT hash FROM log_order WHERE position = %s", position)
    told = GENESIS if position == 0 else there[0][0] if there else None
    if state != "running":
        findings.add("forked", f"{feed.label}: the feed is {state} at {position}")
    elif (log_id is not None and log_id != head_id) or hash_ != told:
        findings.add("forked", f"{feed.label}: at {position} it has read another log than the producer's")
    if position < head:
        findings.add("cursor_behind", f"{feed.label}: {position} of {head}", head - position)


def _check_outcomes(feed: Feed, position: int, findings: Findings) -> None:
    within, beyond = feed.consumer.row(_INBOX, position, position, *feed.key)
    if within != position:
        holes = [row[0] for row in feed.consumer.rows(_HOLES, position, *feed.key)]
        findings.add("inbox_holes", f"{feed.label}: no outcome of {holes}, cursor {position}", position - within)
    if beyond:
        findings.add("inbox_holes", f"{feed.label}: {beyond} outcomes beyond the cursor {position}", beyond)


def _check_identity(feed: Feed, after: int, position: int, findings: Findings) -> None:
    """Every outcome is of the producer's own event at that position. Compared by digest; row by row if that differs."""
    span = (after, position)
    if feed.consumer.row(_HEARD_DIGEST, *feed.key, *span) == feed.producer.row(_TOLD_DIGEST, *span):
        return
    told: dict[int, str] = dict(feed.producer.rows(_TOLD, *span))
    for at, event_id in feed.consumer.rows(_HEARD, *feed.key, *span):
        if told.get(at) != event_id:
            findings.add("forked", f"{feed.label}: {at} was settled as {event_id}, the producer has {told.get(at)}")


def _check_skipped(feed: Feed, after: int, position: int, findings: Findings) -> None:
    """What the consumer wants is never skipped (R3)."""
    if not feed.wanted:
        return
    wanted = [row[0] for row in feed.producer.rows(_WANTED, after, position, list(feed.wanted))]
    for (at,) in feed.consumer.rows(_SKIPPED, *feed.key, wanted):
        findings.add("lost", f"{feed.label}: {at} was skipped though it is wanted")
