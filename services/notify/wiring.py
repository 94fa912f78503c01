"""Builds notify's processes at start; alone names concrete classes."""

from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.adapters.jinja_renderer import JinjaRenderer
from services.notify.adapters.notice_errand import NoticeErrand
from services.notify.adapters.registers import read_copy_rules, read_offices
from services.notify.adapters.url_check import AllowedUrl
from services.notify.handlers.on_cases import REACTIONS
from services.notify.operations import OPERATIONS
from services.notify.settings import NotifySettings, SenderSettings
from services.notify.storage.tables import delivery, notice_receipt
from services.notify.storage.unit import Desk, NotifyUnit
from shared.clock import Clock, SystemClock
from shared.contracts.codes import DeliveryState
from shared.database import open_engine
from shared.delivery.runner import UnitRunner
from shared.operations import Dispatcher
from shared.outgoing.addresses import AllowedHosts
from shared.outgoing.secret_box import SecretBox
from shared.outgoing.sender import Sender
from shared.outgoing.wake import OutboxBell
from shared.outgoing.webhook import WebhookCourier
from shared.principal import PrincipalVerifier
from shared.service import Ring, ServiceParts

# Workers and the loops of log and feeds.
_POOL = 24


def wire(settings: NotifySettings, ring: Ring, clock: Clock | None = None) -> ServiceParts:
    """The service process."""
    engine = open_engine(settings.notify_dsn.get_secret_value(), pool_size=_POOL, application="tianwei-notify")
    open_unit = partial(NotifyUnit, desk=desk_of(settings))
    runner = UnitRunner(engine, open_unit, clock or SystemClock(), ring)
    verifier = PrincipalVerifier(settings.principal_public_key)
    return ServiceParts(
        name="notify",
        engine=engine,
        dispatcher=Dispatcher(OPERATIONS, runner, engine, verifier),
        open_unit=open_unit,
        reactions={"cases": REACTIONS},
        health=health,
    )


def wire_sender(settings: SenderSettings) -> Sender[NotifyUnit]:
    """The sender process. Call it inside the running loop."""
    dsn = settings.notify_dsn.get_secret_value()
    engine = open_engine(dsn, pool_size=6, application="tianwei-notify-sender")
    runner = UnitRunner(engine, partial(NotifyUnit, desk=desk_of(settings)), SystemClock(), OutboxBell(engine))
    return Sender(
        runner,
        dsn,
        NoticeErrand(settings.public_url),
        WebhookCourier(AllowedHosts(settings.webhook_allowed_hosts)),
        SecretBox(settings.secrets_key.get_secret_value()),
        name="notify-sender",
        heartbeat_file=settings.heartbeat_file,
    )


def desk_of(settings: NotifySettings | SenderSettings) -> Desk:
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
