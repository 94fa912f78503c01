"""What a projection is computed from, and what came of comparing it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.aggregate import Aggregate
from shared.contracts.base import Event
from shared.contracts.catalogue import EVENTS
from shared.contracts.maintenance import RowFault
from shared.delivery.reactor import Reaction
from shared.delivery.unit import TableStore
from shared.rebuild.shadow import Computed, Difference

Progress = Callable[[int, int], None]
"""(events done, events in all), called now and then."""


class CannotCompare(Exception):
    """There is nothing sound to compare. The text is Chinese, for whoever asked."""


@dataclass(frozen=True)
class OwnProjection:
    """Aggregates in their tables, which follow from the service's own log.

    title: Chinese. blank: an aggregate before its first event, of an id and a jurisdiction.
    tables: the store's own first, then those it fills beside it. former_type: what the aggregate was called before; its
    events come first, and the present ones go on from them.
    """

    title: str
    blank: Callable[[UUID, str], Aggregate]
    aggregate_type: str
    store: TableStore[Any]
    tables: Sequence[Computed]
    former_type: str = ""
    events: Mapping[str, type[Event]] = field(default_factory=lambda: {event.type: event for event in EVENTS})

    @property
    def name(self) -> str:
        return self.tables[0].table.name


@dataclass(frozen=True)
class FeedProjection:
    """A table that a consumer keeps of what a producer tells.

    title: Chinese. reactions: of the consumer, as far as they keep this table; they tell no events.
    """

    title: str
    producer: str
    reactions: Sequence[Reaction]
    tables: Sequence[Computed]

    @property
    def name(self) -> str:
        return self.tables[0].table.name


Projection = OwnProjection | FeedProjection


@dataclass(frozen=True)
class Comparison:
    """producer: whose log it was. position: up to which it was read. unnumbered: events read beyond it.

    events: how many of them the projection follows from. repaired: the differences were put right and are told.
    """

    producer: str
    log_id: UUID | None
    position: int
    unnumbered: int
    events: int
    rows_live: int
    rows_computed: int
    differences: list[Difference]
    repaired: bool = False

    @cached_property
    def owners(self) -> list[UUID]:
        return list(dict.fromkeys(difference.owner for difference in self.differences))

    def number_of(self, fault: RowFault) -> int:
        return sum(difference.row.fault is fault for difference in self.differences)


Audit = Callable[[Connection, Comparison], None]
"""Tell, in the transaction that puts rows right, what was put right."""
