"""Endpoints of agencies and recipients: rotation of secrets, what is told, where they may lie."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.agencies.domain.endpoint import AgencyEndpoint
from services.notify.domain.endpoint import RecipientEndpoint
from shared.aggregate import replay
from shared.outgoing.endpoint import ROTATION, Endpoint
from shared.outgoing.endpoints import EndpointUrlRefused, Safeguards
from shared.outgoing.secret_box import SecretBox
from shared.outgoing.urls import AllowedHosts

KEY = base64.b64encode(bytes(32)).decode()
NOW = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(params=[(AgencyEndpoint, "natural_resources"), (RecipientEndpoint, "640521:party_committee")])
def target(request: pytest.FixtureRequest) -> Endpoint:
    kind, party = request.param
    endpoint: Endpoint = kind(id=UUID(int=1), party=party, jurisdiction="640521000000")
    return endpoint


def configure(target: Endpoint, url: str, secret: str) -> None:
    replay(target, target.configure(url, secret, "admin-1", NOW))


def test_same_address_keeps_the_former_secret_for_a_day(target: Endpoint) -> None:
    configure(target, "https://dwb.example/hook", "sealed-1")
    configure(target, "https://dwb.example/hook", "sealed-2")
    assert (target.secret, target.previous_secret, target.previous_until) == ("sealed-2", "sealed-1", NOW + ROTATION)


def test_new_address_never_sees_the_former_secret(target: Endpoint) -> None:
    configure(target, "https://dwb.example/hook", "sealed-1")
    configure(target, "https://other.example/hook", "sealed-2")
    assert (target.previous_secret, target.previous_until) == (None, None)


def test_disabled_once_and_active_again_when_configured(target: Endpoint) -> None:
    configure(target, "https://dwb.example/hook", "sealed-1")
    replay(target, target.disable("HTTP 410", NOW))
    assert (target.active, target.disabled_reason) == (False, "HTTP 410")
    assert target.disable("HTTP 410", NOW) == []
    configure(target, "https://dwb.example/hook", "sealed-2")
    assert target.active


def test_secrets_are_in_no_event(target: Endpoint) -> None:
    told = target.configure("https://dwb.example/hook", "sealed-1", "admin-1", NOW)
    assert all("sealed-1" not in event.model_dump_json() for event in told)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://dwb.example/hook", "scheme"),
        ("https://127.0.0.1/hook", "address"),
        ("https://169.254.169.254/", "address"),
        ("https://a:b@dwb.example/", "userinfo"),
    ],
)
def test_address_that_may_not_be_called_is_refused(url: str, reason: str) -> None:
    with pytest.raises(EndpointUrlRefused) as refused:
        Safeguards(AllowedHosts(""), SecretBox(KEY)).check(url)
    assert refused.value.facts == {"reason": reason}
    assert refused.value.field == "url"
