"""Notify's unit of work: its stores, and what is on the desk of whoever writes a notice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.notify.domain.copy_rules import CopyRules
from services.notify.domain.offices import Offices
from services.notify.ports import Renderer, Sealer, UrlCheck
from services.notify.storage.endpoints import EndpointStore
from services.notify.storage.repository import NoticeStore
from shared.delivery.unit import Unit
from shared.principal import Actor


@dataclass(frozen=True)
class Desk:
    """Registers and tools of the service, made once at start; the same for every unit."""

    rules: CopyRules
    offices: Offices
    renderer: Renderer
    sealer: Sealer
    check_url: UrlCheck


class NotifyUnit(Unit):
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
        self.notices = NoticeStore()
        self.endpoints = EndpointStore()
