"""What a repair put right, told in the service's own log."""

from dataclasses import dataclass

from sqlalchemy import Connection

from shared.contracts.base import Event
from shared.contracts.maintenance import ProjectionRepaired
from shared.delivery.maintenance import Maintenance, Operator
from shared.ids import new_id
from shared.rebuild.comparison import Comparison

# An event holds 64 KiB; a row takes some 200 bytes.
_ROWS_IN_AN_EVENT = 100


@dataclass(frozen=True)
class RepairAudit:
    """shared.rebuild.comparison.Audit of one projection. repaired: the service's own class of event."""

    projection: str
    operator: Operator
    repaired: type[ProjectionRepaired]

    def __call__(self, connection: Connection, found: Comparison) -> None:
        work = Maintenance(new_id(), self.operator.county_code)
        rows = [difference.row for difference in found.differences]
        told: list[Event] = [
            self.repaired(
                at=self.operator.now,
                repair_id=work.id,
                projection=self.projection,
                producer=found.producer,
                position=found.position,
                rows=rows[start : start + _ROWS_IN_AN_EVENT],
                reason=self.operator.reason,
                by=self.operator.account,
            )
            for start in range(0, len(rows), _ROWS_IN_AN_EVENT)
        ]
        self.operator.tell(connection, work, told)
