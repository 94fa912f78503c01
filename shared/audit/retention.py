"""Forgetting what was kept long enough: whole segments before a signed checkpoint, nothing younger than 183 days.

The database decides (shared/audit/schema.py); here it is only asked, one segment a transaction.
"""

import logging
import time

import sqlalchemy as sa
from sqlalchemy import Engine

from shared.audit.chain import Entry, append
from shared.audit.links import HashName
from shared.contracts.audit import AuditKind, Outcome

log = logging.getLogger(__name__)

EVERY_S = 3600.0
# Of one look, which is short: the loop that makes it must not fall silent (shared/host/watchdog.py).
LOOK_S = 10.0
# Longer than any other statement: a segment is what lies between two checkpoints, however far they are apart.
_PATIENCE = sa.text("SET LOCAL statement_timeout = '30s'")
_FORGET = sa.text("SELECT first, last FROM tianwei_audit_forget(:days)")


class Retention:
    """days: for which entries are kept; the database keeps them 183 at least."""

    def __init__(self, engine: Engine, days: int, digest: HashName = "sha256") -> None:
        self._engine = engine
        self._days = days
        self._digest: HashName = digest
        self._rested_at = time.monotonic()

    def turn(self) -> int:
        """One look: at most one segment, and by the hour only, unless the last look found one."""
        if time.monotonic() - self._rested_at < EVERY_S:
            return 0
        if self.forget_one():
            return 1
        self._rested_at = time.monotonic()
        return 0

    def forget(self) -> int:
        """Every segment that is old enough; how many."""
        segments = 0
        while self.forget_one():
            segments += 1
        return segments

    def forget_one(self) -> bool:
        """The oldest segment, if it is old enough. It is told in the chain that goes on."""
        with self._engine.begin() as connection:
            connection.execute(_PATIENCE)
            first, last = connection.execute(_FORGET, {"days": self._days}).one()
            if last is None:
                return False
            told = Entry(
                kind=AuditKind.ACCESS,
                operation="audit.forget",
                outcome=Outcome.DONE,
                actor="system:audit",
                actor_name=f"审计留存：第 {first} 至 {last} 条",
            )
            append(connection, [told], self._digest)
        log.info("forgot a segment of the audit", extra={"first": first, "last": last})
        return True
