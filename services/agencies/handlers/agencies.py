"""The registry of agencies: where a signed webhook goes."""

from services.agencies.domain.errors import EndpointNotUsed, EndpointUrlRefused
from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.agencies import ConfigureEndpoint, EndpointView
from shared.operations import Call
from shared.outgoing import deliveries
from shared.outgoing.secret_box import new_webhook_secret
from shared.outgoing.urls import AddressRefused, check_url


def configure_endpoint(cmd: ConfigureEndpoint, call: Call, unit: AgenciesUnit) -> EndpointView:
    """A new address and secret; what is owed to the agency goes out to it at once. Shows the secret this once."""
    if not unit.registry.transport_of(cmd.agency).pushes:
        raise EndpointNotUsed(cmd.agency)
    try:
        check_url(cmd.url, unit.around.allowed_hosts)
    except AddressRefused as error:
        raise EndpointUrlRefused(error.reason) from error
    endpoint = unit.endpoints.of(unit.connection, cmd.agency, unit.around.county_code)
    secret = new_webhook_secret()
    sealed = unit.around.sealer.seal(secret, str(endpoint.id))
    unit.record(endpoint, unit.endpoints, endpoint.configure(cmd.url, sealed, call.by.account_id, call.now))
    deliveries.hurry(unit.connection, cmd.agency.value)
    return EndpointView(agency=cmd.agency, url=endpoint.url, secret=secret, active=endpoint.active)
