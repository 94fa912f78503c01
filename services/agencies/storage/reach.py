"""By which way an agency is reached now: its endpoint says, else the settings."""

import sqlalchemy as sa
from sqlalchemy import Connection

from services.agencies.ports import Registry, Transport
from services.agencies.storage.tables import delivery, endpoint
from shared.contracts.codes import Agency


def transport_of(connection: Connection, registry: Registry, agency: Agency) -> Transport:
    statement = sa.select(endpoint.c.protocol).where(endpoint.c.party == agency.value)
    name = connection.execute(statement).scalar_one_or_none()
    return registry.transport(name) if name else registry.transport_of(agency)


def route_of(connection: Connection, party: str) -> dict[str, str | None]:
    """What a courier must know of an endpoint beside address and keys: body, host_key, access. Empty: none there."""
    columns = (endpoint.c.body, endpoint.c.host_key, endpoint.c.access)
    row = connection.execute(sa.select(*columns).where(endpoint.c.party == party)).mappings().one_or_none()
    return dict(row) if row else {}


def waiting(connection: Connection, party: str) -> int:
    """Letters and messages that have not arrived."""
    statement = sa.select(sa.func.count()).where(delivery.c.party == party, delivery.c.state == "pending")
    return int(connection.execute(statement).scalar_one())
