"""What those who run the house did to a service's data beside all commands; its own log tells it: that is the audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract, Event, Instant, Int, ShortText, Text


class RowFault(StrEnum):
    """How a live row differs from the one computed again."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "extra"


class RepairedRow(Contract):
    """No content: which row, and the names of the fields that differed."""

    table: str
    key: str = Field(description="primary key; parts joined by /")
    fault: RowFault
    fields: list[str] = Field(description="of a changed row")


class ProjectionRepaired(Event):
    """Rows of a projection were put right after the log. Many rows are told in several events of one repair."""

    at: Instant
    repair_id: UUID
    projection: str
    producer: str = Field(description="whose log it was computed from")
    position: Int = Field(description="up to which")
    rows: list[RepairedRow]
    reason: Text
    by: ShortText = Field(description="system account of the machine, like os:root")


class LogRenewed(Event):
    """The log got a new identity after its database was restored; its positions go on."""

    at: Instant
    renewal_id: UUID
    former_log_id: UUID
    log_id: UUID
    position: Int
    reason: Text
    by: ShortText = Field(description="system account of the machine, like os:root")


@dataclass(frozen=True)
class MaintenanceEvents:
    """The event classes of one source."""

    repaired: type[ProjectionRepaired]
    renewed: type[LogRenewed]


class CasesProjectionRepairedV1(ProjectionRepaired, source="cases"):
    """Rows of a table of cases were put right."""


class CasesLogRenewedV1(LogRenewed, source="cases"):
    """The log of cases goes on under a new identity."""


class AgenciesProjectionRepairedV1(ProjectionRepaired, source="agencies"):
    """Rows of a table of agencies were put right."""


class AgenciesLogRenewedV1(LogRenewed, source="agencies"):
    """The log of agencies goes on under a new identity."""


class NotifyProjectionRepairedV1(ProjectionRepaired, source="notify"):
    """Rows of a table of notify were put right."""


class NotifyLogRenewedV1(LogRenewed, source="notify"):
    """The log of notify goes on under a new identity."""


MAINTENANCE_OF: Mapping[str, MaintenanceEvents] = {
    "cases": MaintenanceEvents(CasesProjectionRepairedV1, CasesLogRenewedV1),
    "agencies": MaintenanceEvents(AgenciesProjectionRepairedV1, AgenciesLogRenewedV1),
    "notify": MaintenanceEvents(NotifyProjectionRepairedV1, NotifyLogRenewedV1),
}
