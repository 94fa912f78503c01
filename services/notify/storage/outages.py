"""Outage notices in the database."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.engine import RowMapping

from services.notify.domain.outage_notice import OutageNotice
from services.notify.storage.tables import outage_notice
from shared.contracts.codes import Agency, Role
from shared.contracts.outage_notices import OutageNoticeIssuedV1
from shared.delivery.unit import TableStore
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.principal import Actor


class OutageStore(TableStore[OutageNotice]):
    def __init__(self) -> None:
        super().__init__(outage_notice)

    def to_row(self, aggregate: OutageNotice) -> Mapping[str, Any]:
        fact = aggregate.fact
        return {
            "jurisdiction": aggregate.jurisdiction,
            "agency": fact.agency.value,
            "since": fact.since,
            "issued_at": fact.at,
            "error": fact.error,
            "waiting": fact.waiting,
            "ended_at": aggregate.ended_at,
            "acknowledged_at": aggregate.acknowledged_at,
            "acknowledged_by": aggregate.acknowledged_by,
        }

    def from_row(self, row: RowMapping) -> OutageNotice:
        issued = OutageNoticeIssuedV1(
            at=row["issued_at"],
            outage_id=row["id"],
            agency=Agency(row["agency"]),
            since=row["since"],
            error=row["error"],
            waiting=row["waiting"],
        )
        same = {name: row[name] for name in ("ended_at", "acknowledged_at", "acknowledged_by")}
        return OutageNotice(row["id"], row["jurisdiction"], row["version"], issued, **same)

    def lock_seen(self, connection: Connection, id_: UUID, by: Actor, expected_version: int | None) -> OutageNotice:
        """Raises NotFound for what the actor does not see, StaleVersion."""
        seen = sa.select(outage_notice.c.id).where(outage_notice.c.id == id_, visible(by))
        if connection.execute(seen).first() is None:
            raise NotFound
        return self.lock(connection, id_, expected_version)

    def exists(self, connection: Connection, id_: UUID) -> bool:
        return connection.execute(sa.select(outage_notice.c.id).where(outage_notice.c.id == id_)).first() is not None

    def open_of(self, connection: Connection, agency: Agency) -> list[OutageNotice]:
        """Those that have not ended, locked."""
        open_ = sa.and_(outage_notice.c.agency == agency.value, outage_notice.c.ended_at.is_(None))
        rows = connection.execute(sa.select(outage_notice).where(open_).with_for_update()).mappings()
        return [self.from_row(row) for row in rows]


def visible(by: Actor) -> ColumnElement[bool]:
    """The coordinator's of its county; of everybody else none."""
    if not by.has(Role.COORDINATOR) or len(by.jurisdiction) < COUNTY_DIGITS:
        return sa.false()
    return outage_notice.c.jurisdiction.startswith(by.jurisdiction[:COUNTY_DIGITS], autoescape=True)
