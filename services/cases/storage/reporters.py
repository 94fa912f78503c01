"""Who reported: whole records in and out; the sealed words are columns of which the log says nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.reporter import ReporterRecord
from services.cases.storage.clue_tables import clue_reporter
from services.cases.storage.tables import clue
from shared.contracts.codes import ReportChannel
from shared.delivery.unit import TableStore
from shared.errors import NotFound
from shared.ids import derived_id
from shared.principal import Actor

_SAME = (
    "clue_id",
    "clue_no",
    "received_by",
    "received_at",
    "sealed",
    "replies",
    "views",
    "told_at",
    "told_outcome",
)
_r = clue_reporter.c


def reporter_id(clue_id: UUID) -> UUID:
    """The record of a clue."""
    return derived_id("clue_reporter", clue_id)


class ReporterStore(TableStore[ReporterRecord]):
    def __init__(self) -> None:
        super().__init__(clue_reporter)

    def lock_own(self, connection: Connection, by: Actor, clue_id: UUID) -> ReporterRecord:
        """For whoever received the report; for everybody else there is none. Raises NotFound."""
        mine = (_r.clue_id == clue_id, _r.received_by == by.account_id)
        row = connection.execute(sa.select(clue_reporter).where(*mine).with_for_update()).mappings().one_or_none()
        if row is None:
            raise NotFound
        return self.from_row(row)

    def of_clue(self, connection: Connection, clue_id: UUID) -> list[ReporterRecord]:
        """The records of a clue and of those that were linked into it."""
        linked = sa.select(clue.c.id).where(clue.c.linked_to_id == clue_id)
        found = sa.select(clue_reporter).where(sa.or_(_r.clue_id == clue_id, _r.clue_id.in_(linked)))
        return [self.from_row(row) for row in connection.execute(found.order_by(_r.id)).mappings()]

    def waits(self, connection: Connection, clue_id: UUID) -> bool:
        """Whether somebody gave a name and was told nothing yet."""
        found = sa.select(_r.id).where(_r.clue_id == clue_id, _r.told_at.is_(None))
        return connection.execute(found).one_or_none() is not None

    def to_row(self, aggregate: ReporterRecord) -> Mapping[str, Any]:
        return {
            "division_code": aggregate.jurisdiction,
            "channel": aggregate.channel.value,
            **{name: getattr(aggregate, name) for name in _SAME},
        }

    def from_row(self, row: RowMapping) -> ReporterRecord:
        return ReporterRecord(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["division_code"],
            channel=ReportChannel(row["channel"]),
            **{name: row[name] for name in _SAME},
        )
