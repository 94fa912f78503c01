"""The shape of everything that has a state of its own: decides by methods that return events, changes only by apply."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol
from uuid import UUID

from shared.contracts.base import Event


class Aggregate(Protocol):
    """version: number of events applied so far; the last event's sequence."""

    TYPE: ClassVar[str]
    id: UUID
    version: int
    jurisdiction: str

    def apply(self, event: Any) -> None:
        """Change the state as the event tells. Replaying all events of an aggregate gives the same state."""
        ...


def replay(aggregate: Aggregate, events: Sequence[Event]) -> None:
    """Apply events in order, counting versions as the log does."""
    for event in events:
        aggregate.apply(event)
        aggregate.version += 1
