"""Work on a service's data by those who run the house: told in its own log in the transaction in which it was done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.contracts.base import Event
from shared.contracts.maintenance import LogRenewed
from shared.delivery.unit import Unit
from shared.ids import new_id
from shared.principal import Actor

# The row lock keeps the sequencer out: what it numbers next carries the new identity.
_HEAD = sa.text("SELECT log_id, position FROM log_head WHERE id = 1 FOR UPDATE")
_RENEW = sa.text("UPDATE log_head SET log_id = :log_id WHERE id = 1")


@dataclass(frozen=True)
class Operator:
    """Who works, why, and when. name: system account of the machine. county_code: 12 digits, where it belongs."""

    name: str
    reason: str
    county_code: str
    now: datetime

    @property
    def account(self) -> str:
        return f"os:{self.name}"

    def tell(self, connection: Connection, work: "Maintenance", events: list[Event]) -> None:
        by = Actor(self.account, self.name, frozenset(), "", self.county_code)
        unit = Unit(connection, by, self.now, uuid4().hex)
        unit.record(work, _NoTable(), events)
        unit.flush()


@dataclass
class Maintenance:
    """One piece of work. Its events are all there is of it."""

    TYPE: ClassVar[str] = "maintenance"

    id: UUID
    jurisdiction: str
    version: int = 0

    def apply(self, event: Any) -> None:
        """It has no state."""


class _NoTable:
    def save(self, connection: Connection, aggregate: Any, stored_version: int) -> None:
        """It has no row."""


@dataclass(frozen=True)
class Renewal:
    """position: of the last event numbered under the former identity."""

    former_log_id: UUID
    log_id: UUID
    position: int


def renew_log(connection: Connection, operator: Operator, renewed: type[LogRenewed]) -> Renewal:
    """Give the log a new identity, in the caller's transaction; positions and hashes go on (R8).

    Every consumer then stops at its next reading, until two people accept the log as it is. Safe while the service
    runs; meant for a log that was restored from an older copy, before the service starts.
    """
    head = connection.execute(_HEAD).one()
    made = Renewal(head.log_id, uuid4(), head.position)
    connection.execute(_RENEW, {"log_id": str(made.log_id)})
    work = Maintenance(new_id(), operator.county_code)
    event = renewed(at=operator.now, renewal_id=work.id, **vars(made), reason=operator.reason, by=operator.account)
    operator.tell(connection, work, [event])
    return made
