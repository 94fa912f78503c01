"""Where an agency's signed webhooks go."""

from shared.contracts.agencies import AgencyEndpointConfiguredV1, AgencyEndpointDisabledV1
from shared.outgoing.endpoint import Endpoint


class AgencyEndpoint(Endpoint):
    """party: the agency's code."""

    CONFIGURED, DISABLED = AgencyEndpointConfiguredV1, AgencyEndpointDisabledV1

    @property
    def whose(self) -> dict[str, str]:
        return {"agency": self.party}
