"""The registry of agencies: how each is reached, its keys, and what a person does when that does not work."""

from typing import Any

import sqlalchemy as sa

from services.agencies.domain.endpoint import AgencyEndpoint
from services.agencies.domain.errors import (
    EndpointNotConfigured,
    EndpointNotPaused,
    NotCertified,
    NothingToTry,
    NotResendable,
)
from services.agencies.ports import Transport
from services.agencies.storage import messages
from services.agencies.storage.answers import find_reply
from services.agencies.storage.certificates import is_certified
from services.agencies.storage.reach import delivery_state, transport_of
from services.agencies.storage.tables import delivery
from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.agency_certificates import CONTRACT_VERSION, NEEDS_NONE
from shared.contracts.agency_endpoints import (
    ConfigureEndpoint,
    EndpointView,
    PauseEndpoint,
    ResendDelivery,
    ResendView,
    ResumeEndpoint,
    RotateEndpointKey,
    TrialView,
    TryDelivery,
)
from shared.contracts.base import Event
from shared.contracts.codes import Agency, DeliveryState
from shared.errors import InvalidInput, NotFound
from shared.operations import Call
from shared.outgoing import deliveries

_KEPT = ("body", "signature", "partner_key", "host_key")


def configure_endpoint(cmd: ConfigureEndpoint, _: Call, unit: AgenciesUnit) -> EndpointView:
    """Set protocol, address and keys; our secret is shown in this answer only. What is owed goes the new way.

    Only what a system of the agency was certified for goes into use. Raises EndpointUrlRefused, InvalidInput,
    NotCertified.
    """
    endpoint = unit.endpoints.of(unit.connection, cmd.agency.value, unit.desk.county_code)
    transport = _transport(unit, cmd, endpoint)
    if cmd.partner_key is not None:
        _check_key(unit, cmd.partner_key)
    for name in _KEPT:
        if (given := getattr(cmd, name)) is not None:
            setattr(endpoint, name, given)
    if cmd.password is not None:
        endpoint.access = unit.desk.safeguards.box.seal(cmd.password, f"{endpoint.id}:access")
    transport.check(cmd.url, endpoint.host_key)
    _check_certified(unit, cmd.agency, transport)
    secret = transport.new_secret(endpoint.signature)
    sealed = unit.desk.safeguards.box.seal(secret, str(endpoint.id))
    unit.record(endpoint, unit.endpoints, endpoint.reach(cmd.url, transport.name, sealed, unit.by.account_id, unit.now))
    deliveries.reroute(unit.connection, endpoint.party, transport.name)
    deliveries.hurry(unit.connection, endpoint.party)
    return _view(cmd.agency, endpoint, transport, secret)


def rotate_key(cmd: RotateEndpointKey, _: Call, unit: AgenciesUnit) -> EndpointView:
    """New keys; the former ones hold beside them for a day, so that nothing is lost meanwhile."""
    endpoint = _configured(unit, cmd.agency)
    transport = unit.desk.registry.transport(endpoint.protocol or "")
    if cmd.partner_key is not None:
        _check_key(unit, cmd.partner_key)
    secret = transport.new_secret(endpoint.signature)
    sealed = unit.desk.safeguards.box.seal(secret, str(endpoint.id))
    unit.record(endpoint, unit.endpoints, endpoint.rotate(sealed, cmd.partner_key, unit.now))
    return _view(cmd.agency, endpoint, transport, secret)


def pause_endpoint(cmd: PauseEndpoint, _: Call, unit: AgenciesUnit) -> EndpointView:
    endpoint = _configured(unit, cmd.agency)
    return _told(unit, cmd.agency, endpoint, endpoint.pause(cmd.reason, unit.now))


def resume_endpoint(cmd: ResumeEndpoint, _: Call, unit: AgenciesUnit) -> EndpointView:
    """What waits goes out at once; in a mailbox it lies above all that was shown. Raises EndpointNotPaused."""
    endpoint = _configured(unit, cmd.agency)
    if endpoint.paused_at is None:
        raise EndpointNotPaused(cmd.agency)
    view = _told(unit, cmd.agency, endpoint, endpoint.resume(unit.now))
    # One that was let through, or came by hand, may stand above others that its reader has not seen.
    unit.tasks.place_anew(unit.connection, endpoint.party)
    messages.place_anew(unit.connection, endpoint.party)
    deliveries.hurry(unit.connection, endpoint.party)
    return view


def try_delivery(cmd: TryDelivery, _: Call, unit: AgenciesUnit) -> TrialView:
    """One letter through a paused endpoint. Raises EndpointNotPaused, NothingToTry."""
    endpoint = _configured(unit, cmd.agency)
    if endpoint.paused_at is None:
        raise EndpointNotPaused(cmd.agency)
    waits = delivery.c.party == endpoint.party, delivery.c.state == DeliveryState.PENDING.value
    statement = sa.select(delivery.c.id, delivery.c.subject_id).where(*waits).order_by(delivery.c.created_at).limit(1)
    if cmd.subject_id is not None:
        statement = statement.where(delivery.c.subject_id == cmd.subject_id)
    row = unit.connection.execute(statement).one_or_none()
    if row is None:
        raise NothingToTry(cmd.agency)
    endpoint.trial_id, endpoint.trial_at, endpoint.trial_error = row.id, None, None
    endpoint.broken_until = None
    unit.record(endpoint, unit.endpoints, [])  # saved; that one letter was let through is told by its delivery
    unit.connection.execute(
        sa.update(delivery).where(delivery.c.id == row.id).values(next_at=sa.func.clock_timestamp())
    )
    deliveries.wake(unit.connection)
    return TrialView(agency=cmd.agency, subject_id=row.subject_id)


def resend_delivery(cmd: ResendDelivery, _: Call, unit: AgenciesUnit) -> ResendView:
    """Once more under the same id: who has it already knows it by that. Raises NotFound, NotResendable."""
    found_state = delivery_state(unit.connection, cmd.subject_id, cmd.agency.value)
    if found_state is None:
        raise NotFound
    transport = transport_of(unit.connection, unit.desk.registry, cmd.agency)
    if not transport.pushes:
        raise NotResendable(cmd.agency, "comes-for-it")
    delivery_id = deliveries.resend(unit, cmd.subject_id, cmd.agency.value, channel=transport.name)
    if delivery_id is None:
        raise NotResendable(cmd.agency, "cancelled" if found_state is DeliveryState.CANCELLED else "being-sent")
    if find_reply(unit.connection, cmd.subject_id) is None:
        found = unit.deliveries.load(unit.connection, delivery_id)
        unit.record(found, unit.deliveries, found.resume(unit.now))
    return ResendView(
        agency=cmd.agency, subject_id=cmd.subject_id, delivery_id=delivery_id, state=DeliveryState.PENDING
    )


def _transport(unit: AgenciesUnit, cmd: ConfigureEndpoint, endpoint: AgencyEndpoint) -> Transport:
    registry = unit.desk.registry
    if cmd.protocol is not None or endpoint.protocol is not None:
        return registry.transport(cmd.protocol or endpoint.protocol or "")
    return registry.transport_of(cmd.agency)


def _check_certified(unit: AgenciesUnit, agency: Agency, transport: Transport) -> None:
    """Who opens the console's inbox needs no certificate. Raises NotCertified."""
    if transport.name == NEEDS_NONE:
        return
    if not is_certified(unit.connection, agency, transport.name, CONTRACT_VERSION, unit.now):
        raise NotCertified(agency, transport.name, CONTRACT_VERSION)


def _configured(unit: AgenciesUnit, agency: Agency) -> AgencyEndpoint:
    endpoint = unit.endpoints.of(unit.connection, agency.value, unit.desk.county_code)
    if not endpoint.is_configured:
        raise EndpointNotConfigured(agency)
    return endpoint


def _check_key(unit: AgenciesUnit, key: str) -> None:
    if not unit.desk.registry.is_public_key(key):
        raise InvalidInput("agencies.endpoint-key-wrong", "partner_key")


def _told(unit: AgenciesUnit, agency: Agency, endpoint: AgencyEndpoint, events: list[Event]) -> EndpointView:
    unit.record(endpoint, unit.endpoints, events)
    return _view(agency, endpoint, unit.desk.registry.transport(endpoint.protocol or ""), None)


def _view(agency: Agency, endpoint: AgencyEndpoint, transport: Transport, secret: str | None) -> EndpointView:
    public = transport.public_key(secret) if secret else None
    fields: dict[str, Any] = {
        "agency": agency,
        "protocol": transport.name,
        "url": endpoint.url,
        # A private key never leaves; what both sides share must.
        "secret": secret if transport.pushes and public is None else None,
        "public_key": public,
        "active": endpoint.active,
        "paused": endpoint.paused_at is not None,
    }
    return EndpointView.model_validate(fields)
