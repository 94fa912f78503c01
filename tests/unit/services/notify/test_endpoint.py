"""Endpoints of recipients: rotation of secrets, what is told, where they may lie."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.notify.adapters.url_check import AllowedUrl
from services.notify.domain.endpoint import ROTATION, RecipientEndpoint
from services.notify.domain.errors import EndpointUrlRefused
from shared.aggregate import replay
from shared.contracts.codes import Recipient
from shared.outgoing.urls import AllowedHosts

NOW = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)


def endpoint() -> RecipientEndpoint:
    return RecipientEndpoint(
        id=UUID(int=1),
        recipient=Recipient.PARTY_COMMITTEE,
        party="640521:party_committee",
        jurisdiction="640521000000",
    )


def configure(target: RecipientEndpoint, url: str, secret: str) -> None:
    events: list[Any] = list(target.configure(url, secret, "admin-1", NOW))
    replay(target, events)


def test_same_address_keeps_the_former_secret_for_a_day() -> None:
    target = endpoint()
    configure(target, "https://dwb.example/hook", "sealed-1")
    configure(target, "https://dwb.example/hook", "sealed-2")
    assert (target.secret, target.previous_secret, target.previous_until) == ("sealed-2", "sealed-1", NOW + ROTATION)


def test_new_address_never_sees_the_former_secret() -> None:
    target = endpoint()
    configure(target, "https://dwb.example/hook", "sealed-1")
    configure(target, "https://other.example/hook", "sealed-2")
    assert (target.previous_secret, target.previous_until) == (None, None)


def test_disabled_once_and_active_again_when_configured() -> None:
    target = endpoint()
    configure(target, "https://dwb.example/hook", "sealed-1")
    events: list[Any] = list(target.disable("HTTP 410", NOW))
    replay(target, events)
    assert (target.active, target.disabled_reason) == (False, "HTTP 410")
    assert target.disable("HTTP 410", NOW) == []
    configure(target, "https://dwb.example/hook", "sealed-2")
    assert target.active


def test_secrets_are_in_no_event() -> None:
    target = endpoint()
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
        AllowedUrl(AllowedHosts(""))(url)
    assert refused.value.facts == {"reason": reason}
    assert refused.value.field == "url"
