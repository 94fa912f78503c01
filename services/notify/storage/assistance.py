"""Notices of letters of assistance in the database."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.engine import RowMapping

from services.notify.domain.assistance_notice import AssistanceNotice
from services.notify.storage.tables import assistance_notice
from shared.contracts.assistance_notices import AssistanceNoticeIssuedV1
from shared.contracts.codes import Agency, AssistanceState, Role
from shared.delivery.unit import TableStore
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.principal import Actor

IN_AGENCY = (
    Role.AGENCY_OFFICER,
    Role.AGENCY_SYSTEM,
    Role.CHIEF,
    Role.ACTING_CHIEF,
    Role.LEADER,
    Role.LEGAL_REVIEWER,
)
_SAME = ("letter_id", "letter_no", "case_no", "other_body", "urgent", "due_on")


class AssistanceNoticeStore(TableStore[AssistanceNotice]):
    def __init__(self) -> None:
        super().__init__(assistance_notice)

    def to_row(self, aggregate: AssistanceNotice) -> Mapping[str, Any]:
        fact = aggregate.fact
        return {
            "jurisdiction": aggregate.jurisdiction,
            "agency": fact.agency.value,
            "news": fact.news.value,
            "issued_at": fact.at,
            **{name: getattr(fact, name) for name in _SAME},
            "acknowledged_at": aggregate.acknowledged_at,
            "acknowledged_by": aggregate.acknowledged_by,
        }

    def from_row(self, row: RowMapping) -> AssistanceNotice:
        issued = AssistanceNoticeIssuedV1(
            at=row["issued_at"],
            notice_id=row["id"],
            agency=Agency(row["agency"]),
            news=AssistanceState(row["news"]),
            **{name: row[name] for name in _SAME},
        )
        same = {name: row[name] for name in ("acknowledged_at", "acknowledged_by")}
        return AssistanceNotice(row["id"], row["jurisdiction"], row["version"], issued, **same)

    def lock_seen(self, connection: Connection, id_: UUID, by: Actor, expected_version: int | None) -> AssistanceNotice:
        """Raises NotFound for what the actor does not see, StaleVersion."""
        seen = sa.select(assistance_notice.c.id).where(assistance_notice.c.id == id_, visible(by))
        if connection.execute(seen).first() is None:
            raise NotFound
        return self.lock(connection, id_, expected_version)

    def exists(self, connection: Connection, id_: UUID) -> bool:
        found = sa.select(assistance_notice.c.id).where(assistance_notice.c.id == id_)
        return connection.execute(found).first() is not None


def visible(by: Actor) -> ColumnElement[bool]:
    """The coordinator's of its county, an agency's own there; of everybody else none."""
    if len(by.jurisdiction) < COUNTY_DIGITS:
        return sa.false()
    here = assistance_notice.c.jurisdiction.startswith(by.jurisdiction[:COUNTY_DIGITS], autoescape=True)
    if by.has(Role.COORDINATOR):
        return here
    return sa.and_(here, assistance_notice.c.agency == by.org_code) if by.has(*IN_AGENCY) else sa.false()
