"""What handlers ask of endpoints; shared/outgoing/endpoints.py keeps them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.domain.channel import CARRIED, channel_of_route, route_of
from services.notify.storage.tables import endpoint
from shared.contracts.codes import ChannelKind


def options_of(connection: Connection, route: str) -> Mapping[str, Any]:
    """What is configured beside address and secret; empty of a route that there is not."""
    found = connection.execute(sa.select(endpoint.c.options).where(endpoint.c.party == route)).scalar_one_or_none()
    return found or {}


def is_probe(connection: Connection, route: str, delivery_id: UUID) -> bool:
    """Whether a person is waiting for what becomes of this delivery, and of it alone."""
    asked = sa.select(endpoint.c.id).where(endpoint.c.party == route, endpoint.c.trial_id == delivery_id)
    return connection.execute(asked).first() is not None


def webhooks_in_use(connection: Connection) -> list[str]:
    """Routes of recipients whose own systems are called."""
    found = connection.execute(sa.select(endpoint.c.party).where(endpoint.c.active).order_by(endpoint.c.party))
    return [row.party for row in found if channel_of_route(row.party) is ChannelKind.WEBHOOK]


def ways_in_use(connection: Connection, party: str, order: Sequence[ChannelKind]) -> tuple[ChannelKind, ...]:
    """Of an order those by which the party can be reached: what is carried needs an endpoint in use.

    The register says which ways, and where in the order something is carried; among those that are set up the first
    comes first by its place.
    """
    routes = {route_of(party, way): way for way in order if way in CARRIED}
    statement = sa.select(endpoint.c.party, endpoint.c.place)
    rows = connection.execute(statement.where(endpoint.c.party.in_(list(routes)), endpoint.c.active))
    in_use = sorted(((row.place, order.index(routes[row.party])) for row in rows), reverse=True)
    found: list[ChannelKind] = []
    for way in order:
        if way not in CARRIED:
            found.append(way)
        elif in_use:
            found.append(order[in_use.pop()[1]])
    return tuple(found)
