"""The registry of agencies: where a signed webhook goes."""

from services.agencies.domain.errors import EndpointNotUsed
from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.agencies import ConfigureEndpoint, EndpointView
from shared.operations import Call
from shared.outgoing import endpoints


def configure_endpoint(cmd: ConfigureEndpoint, _: Call, unit: AgenciesUnit) -> EndpointView:
    """Set the address and make a new secret, shown in this answer only. Raises EndpointNotUsed, EndpointUrlRefused."""
    if not unit.desk.registry.transport_of(cmd.agency).pushes:
        raise EndpointNotUsed(cmd.agency)
    endpoint = unit.endpoints.of(unit.connection, cmd.agency.value, unit.desk.county_code)
    secret = endpoints.configure(unit, unit.endpoints, endpoint, cmd.url, unit.desk.safeguards)
    return EndpointView(agency=cmd.agency, url=endpoint.url, secret=secret, active=endpoint.active)
