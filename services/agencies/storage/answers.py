"""Answers of agencies, once each, and the replies that are owed for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from services.agencies.domain.outside_answer import OutsideAnswer
from services.agencies.storage.tables import agency_answer, agency_reply
from shared.contracts.agency_endpoints import AnswerFault
from shared.contracts.codes import Agency
from shared.delivery.unit import TableStore


@dataclass(frozen=True)
class Reply:
    """kind: receipt or resend."""

    id: UUID
    agency: Agency
    kind: str
    data: Mapping[str, Any]
    at: datetime


class AnswerStore(TableStore[OutsideAnswer]):
    def __init__(self) -> None:
        super().__init__(agency_answer)

    def to_row(self, aggregate: OutsideAnswer) -> Mapping[str, Any]:
        return {
            "agency": aggregate.agency.value,
            "answer_id": aggregate.answer_id,
            "protocol": aggregate.protocol,
            "sha256": aggregate.sha256,
            "status": aggregate.status,
            "verb": aggregate.verb,
            "task_id": aggregate.task_id,
            "faults": [fault.model_dump(mode="json") for fault in aggregate.faults],
            "body": aggregate.body,
            "received_at": aggregate.received_at,
            "repeats": aggregate.repeats,
        }

    def from_row(self, row: RowMapping) -> OutsideAnswer:
        values = {name: row[name] for name in row if name not in ("agency", "faults")}
        faults = [AnswerFault.model_validate(one) for one in row["faults"]]
        return OutsideAnswer(**values, agency=Agency(row["agency"]), faults=faults, jurisdiction="")

    def find(self, connection: Connection, id_: UUID) -> OutsideAnswer | None:
        """Locked; None when it is new."""
        statement = sa.select(agency_answer).where(agency_answer.c.id == id_).with_for_update()
        row = connection.execute(statement).mappings().one_or_none()
        return None if row is None else self.from_row(row)

    def count_repeat(self, connection: Connection, id_: UUID) -> None:
        statement = sa.update(agency_answer).where(agency_answer.c.id == id_)
        connection.execute(statement.values(repeats=agency_answer.c.repeats + 1))


def keep_reply(connection: Connection, reply: Reply) -> bool:
    """False when it is there already."""
    values = {**vars(reply), "agency": reply.agency.value, "data": dict(reply.data)}
    statement = pg.insert(agency_reply).values(**values).on_conflict_do_nothing(index_elements=["id"])
    return connection.execute(statement).rowcount == 1


def find_reply(connection: Connection, id_: UUID) -> Reply | None:
    row = connection.execute(sa.select(agency_reply).where(agency_reply.c.id == id_)).mappings().one_or_none()
    return None if row is None else Reply(**{**row, "agency": Agency(row["agency"])})
