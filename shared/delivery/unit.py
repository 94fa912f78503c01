"""The unit of work: state, events, outbox and the command's answer commit in one transaction or not at all (R1)."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.engine import RowMapping

from shared.aggregate import Aggregate
from shared.contracts.base import Event
from shared.errors import InvalidInput, NotFound, StaleVersion
from shared.ids import new_id
from shared.principal import Actor

MOST_PAYLOAD_BYTES = 64 * 1024

A = TypeVar("A", bound=Aggregate)

# A function of the schema: the server keeps its plan, and a small commit is mostly round trips and planning.
_TELL = sa.text("""
SELECT tianwei_tell(CAST(:rows AS jsonb), :actor, :actor_name, :correlation_id, :causation_id, :occurred_at,
                    :principal, :key, :request_hash, CAST(:response AS jsonb))
""")


@dataclass(frozen=True)
class Answer:
    """What a command answered, to be kept with its effect. response: JSON text; key: None keeps nothing."""

    principal: str | None = None
    key: str | None = None
    request_hash: str | None = None
    response: str | None = None


_NO_ANSWER = Answer()


class AggregateStore(Protocol):
    """Loads and saves whole aggregates of one kind."""

    def save(self, connection: Connection, aggregate: Any, stored_version: int) -> None: ...


@dataclass
class _Gathered:
    aggregate: Aggregate
    store: AggregateStore
    stored_version: int
    events: list[Event] = field(default_factory=list)


class Unit:
    """One transaction's worth of change. A service's own unit adds its stores and registers.

    connection: inside an open transaction that the runner commits.
    now: one instant for everything that happens in the unit.
    """

    def __init__(
        self,
        connection: Connection,
        by: Actor,
        now: datetime,
        correlation_id: str,
        causation_id: str | None = None,
    ) -> None:
        self.connection = connection
        self.by = by
        self.now = now
        self.correlation_id = correlation_id
        self.causation_id = causation_id
        self._gathered: dict[UUID, _Gathered] = {}
        self._order: list[tuple[_Gathered, Event, int]] = []
        self._told = False

    @property
    def has_events(self) -> bool:
        """Whether anything is told in this unit."""
        return self._told

    def record(self, aggregate: Aggregate, store: AggregateStore, events: Sequence[Event]) -> None:
        """Apply events to their aggregate and keep both for the commit."""
        kept = self._gathered.get(aggregate.id)
        if kept is None:
            kept = self._gathered[aggregate.id] = _Gathered(aggregate, store, aggregate.version)
        for event in events:
            aggregate.apply(event)
            aggregate.version += 1
            self._order.append((kept, event, aggregate.version))
            self._told = True

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """All or nothing of a part: what it records is written at its end; when it raises, nothing of it remains.

        For who must keep why something was refused, in the same transaction.
        """
        self.flush()
        with self.connection.begin_nested():
            try:
                yield
                self.flush()
            except BaseException:
                self._gathered.clear()
                self._order.clear()
                raise

    def flush(self, answer: Answer | None = None) -> None:
        """Write aggregates, then events and outbox, and the command's answer.

        Called by whoever commits; before that only by who has to read what it wrote.
        """
        for kept in self._gathered.values():
            kept.store.save(self.connection, kept.aggregate, kept.stored_version)
        if self._order or answer is not None:
            self._tell(answer or _NO_ANSWER)
        self._order.clear()
        self._gathered.clear()

    def _tell(self, answer: Answer) -> None:
        rows = [self._row(kept.aggregate, event, sequence) for kept, event, sequence in self._order]
        self.connection.execute(
            _TELL,
            {
                "rows": orjson.dumps(rows).decode(),
                "actor": self.by.account_id,
                "actor_name": self.by.name,
                "correlation_id": self.correlation_id,
                "causation_id": self.causation_id,
                "occurred_at": self.now,
                **vars(answer),
            },
        )

    @staticmethod
    def _row(aggregate: Aggregate, event: Event, sequence: int) -> dict[str, Any]:
        payload = event.model_dump_json().encode()
        if len(payload) > MOST_PAYLOAD_BYTES:
            raise InvalidInput("payload-too-large", None, bytes=len(payload), most=MOST_PAYLOAD_BYTES)
        return {
            "event_id": new_id(),
            "type": event.type,
            "schema_version": event.schema_version,
            "aggregate_type": aggregate.TYPE,
            "aggregate_id": aggregate.id,
            "aggregate_seq": sequence,
            "audience": aggregate.jurisdiction,
            "payload": orjson.Fragment(payload),
        }


class TableStore(ABC, Generic[A]):
    """AggregateStore over one table. to_row gives every column but id and version; from_row the aggregate back."""

    def __init__(self, table: Table) -> None:
        self.table = table

    @abstractmethod
    def to_row(self, aggregate: A) -> Mapping[str, Any]: ...

    @abstractmethod
    def from_row(self, row: RowMapping) -> A: ...

    def get(self, connection: Connection, id_: UUID) -> A:
        """Without a lock. Raises NotFound."""
        row = connection.execute(sa.select(self.table).where(self.table.c.id == id_)).mappings().one_or_none()
        if row is None:
            raise NotFound
        return self.from_row(row)

    def lock(self, connection: Connection, id_: UUID, expected_version: int | None = None) -> A:
        """Locked until the unit ends. Raises NotFound, StaleVersion."""
        statement = sa.select(self.table).where(self.table.c.id == id_).with_for_update()
        row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound
        if expected_version is not None and row["version"] != expected_version:
            raise StaleVersion(expected_version, row["version"])
        return self.from_row(row)

    def insert_many(self, connection: Connection, aggregates: Sequence[A]) -> None:
        """New aggregates in one statement."""
        if aggregates:
            rows = [{"id": one.id, "version": one.version, **self.to_row(one)} for one in aggregates]
            connection.execute(sa.insert(self.table), rows)

    def save(self, connection: Connection, aggregate: A, stored_version: int) -> None:
        values = {**self.to_row(aggregate), "version": aggregate.version}
        if stored_version == 0:
            connection.execute(sa.insert(self.table).values(id=aggregate.id, **values))
            return
        changed = connection.execute(
            sa.update(self.table)
            .where(self.table.c.id == aggregate.id, self.table.c.version == stored_version)
            .values(**values)
        )
        if changed.rowcount != 1:
            raise StaleVersion(stored_version, aggregate.version)
