"""The signed webhook to a recipient's own system: ids, links and digests, no text (R10)."""

from datetime import UTC

import orjson

from services.notify.domain.channel import Parcel
from services.notify.domain.channel_wording import doorbell
from services.notify.ports import Route
from shared.contracts.codes import ChannelKind
from shared.outgoing.courier import Outcome
from shared.outgoing.urls import AllowedHosts
from shared.outgoing.webhook import WebhookCourier


class WebhookChannel:
    kind = ChannelKind.WEBHOOK

    def __init__(self, allowed: AllowedHosts) -> None:
        self._courier = WebhookCourier(allowed)

    async def send(self, parcel: Parcel, route: Route) -> Outcome:
        told = doorbell(parcel)
        told["timestamp"] = parcel.made_at.astimezone(UTC).isoformat(timespec="milliseconds")
        return await self._courier.send(route.address, route.secrets, parcel.delivery_id, orjson.dumps(told))

    async def aclose(self) -> None:
        await self._courier.aclose()
