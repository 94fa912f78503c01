"""The sender process: `python -m services.agencies.sender`. Carries task letters to agencies' webhooks."""

from services.agencies.adapters.protocols import signed_webhook
from services.agencies.handlers.deliveries import TaskErrand
from services.agencies.settings import SenderSettings
from services.agencies.storage.unit import AgenciesUnit
from services.agencies.wiring import NAME, desk_of, open_unit
from shared.outgoing.process import run_sender, sender_of
from shared.outgoing.sender import Sender, SenderLimits


def build_sender(settings: SenderSettings, limits: SenderLimits | None = None) -> Sender[AgenciesUnit]:
    """Call it inside the loop that will run it."""
    desk = desk_of(settings)
    errand = TaskErrand(desk.registry, signed_webhook.NAME, settings.public_url)
    return sender_of(NAME, settings.agencies_dsn, settings, open_unit(desk), errand, limits)


if __name__ == "__main__":
    run_sender(NAME, SenderSettings(), build_sender)
