"""What handlers ask of endpoints; shared/outgoing/endpoints.py keeps them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.domain.channel import CARRIED, route_of
from services.notify.storage.tables import endpoint
from shared.contracts.codes import ChannelKind


def ways_in_use(connection: Connection, party: str, order: Sequence[ChannelKind]) -> tuple[ChannelKind, ...]:
    """Of an order those by which the party can be reached: what is carried needs an endpoint in use."""
    routes = {route_of(party, way): way for way in order if way in CARRIED}
    statement = sa.select(endpoint.c.party).where(endpoint.c.party.in_(list(routes)), endpoint.c.active)
    in_use = {routes[route] for route in connection.execute(statement).scalars()}
    return tuple(way for way in order if way not in CARRIED or way in in_use)
