"""Recipients: where their webhooks go."""

from services.notify.domain.endpoint import RecipientEndpoint
from services.notify.domain.offices import COUNTY_DIGITS, party_of
from services.notify.storage.unit import NotifyUnit
from shared.contracts.notify import ConfigureRecipientEndpoint, RecipientEndpointView
from shared.errors import NotFound
from shared.ids import new_id
from shared.operations import Call
from shared.outgoing import deliveries
from shared.outgoing.secret_box import new_webhook_secret


def configure_recipient_endpoint(
    cmd: ConfigureRecipientEndpoint, call: Call, unit: NotifyUnit
) -> RecipientEndpointView:
    """Set the address and make a new secret, shown in this answer only. Raises EndpointUrlRefused, NotFound."""
    county = call.by.jurisdiction[:COUNTY_DIGITS]
    if len(county) < COUNTY_DIGITS:
        raise NotFound
    unit.desk.check_url(cmd.url)
    party = party_of(county, cmd.recipient)
    found = unit.endpoints.find(unit.connection, party)
    endpoint = found or RecipientEndpoint(
        id=new_id(), recipient=cmd.recipient, party=party, jurisdiction=f"{county}000000"
    )
    secret = new_webhook_secret()
    sealed = unit.desk.sealer.seal(secret, str(endpoint.id))
    unit.record(endpoint, unit.endpoints, endpoint.configure(cmd.url, sealed, call.by.account_id, unit.now))
    deliveries.hurry(unit.connection, party)
    return RecipientEndpointView(recipient=cmd.recipient, url=cmd.url, secret=secret, active=endpoint.active)
