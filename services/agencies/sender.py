"""The sender process: `python -m services.agencies.sender`. Carries task letters to agencies' webhooks."""

import asyncio

from services.agencies.adapters.protocols import signed_webhook
from services.agencies.handlers.deliveries import TaskErrand
from services.agencies.settings import SenderSettings
from services.agencies.storage.unit import AgenciesUnit
from services.agencies.wiring import NAME, open_unit, surroundings
from shared import telemetry
from shared.clock import SystemClock
from shared.database import open_engine
from shared.delivery.runner import UnitRunner
from shared.outgoing.secret_box import SecretBox
from shared.outgoing.sender import Sender, SenderLimits
from shared.outgoing.wake import OutboxBell
from shared.outgoing.webhook import WebhookCourier

_CONNECTIONS = 6


def build_sender(settings: SenderSettings, limits: SenderLimits | None = None) -> Sender[AgenciesUnit]:
    """Call it inside the loop that will run it."""
    dsn = settings.agencies_dsn.get_secret_value()
    engine = open_engine(dsn, pool_size=_CONNECTIONS, application=f"tianwei-{NAME}-sender")
    around = surroundings(settings)
    return Sender(
        UnitRunner(engine, open_unit(around), SystemClock(), OutboxBell(engine)),
        dsn,
        TaskErrand(around.registry, signed_webhook.NAME),
        WebhookCourier(around.allowed_hosts),
        SecretBox(settings.secrets_key.get_secret_value()),
        name="agencies-sender",
        heartbeat_file=settings.heartbeat_file,
        limits=limits,
    )


async def _run(settings: SenderSettings) -> None:
    await build_sender(settings).run()


def main() -> None:
    settings = SenderSettings()
    telemetry.configure("agencies.sender", settings.log_level)
    asyncio.run(_run(settings))


if __name__ == "__main__":
    main()
