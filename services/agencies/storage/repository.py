"""Loads and saves whole tasks and deliveries."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.engine import RowMapping

from services.agencies.domain.task import RESULT, Task
from services.agencies.domain.task_delivery import TaskDelivery
from services.agencies.storage import scope
from services.agencies.storage.tables import agency_task, delivery
from shared.contracts.agencies import TaskIssuedV1
from shared.contracts.codes import Agency, DeliveryState, ReturnReason, TaskState
from shared.delivery.unit import TableStore
from shared.errors import NotFound, StaleVersion
from shared.principal import Actor

_NUMBERING = 7_200_611
_PLAIN = (
    "signed_at",
    "signed_by",
    "sign_channel",
    "accepted_at",
    "contact_person",
    "contact_phone",
    "declined_at",
    "decline_reason",
    "reported_at",
    "withdrawn_at",
    "withdraw_reason",
)
_ORDER = ("action_id", "action_no", "case_id", "title", "place", "acting_at", "urgent", "sign_due_on")
_ORDER_PLAIN = (*_ORDER, "feedback_due_on", "protocol")


class TaskStore(TableStore[Task]):
    def __init__(self) -> None:
        super().__init__(agency_task)

    def lock_own(self, connection: Connection, id_: UUID, by: Actor, expected_version: int | None) -> Task:
        """Locked for the actor's own agency. Raises NotFound for another's, before any version is compared."""
        statement = sa.select(agency_task).where(agency_task.c.id == id_, scope.own_tasks(by)).with_for_update()
        row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound
        if expected_version is not None and row["version"] != expected_version:
            raise StaleVersion(expected_version, row["version"])
        return self.from_row(row)

    def own_among(self, connection: Connection, ids: Sequence[UUID], by: Actor) -> list[Task]:
        """Those of the tasks that are the actor's own agency's, in mailbox order, not locked."""
        statement = sa.select(agency_task).where(agency_task.c.id.in_(ids), scope.own_tasks(by))
        return [self.from_row(row) for row in connection.execute(statement.order_by(agency_task.c.position)).mappings()]

    def find(self, connection: Connection, id_: UUID) -> Task | None:
        """Locked; None when there is none."""
        try:
            return self.lock(connection, id_)
        except NotFound:
            return None

    def save(self, connection: Connection, aggregate: Task, stored_version: int) -> None:
        if stored_version == 0:
            # Whoever reads the mailbox above a position must never find one below it later.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBERING})
        super().save(connection, aggregate, stored_version)

    def to_row(self, aggregate: Task) -> Mapping[str, Any]:
        order = aggregate.order
        return {
            **{name: getattr(order, name) for name in _ORDER_PLAIN},
            **{name: getattr(aggregate, name) for name in _PLAIN},
            "state": aggregate.state.value,
            "agency": order.agency.value,
            "division_code": aggregate.jurisdiction,
            "letter": order.letter.model_dump(mode="json"),
            "brief": order.brief.model_dump(mode="json"),
            "issued_at": order.at,
            "return_reason": aggregate.return_reason and aggregate.return_reason.value,
            "result": aggregate.result and aggregate.result.model_dump(mode="json"),
        }

    def from_row(self, row: RowMapping) -> Task:
        return Task(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["division_code"],
            state=TaskState(row["state"]),
            issued=order_of(row),
            return_reason=ReturnReason(row["return_reason"]) if row["return_reason"] else None,
            result=RESULT.validate_python(row["result"]) if row["result"] else None,
            **{name: row[name] for name in _PLAIN},
        )


def order_of(row: RowMapping) -> TaskIssuedV1:
    """The issuing event of a task's row."""
    return TaskIssuedV1(
        at=row["issued_at"],
        task_id=row["id"],
        agency=Agency(row["agency"]),
        letter=row["letter"],
        brief=row["brief"],
        **{name: row[name] for name in _ORDER_PLAIN},
    )


class TaskDeliveryStore:
    """Keeps the count of events told about a delivery; its state is kept by shared/outgoing/deliveries.py."""

    def load(self, connection: Connection, id_: UUID) -> TaskDelivery:
        """With its task. Raises NotFound."""
        statement = (
            sa.select(delivery, agency_task.c.action_id, agency_task.c.case_id, agency_task.c.division_code)
            .join(agency_task, agency_task.c.id == delivery.c.subject_id)
            .where(delivery.c.id == id_)
            .with_for_update(of=delivery)
        )
        row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound
        return TaskDelivery(
            id=row["id"],
            task_id=row["subject_id"],
            action_id=row["action_id"],
            case_id=row["case_id"],
            agency=Agency(row["party"]),
            jurisdiction=row["division_code"],
            version=row["version"],
            state=DeliveryState(row["state"]),
        )

    def save(self, connection: Connection, aggregate: TaskDelivery, stored_version: int) -> None:
        _bump(connection, delivery, aggregate.id, stored_version, {"version": aggregate.version})


def _bump(connection: Connection, table: Table, id_: UUID, stored_version: int, values: Mapping[str, Any]) -> None:
    statement = sa.update(table).where(table.c.id == id_, table.c.version == stored_version).values(**values)
    if connection.execute(statement).rowcount != 1:
        raise StaleVersion(stored_version, stored_version + 1)
