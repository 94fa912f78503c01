"""Builds the notify service: its registers, templates and tools; alone names concrete classes.

The sender's own parts are put together in sender.py: an HTTP client has no place in the service process.
"""

from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.adapters.jinja_renderer import JinjaRenderer
from services.notify.adapters.registers import read_copy_rules, read_offices
from services.notify.adapters.url_check import AllowedUrl
from services.notify.handlers.on_cases import REACTIONS
from services.notify.operations import OPERATIONS
from services.notify.settings import NotifySettings, OutgoingSettings
from services.notify.storage.tables import delivery, notice_receipt
from services.notify.storage.unit import Desk, NotifyUnit
from shared.clock import Clock, SystemClock
from shared.contracts.codes import DeliveryState
from shared.database import open_engine
from shared.delivery.runner import OpenUnit, UnitRunner
from shared.operations import Dispatcher
from shared.outgoing.secret_box import SecretBox
from shared.outgoing.urls import AllowedHosts
from shared.principal import PrincipalVerifier
from shared.service import Ring, ServiceParts

NAME = "notify"
# Connections beyond one a worker: relay, feed, catch-up, health.
_SPARE_CONNECTIONS = 4


def wire(settings: NotifySettings, ring: Ring, clock: Clock | None = None) -> ServiceParts:
    """The service process."""
    engine = open_engine(
        settings.notify_dsn.get_secret_value(),
        pool_size=settings.max_workers + _SPARE_CONNECTIONS,
        application=f"tianwei-{NAME}",
    )
    open_unit = opener(settings)
    runner = UnitRunner(engine, open_unit, clock or SystemClock(), ring)
    verifier = PrincipalVerifier(settings.principal_public_key)
    return ServiceParts(
        name=NAME,
        engine=engine,
        dispatcher=Dispatcher(OPERATIONS, runner, engine, verifier),
        open_unit=open_unit,
        reactions={"cases": REACTIONS},
        health=health,
    )


def opener(settings: OutgoingSettings) -> OpenUnit[NotifyUnit]:
    """How this process opens its units of work."""
    return partial(NotifyUnit, desk=desk_of(settings))


def desk_of(settings: OutgoingSettings) -> Desk:
    """Registers and templates, read and checked: a process does not start on a faulty one."""
    return Desk(
        rules=read_copy_rules(),
        offices=read_offices(settings.county_code, settings.notice_office, settings.notice_mark),
        renderer=JinjaRenderer(),
        sealer=SecretBox(settings.secrets_key.get_secret_value()),
        check_url=AllowedUrl(AllowedHosts(settings.webhook_allowed_hosts)),
    )


def health(connection: Connection) -> dict[str, Any]:
    """What waits for a person: receipts not signed, deliveries given up."""
    unsigned = sa.select(sa.func.count()).select_from(notice_receipt).where(notice_receipt.c.signed_at.is_(None))
    exhausted = (
        sa.select(sa.func.count()).select_from(delivery).where(delivery.c.state == DeliveryState.EXHAUSTED.value)
    )
    return {
        "notices_unsigned": connection.execute(unsigned).scalar_one(),
        "deliveries_exhausted": connection.execute(exhausted).scalar_one(),
    }
