"""Messages about a task, after its letter: owed in the unit that makes them, carried like letters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.agencies.storage import repository
from services.agencies.storage.tables import agency_task, task_message
from shared.contracts.codes import Agency, TaskMessageKind

_NUMBERING = 7_200_612


@dataclass(frozen=True)
class TaskMessage:
    """task_version: of the task with this change. facts: reason, points: as the kind has them.

    because: the event of cases that it tells of, where it is none of the task's.
    """

    id: UUID
    task_id: UUID
    task_version: int
    kind: TaskMessageKind
    agency: Agency
    facts: dict[str, Any]
    at: datetime
    because: UUID | None = None
    action_no: str = ""


def add(connection: Connection, message: TaskMessage) -> None:
    # Whoever reads the messages above a position must never find one below it later.
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBERING})
    values = {name: value for name, value in vars(message).items() if name != "action_no"}
    connection.execute(sa.insert(task_message).values(**values))


def place_anew(connection: Connection, agency: str) -> None:
    """Put what the agency has not been shown above all that it was, in the same order."""
    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBERING})
    repository.place_anew(connection, task_message, agency)


def find(connection: Connection, id_: UUID) -> TaskMessage | None:
    statement = (
        sa.select(task_message, agency_task.c.action_no)
        .join(agency_task, agency_task.c.id == task_message.c.task_id)
        .where(task_message.c.id == id_)
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    codes = {"kind": TaskMessageKind(row["kind"]), "agency": Agency(row["agency"])}
    return TaskMessage(**{name: row[name] for name in row if name != "position"} | codes)
