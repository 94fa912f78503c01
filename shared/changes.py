"""What has changed of what a caller may see, the same in every service: its log, narrowed as its queries are."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table

from shared.contracts.changes import MOST_EVENTS, ChangedObject, ChangesView, ListChanges
from shared.contracts.codes import Role
from shared.delivery.tables import event_log, log_head, log_order
from shared.operations import Operation, QueryOperation, ScopeRule
from shared.principal import Actor

CHANGES = ScopeRule("changes", "of what each kind's own queries show the actor, that something happened to it")

_e, _o = event_log.c, log_order.c


@dataclass(frozen=True)
class Shown:
    """One kind of object that changes are told of. What is not among a service's is never told.

    kind: as the API names it. type: of the aggregate, as the log names it.
    visible: which rows of the table the actor sees. told: which of their events are the actor's to know; None for all.
    """

    kind: str
    table: Table
    visible: Callable[[Actor], ColumnElement[bool]]
    type: str = ""
    told: Callable[[Actor], ColumnElement[bool]] | None = None

    @property
    def aggregate_type(self) -> str:
        return self.type or self.kind


class Changes:
    def __init__(self, shown: Iterable[Shown]) -> None:
        self._shown = tuple(shown)

    def operations(self) -> tuple[Operation, ...]:
        return (QueryOperation(ListChanges, self.list, frozenset(Role), CHANGES),)

    def list(self, q: ListChanges, by: Actor, connection: Connection) -> ChangesView:
        """Up to MOST_EVENTS positions at a time; upto below the head means that there is more."""
        log_id, head = connection.execute(sa.select(log_head.c.log_id, log_head.c.position)).one()
        if q.log_id != log_id or q.after > head:
            return ChangesView(log_id=log_id, upto=head, renewed=q.log_id is not None, changes=[])
        # Numbered without gaps and never changed again: what lies between is known by its numbers alone.
        upto = min(head, q.after + MOST_EVENTS)
        between = sa.and_(_o.position > q.after, _o.position <= upto)
        log = log_order.join(event_log, _e.event_id == _o.event_id)
        types = set(
            connection.execute(sa.select(_e.aggregate_type).select_from(log).where(between).distinct()).scalars()
        )
        found = [
            ChangedObject(kind=shown.kind, id=row.aggregate_id, count=row.facts)
            for shown in self._shown
            if shown.aggregate_type in types
            for row in connection.execute(_seen(shown, by, between))
        ]
        return ChangesView(log_id=log_id, upto=upto, renewed=False, changes=found)


def _seen(shown: Shown, by: Actor, between: ColumnElement[bool]) -> sa.Select[Any]:
    """Their ids and how many facts each; what the actor does not see is not counted."""
    log = log_order.join(event_log, _e.event_id == _o.event_id).join(shown.table, shown.table.c.id == _e.aggregate_id)
    where = [between, _e.aggregate_type == shown.aggregate_type, shown.visible(by)]
    if shown.told:
        where.append(shown.told(by))
    return (
        sa.select(_e.aggregate_id, sa.func.count().label("facts"))
        .select_from(log)
        .where(*where)
        .group_by(_e.aggregate_id)
        .order_by(sa.func.max(_o.position))
    )
