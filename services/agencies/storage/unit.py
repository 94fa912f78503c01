"""The unit of work of agencies: its stores, and what is on the desk of whoever works on a task."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.agencies.domain.endpoint import AgencyEndpoint
from services.agencies.ports import Registry
from services.agencies.storage.answers import AnswerStore
from services.agencies.storage.certificates import CertificateStore, KitStore
from services.agencies.storage.repository import TaskDeliveryStore, TaskStore
from services.agencies.storage.tables import endpoint
from shared.delivery.dead_letters import DeadLetterBook
from shared.outgoing.endpoints import EndpointStore, Safeguards
from shared.outgoing.unit import SendingUnit
from shared.principal import Actor


@dataclass(frozen=True)
class Desk:
    """Registers and tools of the service, made once at start; the same for every unit.

    county_code: 12 digits, where the agencies themselves belong. certificate_term: for how long one holds.
    late, late_urgent: what has waited so long without arriving makes its agency one that cannot be reached.
    """

    registry: Registry
    safeguards: Safeguards
    county_code: str
    certificate_term: timedelta = timedelta(days=365)
    late: timedelta = timedelta(minutes=15)
    late_urgent: timedelta = timedelta(minutes=5)


class AgenciesUnit(SendingUnit):
    dead_letters = DeadLetterBook("agencies")
    tasks = TaskStore()
    deliveries = TaskDeliveryStore()
    answers = AnswerStore()
    kits = KitStore()
    certificates = CertificateStore()
    endpoints = EndpointStore(endpoint, AgencyEndpoint)

    def __init__(
        self,
        connection: Connection,
        by: Actor,
        now: datetime,
        correlation_id: str,
        causation_id: str | None = None,
        *,
        desk: Desk,
    ) -> None:
        super().__init__(connection, by, now, correlation_id, causation_id)
        self.desk = desk
