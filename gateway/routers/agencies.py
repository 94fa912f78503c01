"""The agencies and where their signed webhooks go."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from gateway.schemas.endpoint import EndpointAddress
from shared.contracts.agencies import AgencyList, ConfigureEndpoint, EndpointView, ListAgencies

_TAG = "agencies"


def add_to(api: Api) -> None:
    api.query(QueryRoute("agencies", ListAgencies, "/agencies", AgencyList), _TAG)
    api.command(
        CommandRoute(
            "agencies",
            ConfigureEndpoint,
            "/agencies/{code}/endpoint",
            EndpointView,
            target=None,
            method="PUT",
            from_path={"code": "agency"},
            body=EndpointAddress,
        ),
        _TAG,
    )
