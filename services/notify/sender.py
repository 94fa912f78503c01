"""The sender process: `python -m services.notify.sender`. Tells recipients with an endpoint that a notice waits."""

import asyncio

from services.notify.handlers.deliveries import NoticeErrand
from services.notify.settings import SenderSettings
from services.notify.storage.unit import NotifyUnit
from services.notify.wiring import NAME, opener
from shared import telemetry
from shared.clock import SystemClock
from shared.database import open_engine
from shared.delivery.runner import UnitRunner
from shared.outgoing.secret_box import SecretBox
from shared.outgoing.sender import Sender, SenderLimits
from shared.outgoing.urls import AllowedHosts
from shared.outgoing.wake import OutboxBell
from shared.outgoing.webhook import WebhookCourier

_CONNECTIONS = 6


def build_sender(settings: SenderSettings, limits: SenderLimits | None = None) -> Sender[NotifyUnit]:
    """Call it inside the loop that will run it."""
    dsn = settings.notify_dsn.get_secret_value()
    engine = open_engine(dsn, pool_size=_CONNECTIONS, application=f"tianwei-{NAME}-sender")
    return Sender(
        UnitRunner(engine, opener(settings), SystemClock(), OutboxBell(engine)),
        dsn,
        NoticeErrand(settings.public_url),
        WebhookCourier(AllowedHosts(settings.webhook_allowed_hosts)),
        SecretBox(settings.secrets_key.get_secret_value()),
        name="notify-sender",
        heartbeat_file=settings.heartbeat_file,
        limits=limits,
    )


async def _run(settings: SenderSettings) -> None:
    await build_sender(settings).run()


def main() -> None:
    settings = SenderSettings()
    telemetry.configure("notify.sender", settings.log_level)
    asyncio.run(_run(settings))


if __name__ == "__main__":
    main()
