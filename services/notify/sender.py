"""The sender process: `python -m services.notify.sender`. Tells recipients with an endpoint that a notice waits."""

from services.notify.handlers.deliveries import DocumentErrand
from services.notify.settings import SenderSettings
from services.notify.storage.unit import NotifyUnit
from services.notify.wiring import NAME, desk_of, open_unit
from shared.contracts.codes import ChannelKind
from shared.outgoing.process import run_sender, sender_of
from shared.outgoing.sender import Sender, SenderLimits
from shared.outgoing.webhook import WebhookCourier


def build_sender(settings: SenderSettings, limits: SenderLimits | None = None) -> Sender[NotifyUnit]:
    """Call it inside the loop that will run it."""
    desk = desk_of(settings)
    errand = DocumentErrand(settings.public_url)
    couriers = {ChannelKind.WEBHOOK.value: WebhookCourier(desk.safeguards.allowed_hosts)}
    return sender_of(NAME, settings.notify_dsn, settings, open_unit(desk), errand, couriers, limits)


if __name__ == "__main__":
    run_sender(NAME, SenderSettings(), build_sender)
