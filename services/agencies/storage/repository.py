"""Loads and saves whole tasks and deliveries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.engine import RowMapping

from services.agencies.domain.task import RESULT, Task
from services.agencies.domain.task_delivery import TaskDelivery
from services.agencies.storage import scope
from services.agencies.storage.tables import agency_task, delivery, task_message
from shared.contracts.agencies import TaskIssuedV1
from shared.contracts.codes import Agency, DeliveryState, ReturnReason, TaskMessageKind, TaskState
from shared.contracts.hand_over import PENDING, holder_of
from shared.delivery.unit import TableStore
from shared.errors import NotFound, StaleVersion
from shared.principal import Actor

_NUMBERING = 7_200_611
_PLAIN = (
    "decided_version",
    "signed_at",
    "signed_by",
    "sign_channel",
    "accepted_at",
    "contact_person",
    "contact_phone",
    "declined_at",
    "decline_reason",
    "started_at",
    "reported_at",
    "reports",
    "returned_at",
    "return_points",
    "done_at",
    "expired_at",
    "withdrawn_at",
    "withdraw_reason",
)
_ORDER = ("action_id", "action_no", "case_id", "title", "place", "acting_at", "urgent", "sign_due_on")
_ORDER_PLAIN = (*_ORDER, "feedback_due_on", "answer_by", "protocol")


class TaskStore(TableStore[Task]):
    def __init__(self) -> None:
        super().__init__(agency_task)

    def lock_own(self, connection: Connection, id_: UUID, by: Actor, expected_version: int | None) -> Task:
        """Locked for the actor's own agency. Raises NotFound for another's, before any version is compared."""
        return self._locked(connection, id_, scope.own_tasks(by), expected_version)

    def lock_directed(self, connection: Connection, id_: UUID, by: Actor, expected_version: int | None) -> Task:
        """Locked for the coordinator of its county. Raises NotFound, StaleVersion."""
        return self._locked(connection, id_, scope.directed_tasks(by), expected_version)

    def _locked(self, connection: Connection, id_: UUID, seen: ColumnElement[bool], expected: int | None) -> Task:
        lock_deliveries(connection, [id_])
        statement = sa.select(agency_task).where(agency_task.c.id == id_, seen).with_for_update()
        row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound
        if expected is not None and not row["decided_version"] <= expected <= row["version"]:
            state = TaskState(row["state"])
            raise StaleVersion(expected, row["version"], object="task", state=state, holder=holder_of(state))
        return self.from_row(row)

    def own_among(self, connection: Connection, ids: Sequence[UUID], by: Actor) -> list[Task]:
        """Those of the tasks that are the actor's own agency's, in mailbox order, locked."""
        lock_deliveries(connection, ids)
        statement = sa.select(agency_task).where(agency_task.c.id.in_(ids), scope.own_tasks(by))
        ordered = statement.order_by(agency_task.c.position).with_for_update()
        return [self.from_row(row) for row in connection.execute(ordered).mappings()]

    def place_anew(self, connection: Connection, agency: str) -> None:
        """Put what the agency has not been shown above all that it was, in the same order."""
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBERING})
        place_anew(connection, agency_task, agency)

    def overdue(self, connection: Connection, now: datetime, most: int) -> list[UUID]:
        """Ids of offers whose term is over, longest first; not locked."""
        due = sa.select(agency_task.c.id).where(agency_task.c.state.in_(PENDING), agency_task.c.answer_by <= now)
        return list(connection.execute(due.order_by(agency_task.c.answer_by).limit(most)).scalars())

    def find(self, connection: Connection, id_: UUID) -> Task | None:
        """Locked; None when there is none."""
        lock_deliveries(connection, [id_])
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
            "holder": aggregate.holder.value,
            "agency": order.agency.value,
            "division_code": aggregate.jurisdiction,
            "letter": order.letter.model_dump(mode="json"),
            "brief": order.brief.model_dump(mode="json"),
            "issued_at": order.at,
            "return_reason": aggregate.return_reason and aggregate.return_reason.value,
            "proposed_agency": aggregate.proposed_agency and aggregate.proposed_agency.value,
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
            proposed_agency=Agency(row["proposed_agency"]) if row["proposed_agency"] else None,
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


def lock_deliveries(connection: Connection, subject_ids: Sequence[UUID]) -> None:
    """Before the tasks: whoever records how a letter arrived has its delivery locked and needs the task next."""
    statement = sa.select(delivery.c.id).where(delivery.c.subject_id.in_(subject_ids)).order_by(delivery.c.id)
    connection.execute(statement.with_for_update())


class TaskDeliveryStore:
    """Keeps the count of events told about a delivery; its state is kept by shared/outgoing/deliveries.py."""

    def load(self, connection: Connection, id_: UUID) -> TaskDelivery:
        """Of a task letter or of a message about a task, with that task. Raises NotFound."""
        task = agency_task.c
        statement = (
            sa.select(delivery, task.id.label("task_id"), task.action_id, task.case_id, task.division_code)
            .add_columns(task_message.c.kind.label("message"), task_message.c.because)
            .outerjoin(task_message, task_message.c.id == delivery.c.subject_id)
            .join(agency_task, task.id == sa.func.coalesce(task_message.c.task_id, delivery.c.subject_id))
            .where(delivery.c.id == id_)
            .with_for_update(of=delivery)
        )
        row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NotFound
        return TaskDelivery(
            id=row["id"],
            task_id=row["task_id"],
            action_id=row["action_id"],
            case_id=row["case_id"],
            agency=Agency(row["party"]),
            jurisdiction=row["division_code"],
            version=row["version"],
            state=DeliveryState(row["state"]),
            message=TaskMessageKind(row["message"]) if row["message"] else None,
            because=row["because"],
        )

    def save(self, connection: Connection, aggregate: TaskDelivery, stored_version: int) -> None:
        _bump(connection, delivery, aggregate.id, stored_version, {"version": aggregate.version})


def place_anew(connection: Connection, table: Table, agency: str) -> None:
    """Of a mailbox; whoever calls holds its numbering."""
    waits = sa.select(table.c.id).join(delivery, delivery.c.subject_id == table.c.id)
    unseen = table.c.agency == agency, delivery.c.party == agency, delivery.c.arrived_at.is_(None)
    for id_ in list(connection.execute(waits.where(*unseen).order_by(table.c.position)).scalars()):
        connection.execute(sa.update(table).where(table.c.id == id_).values(position=sa.text("DEFAULT")))


def _bump(connection: Connection, table: Table, id_: UUID, stored_version: int, values: Mapping[str, Any]) -> None:
    statement = sa.update(table).where(table.c.id == id_, table.c.version == stored_version).values(**values)
    if connection.execute(statement).rowcount != 1:
        raise StaleVersion(stored_version, stored_version + 1)
