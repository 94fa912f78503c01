"""The unit of work of the agencies service."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.agencies.ports import Registry, Sealer
from services.agencies.storage.repository import EndpointStore, TaskDeliveryStore, TaskStore
from shared.delivery.unit import Unit
from shared.outgoing.urls import AllowedHosts
from shared.principal import Actor


@dataclass(frozen=True)
class Surroundings:
    """What every unit is given. county_code: 12 digits, where the agencies themselves belong."""

    registry: Registry
    sealer: Sealer
    allowed_hosts: AllowedHosts
    county_code: str


class AgenciesUnit(Unit):
    tasks = TaskStore()
    deliveries = TaskDeliveryStore()
    endpoints = EndpointStore()

    def __init__(
        self,
        connection: Connection,
        by: Actor,
        now: datetime,
        correlation_id: str,
        causation_id: str | None = None,
        *,
        around: Surroundings,
    ) -> None:
        super().__init__(connection, by, now, correlation_id, causation_id)
        self.around = around

    @property
    def registry(self) -> Registry:
        return self.around.registry
