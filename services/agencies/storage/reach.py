"""By which way an agency is reached now: its endpoint says, else the settings."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.agencies.domain.errors import NotActivated
from services.agencies.ports import Registry, Transport
from services.agencies.storage.tables import delivery, endpoint
from shared.contracts.agency_certificates import NEEDS_NONE
from shared.contracts.codes import Agency, DeliveryState, Role
from shared.principal import Actor


def transport_of(connection: Connection, registry: Registry, agency: Agency) -> Transport:
    statement = sa.select(endpoint.c.protocol).where(endpoint.c.party == agency.value)
    name = connection.execute(statement).scalar_one_or_none()
    return registry.transport(name) if name else registry.transport_of(agency)


def route_of(connection: Connection, party: str) -> dict[str, str | None]:
    """What a courier must know of an endpoint beside address and keys: body, host_key, access. Empty: none there."""
    columns = (endpoint.c.body, endpoint.c.host_key, endpoint.c.access)
    row = connection.execute(sa.select(*columns).where(endpoint.c.party == party)).mappings().one_or_none()
    return dict(row) if row else {}


def admit(connection: Connection, by: Actor) -> None:
    """Let a person pass, and a system whose agency has a way in use that it was certified for. Raises NotActivated."""
    if not by.has(Role.AGENCY_SYSTEM):
        return
    # One that its agency has shut (410) may still be asked and answered; that of an outage alone was never configured.
    used = sa.exists().where(
        endpoint.c.party == by.org_code,
        endpoint.c.configured_at.is_not(None),
        endpoint.c.protocol.is_distinct_from(NEEDS_NONE),
    )
    if not connection.execute(sa.select(used)).scalar_one():
        raise NotActivated(by.org_code)


def delivery_state(connection: Connection, subject_id: UUID, party: str) -> DeliveryState | None:
    """How far this subject has come to the party; None when it is owed nothing of it."""
    found = delivery.c.subject_id == subject_id, delivery.c.party == party
    state = connection.execute(sa.select(delivery.c.state).where(*found)).scalar_one_or_none()
    return None if state is None else DeliveryState(state)


def waiting(connection: Connection, party: str) -> int:
    """Letters and messages that have not arrived."""
    statement = sa.select(sa.func.count()).where(delivery.c.party == party, delivery.c.state == "pending")
    return int(connection.execute(statement).scalar_one())
