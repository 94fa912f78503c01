"""Where a recipient's signed webhooks go."""

from services.notify.domain.offices import recipient_of
from shared.contracts.notify import RecipientEndpointConfiguredV1, RecipientEndpointDisabledV1
from shared.outgoing.endpoint import Endpoint


class RecipientEndpoint(Endpoint):
    """party: recipient and county, see offices.party_of."""

    CONFIGURED, DISABLED = RecipientEndpointConfiguredV1, RecipientEndpointDisabledV1

    @property
    def whose(self) -> dict[str, str]:
        return {"recipient": recipient_of(self.party)}
