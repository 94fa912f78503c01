"""The audit of one database as tests use it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Engine

from shared import keys
from shared.audit import chain, checkpoints
from shared.audit.chain import Entry, append
from shared.bundles.verifier.audit import Trail
from shared.bundles.verifier.links import canonical_of
from shared.contracts.audit import AuditKind, ChainLink, KeptCheckpoint, Outcome, SignedHead

KEY = keys.new_key(keys.ED25519)


def entry(**said: Any) -> Entry:
    usual = {"kind": AuditKind.READ, "operation": "case.get", "outcome": Outcome.DONE, "actor": str(uuid4())}
    return Entry(**{**usual, "actor_name": "承办人", "objects": (uuid4(),), "request_id": "r", **said})


@dataclass
class Archive:
    """engine: of the run-time role. owner: of the tables, a superuser here."""

    engine: Engine
    owner: Engine

    def add(self, *entries: Entry) -> int:
        with self.engine.begin() as connection:
            return append(connection, entries or [entry()])

    def add_of(self, number: int, days_ago: float) -> int:
        """So many entries of a day that has passed; the position of the last."""
        at = datetime.now(UTC) - timedelta(days=days_ago)
        return self.add(*(entry(at=at) for _ in range(number)))

    def sign(self, number: int, days_ago: float = 0) -> KeptCheckpoint:
        """A checkpoint of the chain as it is, recorded so long ago: which only a superuser can pretend."""
        with self.engine.begin() as connection:
            head = SignedHead(service="cases", **checkpoints.access_head(connection).model_dump())
            kept = checkpoints.sign(KEY, number, datetime.now(UTC), "640521000000", [head])
            checkpoints.keep(connection, kept, "cases")
        self.damage(
            "UPDATE audit_checkpoint SET recorded_at = now() - make_interval(secs => :s) WHERE number = :number",
            s=days_ago * 86_400,
            number=number,
        )
        return kept

    def damage(self, statement: str, **values: Any) -> None:
        """As nobody in the house can: triggers are silent."""
        with self.owner.begin() as connection:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            assert connection.execute(sa.text(statement), values).rowcount > 0

    def positions(self) -> list[int]:
        with self.engine.connect() as connection:
            return list(connection.scalars(sa.text("SELECT position FROM audit_entry ORDER BY position")))

    def rows(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text("SELECT * FROM audit_entry ORDER BY position")))

    def first_bad(self, start: int = 1) -> int | None:
        """As the verifier finds it, of what is exported."""
        trail = Trail("cases", "access")
        trail.start = start
        with self.engine.connect() as connection:
            for link in chain.links(connection, 0, 100_000):
                said = ChainLink(**link).model_dump(mode="json", exclude={"whole"})
                trail.take(canonical_of(said), frozenset())
            head = checkpoints.access_head(connection)
        trail.head = head.position
        if trail.bad is None and trail.last < trail.head:
            return trail.last + 1
        return trail.bad[0] if trail.bad else None
