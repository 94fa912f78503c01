"""Recipients: where their webhooks go."""

from services.notify.domain.offices import county_of, party_of
from services.notify.storage.unit import NotifyUnit
from shared.contracts.notify import ConfigureRecipientEndpoint, RecipientEndpointView
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.operations import Call
from shared.outgoing import endpoints


def configure_recipient_endpoint(
    cmd: ConfigureRecipientEndpoint, call: Call, unit: NotifyUnit
) -> RecipientEndpointView:
    """Set the address and make a new secret, shown in this answer only. Raises EndpointUrlRefused, NotFound."""
    if len(call.by.jurisdiction) < COUNTY_DIGITS:
        raise NotFound
    party = party_of(call.by.jurisdiction, cmd.recipient)
    endpoint = unit.endpoints.of(unit.connection, party, county_of(party))
    secret = endpoints.configure(unit, unit.endpoints, endpoint, cmd.url, unit.desk.safeguards)
    return RecipientEndpointView(recipient=cmd.recipient, url=endpoint.url, secret=secret, active=endpoint.active)
