"""Recipients: by which ways they are reached, whether a way works, and taking one out of use."""

from services.notify.domain.channel import route_of
from services.notify.domain.endpoint import RecipientEndpoint
from services.notify.domain.errors import ChannelMissing, ChannelSettingWrong
from services.notify.domain.offices import county_of, party_of
from services.notify.domain.route_secret import pack_secret, parts_of
from services.notify.domain.route_settings import Given, settle
from services.notify.handlers.deliveries import take_next_way
from services.notify.storage import services
from services.notify.storage.unit import NotifyUnit
from shared import keys
from shared.contracts.channels import (
    ChannelSettings,
    ConfigureRecipientEndpoint,
    DisableRecipientEndpoint,
    EndpointTestView,
    RecipientEndpointView,
    TestRecipientEndpoint,
)
from shared.contracts.codes import ChannelKind, Recipient
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.exchange.places import HostKeyWrong, check_place
from shared.ids import new_id
from shared.operations import Call
from shared.outgoing import deliveries, endpoints
from shared.outgoing.endpoints import EndpointUrlRefused, Safeguards
from shared.outgoing.secret_box import SecretUnreadable
from shared.outgoing.urls import AddressRefused


def configure_recipient_endpoint(
    cmd: ConfigureRecipientEndpoint, call: Call, unit: NotifyUnit
) -> RecipientEndpointView:
    """Raises ChannelSettingWrong, EndpointUrlRefused, NotFound."""
    endpoint, safeguards = _endpoint(cmd.recipient, cmd.channel, call, unit), unit.desk.safeguards
    former = _former(endpoint, cmd, safeguards)
    try:
        settings = settle(cmd, Given(former, safeguards.allowed_hosts, keys.new_key, check_place))
    except AddressRefused as error:
        raise EndpointUrlRefused(error.reason) from error
    except HostKeyWrong as error:
        raise ChannelSettingWrong("exchange.host_key", "key-wrong") from error
    except ValueError as error:
        raise ChannelSettingWrong("url", "address-wrong") from error
    endpoint.place, endpoint.options = cmd.place, settings.options
    secret = None
    if cmd.channel is ChannelKind.WEBHOOK:
        secret = endpoints.configure(unit, unit.endpoints, endpoint, cmd.url, safeguards)
    else:
        kept = pack_secret(settings.secret)
        endpoints.install(unit, unit.endpoints, endpoint, settings.url, kept, safeguards.box)
    return RecipientEndpointView(
        recipient=cmd.recipient,
        channel=cmd.channel,
        place=endpoint.place,
        url=endpoint.url,
        secret=secret,
        public_key=settings.options.get("public_key"),
        active=endpoint.active,
    )


def test_recipient_endpoint(cmd: TestRecipientEndpoint, call: Call, unit: NotifyUnit) -> EndpointTestView:
    """Owe the route a probe: one try, whatever comes of it. Raises ChannelMissing."""
    endpoint = _active(cmd.recipient, cmd.channel, call, unit)
    probe = deliveries.add(unit.connection, new_id(), endpoint.party, cmd.channel.value, unit.correlation_id)
    endpoint.trial_id, endpoint.trial_at, endpoint.trial_error = probe, None, None
    endpoint.broken_until = None
    unit.record(endpoint, unit.endpoints, [])
    return EndpointTestView(recipient=cmd.recipient, channel=cmd.channel)


def disable_recipient_endpoint(cmd: DisableRecipientEndpoint, call: Call, unit: NotifyUnit) -> RecipientEndpointView:
    """What it still owes goes by the recipient's next way. Raises ChannelMissing."""
    endpoint = _active(cmd.recipient, cmd.channel, call, unit)
    unit.record(endpoint, unit.endpoints, endpoint.disable(cmd.reason, unit.now))
    unit.flush()
    for subject_id in deliveries.withdraw(unit.connection, endpoint.party, cmd.reason):
        service = services.find(unit.connection, subject_id, endpoint.party)
        if service is not None:
            take_next_way(service, unit.documents.lock(unit.connection, service.document_id), cmd.reason, unit)
    return RecipientEndpointView(
        recipient=cmd.recipient,
        channel=cmd.channel,
        place=endpoint.place,
        url=endpoint.url,
        secret=None,
        public_key=None,
        active=endpoint.active,
    )


def _active(recipient: Recipient, channel: ChannelKind, call: Call, unit: NotifyUnit) -> RecipientEndpoint:
    endpoint = _endpoint(recipient, channel, call, unit)
    if not endpoint.active:
        raise ChannelMissing(recipient.value, channel.value)
    return endpoint


def _endpoint(recipient: Recipient, channel: ChannelKind, call: Call, unit: NotifyUnit) -> RecipientEndpoint:
    """Locked, or new. Raises NotFound for who has no county."""
    if len(call.by.jurisdiction) < COUNTY_DIGITS:
        raise NotFound
    route = route_of(party_of(call.by.jurisdiction, recipient), channel)
    return unit.endpoints.of(unit.connection, route, county_of(route))


def _former(endpoint: RecipientEndpoint, cmd: ChannelSettings, safeguards: Safeguards) -> dict[str, str]:
    """Parts of the secret of the same address: another one is not told what the former one knew."""
    # Of a robot's address the part that holds its key is not kept in the clear.
    asked = cmd.url.partition("?")[0] if cmd.channel is ChannelKind.ROBOT else cmd.url
    if not endpoint.secret or cmd.channel is ChannelKind.WEBHOOK or asked != endpoint.url:
        return {}
    try:
        return dict(parts_of(safeguards.box.open(endpoint.secret, str(endpoint.id))))
    except (SecretUnreadable, ValueError):
        return {}
