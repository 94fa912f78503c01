"""The sender process: `python -m services.agencies.sender`. Carries what agencies are owed, by their protocols."""

from services.agencies.adapters.protocols import bus_queue, file_exchange, signed_webhook
from services.agencies.adapters.protocols.package_courier import PackageCourier
from services.agencies.adapters.protocols.queue_courier import QueueCourier
from services.agencies.handlers.deliveries import TaskErrand
from services.agencies.settings import SenderSettings
from services.agencies.storage.unit import AgenciesUnit
from services.agencies.wiring import NAME, desk_of, open_unit
from shared.outgoing.courier import Courier
from shared.outgoing.process import run_sender, sender_of
from shared.outgoing.sender import Sender, SenderLimits
from shared.outgoing.webhook import WebhookCourier

_HOUR_S = 3600.0


def build_sender(settings: SenderSettings, limits: SenderLimits | None = None) -> Sender[AgenciesUnit]:
    """Call it inside the loop that will run it."""
    desk = desk_of(settings)
    errand = TaskErrand(desk.registry, settings.public_url)
    couriers: dict[str, Courier] = {
        signed_webhook.NAME: WebhookCourier(desk.safeguards.allowed_hosts),
        file_exchange.NAME: PackageCourier(settings.exchange, desk.safeguards, settings.receipt_hours * _HOUR_S),
        bus_queue.NAME: QueueCourier(settings.bus_url.get_secret_value()),
    }
    return sender_of(NAME, settings.agencies_dsn, settings, open_unit(desk), errand, couriers, limits)


if __name__ == "__main__":
    run_sender(NAME, SenderSettings(), build_sender)
