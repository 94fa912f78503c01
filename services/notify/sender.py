"""The sender process: `python -m services.notify.sender`. Carries what recipients are owed, by their channels."""

from services.notify.adapters.channels.courier import ChannelCourier
from services.notify.adapters.channels.email import EmailChannel
from services.notify.adapters.channels.exchange_receipts import ExchangeReceipts
from services.notify.adapters.channels.file_exchange import FileExchangeChannel
from services.notify.adapters.channels.robot import RobotChannel
from services.notify.adapters.channels.sms import SmsChannel
from services.notify.adapters.channels.webhook import WebhookChannel
from services.notify.handlers.deliveries import DocumentErrand
from services.notify.ports import Channel
from services.notify.settings import SenderSettings
from services.notify.storage.unit import NotifyUnit
from services.notify.wiring import NAME, desk_of, open_unit
from shared.blob_stores import open_blobs
from shared.outgoing.process import run_sender, runner_of, sender_of
from shared.outgoing.sender import Sender, SenderLimits

_INTAKE_CONNECTIONS = 2


def build_sender(settings: SenderSettings, limits: SenderLimits | None = None) -> Sender[NotifyUnit]:
    """Call it inside the loop that will run it."""
    desk = desk_of(settings)
    allowed = desk.safeguards.allowed_hosts
    intake = runner_of(f"{NAME}-receipts", settings.notify_dsn, settings, open_unit(desk), _INTAKE_CONNECTIONS)
    receipts = ExchangeReceipts(intake, desk.safeguards, settings.exchange, settings.exchange_poll_s)
    channels: tuple[Channel, ...] = (
        WebhookChannel(allowed),
        EmailChannel(allowed),
        RobotChannel(allowed),
        SmsChannel(allowed),
        FileExchangeChannel(settings.exchange, allowed, receipts),
    )
    couriers = {channel.kind.value: ChannelCourier(channel) for channel in channels}
    errand = DocumentErrand(settings.public_url, open_blobs(settings))
    return sender_of(NAME, settings.notify_dsn, settings, open_unit(desk), errand, couriers, limits)


if __name__ == "__main__":
    run_sender(NAME, SenderSettings(), build_sender)
