"""What handlers ask of endpoints; shared/outgoing/endpoints.py keeps them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.domain.channel import channel_of_route, party_of_route
from services.notify.storage.tables import endpoint
from shared.contracts.codes import ChannelKind


def routes_of(connection: Connection, party: str) -> list[ChannelKind]:
    """By which ways a recipient is served, in the order in which they are taken; empty: nothing but the inbox."""
    return [channel_of_route(route) for route in _routes(connection, party)]


def next_route(connection: Connection, route: str) -> str | None:
    """The way that is taken when this one has failed or is out of use: the one after it in the order.

    None after the last one.
    """
    order = _routes(connection, party_of_route(route), also=route)
    following = order[order.index(route) + 1 :] if route in order else order
    return following[0] if following else None


def options_of(connection: Connection, route: str) -> Mapping[str, Any]:
    """What is configured beside address and secret; empty of a route that there is not."""
    found = connection.execute(sa.select(endpoint.c.options).where(endpoint.c.party == route)).scalar_one_or_none()
    return found or {}


def is_probe(connection: Connection, route: str, delivery_id: UUID) -> bool:
    """Whether a person is waiting for what becomes of this delivery, and of it alone."""
    asked = sa.select(endpoint.c.id).where(endpoint.c.party == route, endpoint.c.trial_id == delivery_id)
    return connection.execute(asked).first() is not None


def _routes(connection: Connection, party: str, also: str | None = None) -> list[str]:
    """Active ones. also: that one whether active or not."""
    its = sa.or_(endpoint.c.party == party, endpoint.c.party.startswith(f"{party}:", autoescape=True))
    in_use = sa.or_(endpoint.c.active, endpoint.c.party == also) if also else endpoint.c.active
    statement = sa.select(endpoint.c.party).where(its, in_use).order_by(endpoint.c.place, endpoint.c.party)
    return list(connection.execute(statement).scalars())
