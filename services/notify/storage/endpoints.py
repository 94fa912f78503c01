"""What handlers ask of endpoints; shared/outgoing/endpoints.py keeps them."""

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.storage.tables import endpoint


def active_parties(connection: Connection, parties: list[str]) -> set[str]:
    """Those of the parties that have an endpoint in use."""
    statement = sa.select(endpoint.c.party).where(endpoint.c.party.in_(parties), endpoint.c.active)
    return set(connection.execute(statement).scalars())
