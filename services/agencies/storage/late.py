"""What waits longer than it should, on the database's clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from services.agencies.storage.tables import agency_task, delivery, endpoint, task_message
from shared.contracts.codes import DeliveryState, TaskState

_MOST = 200
_d = delivery.c
_untold = sa.or_(_d.told_late_at.is_(None), _d.told_late_at < _d.owed_since)
_waits = _d.state == DeliveryState.PENDING.value
_SOURCE = delivery.outerjoin(task_message, task_message.c.id == _d.subject_id).outerjoin(
    agency_task, agency_task.c.id == sa.func.coalesce(task_message.c.task_id, _d.subject_id)
)


@dataclass(frozen=True)
class Late:
    id: UUID
    owed_since: datetime
    last_error: str | None


def parties(connection: Connection, limit: timedelta, urgent: timedelta) -> list[str]:
    """Agencies for which something waits too long that nobody was told of; not locked."""
    found = sa.select(_d.party).select_from(_SOURCE).where(*_late(limit, urgent)).distinct()
    return list(connection.execute(found.order_by(_d.party)).scalars())


def take(connection: Connection, party: str, limit: timedelta, urgent: timedelta) -> list[Late]:
    """Of this agency, longest first, marked as told; its endpoint is locked before, as the sender does it."""
    statement = sa.select(_d.id, _d.owed_since, _d.last_error).select_from(_SOURCE)
    rows = connection.execute(
        statement.where(_d.party == party, *_late(limit, urgent))
        .order_by(_d.owed_since)
        .limit(_MOST)
        .with_for_update(of=delivery, skip_locked=True)
    )
    found = [Late(row.id, row.owed_since, row.last_error) for row in rows]
    _mark(connection, [one.id for one in found])
    return found


def letters_waiting(connection: Connection, party: str) -> list[UUID]:
    """Deliveries of letters that have never come, of tasks whose action was not told of it yet; marked as told."""
    statement = (
        sa.select(_d.id)
        .join(agency_task, agency_task.c.id == _d.subject_id)
        .where(_d.party == party, _waits, _d.arrived_at.is_(None), agency_task.c.state == TaskState.OFFERED.value)
        .where(sa.or_(_untold, _d.told_late_at == sa.func.now()))
        .order_by(_d.id)
        .limit(_MOST)
        .with_for_update(of=delivery, skip_locked=True)
    )
    ids = list(connection.execute(statement).scalars())
    _mark(connection, ids)
    return ids


def parties_in_outage(connection: Connection) -> list[str]:
    """Told as not reached; not locked."""
    return list(connection.execute(sa.select(endpoint.c.party).where(endpoint.c.outage_at.is_not(None))).scalars())


def _late(limit: timedelta, urgent: timedelta) -> list[ColumnElement[bool]]:
    allowed: ColumnElement[Any] = sa.case((agency_task.c.urgent.is_(True), urgent), else_=limit)
    return [_waits, _untold, _d.owed_since < sa.func.now() - allowed]


def _mark(connection: Connection, ids: list[UUID]) -> None:
    # now() is the transaction's beginning: what this unit has marked is known by it.
    connection.execute(sa.update(delivery).where(_d.id.in_(ids)).values(told_late_at=sa.func.now()))
