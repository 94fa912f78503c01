"""How a recipient is reached by one channel: its address, its place in the order, what the channel asks for beside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.notify.domain.channel import channel_of_route
from services.notify.domain.offices import recipient_of
from shared.contracts.notify import RecipientEndpointConfiguredV1, RecipientEndpointDisabledV1
from shared.outgoing.endpoint import Endpoint


@dataclass(kw_only=True)
class RecipientEndpoint(Endpoint):
    """party: a route, see channel.route_of. options: settings of the channel without any secret."""

    CONFIGURED, DISABLED = RecipientEndpointConfiguredV1, RecipientEndpointDisabledV1

    place: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whose(self) -> dict[str, str]:
        return {"recipient": recipient_of(self.party), "channel": channel_of_route(self.party)}
