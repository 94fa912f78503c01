"""One webhook to a receiver on loopback: what counts as delivered, and where it never goes."""

import asyncio
import threading
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from standardwebhooks import Webhook

from shared.outgoing.courier import Deferred, Delivered, Failed, Gone, Outcome
from shared.outgoing.secret_box import new_webhook_secret
from shared.outgoing.urls import AllowedHosts
from shared.outgoing.webhook import WebhookCourier
from tests.integration.shared.outgoing.receiver import Answer, Receiver

SECRET = new_webhook_secret()
BODY = '{"matter":"勘测"}'.encode()


def send(
    url: str, allowed: str, *, webhook_id: UUID | None = None, deadline_s: float = 15.0, times: int = 1
) -> Outcome:
    async def scenario() -> Outcome:
        courier = WebhookCourier(AllowedHosts(allowed), deadline_s=deadline_s)
        try:
            for _ in range(times):
                outcome = await courier.send(url, [SECRET], webhook_id or uuid4(), BODY)
            return outcome
        finally:
            await courier.aclose()

    return asyncio.run(scenario())


def test_a_call_is_signed_and_carries_its_fixed_id() -> None:
    id_ = uuid4()
    with Receiver() as receiver:
        assert send(receiver.url, receiver.host, webhook_id=id_) == Delivered(200)
    (got,) = receiver.received
    assert got.webhook_id == str(id_)
    assert Webhook(SECRET).verify(got.body, dict(got.headers)) == {"matter": "勘测"}


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    with Receiver(Answer(status, body=b"")) as receiver:
        assert send(receiver.url, receiver.host) == Delivered(status)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_not_delivered(status: int) -> None:
    with Receiver() as elsewhere, Receiver(Answer(status, {"location": elsewhere.url})) as receiver:
        assert send(receiver.url, f"{receiver.host},{elsewhere.host}") == Failed(f"HTTP {status}")
        assert elsewhere.received == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(500), Failed("HTTP 500")),
        (Answer(400), Failed("HTTP 400", reached=True)),
        (Answer(410), Gone("HTTP 410")),
        (Answer(429, {"retry-after": "120"}), Deferred("HTTP 429", 120)),
        (Answer(503, {"retry-after": "0"}), Deferred("HTTP 503", 1)),
        (Answer(503), Failed("HTTP 503")),
        (Answer(500, {"retry-after": "120"}), Failed("HTTP 500")),
    ],
)
def test_what_is_not_2xx_is_told_apart(answer: Answer, outcome: Outcome) -> None:
    with Receiver(answer) as receiver:
        assert send(receiver.url, receiver.host) == outcome


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    with Receiver(Answer(200, body=b"x" * 20_000_000)) as receiver:
        assert send(receiver.url, receiver.host) == Delivered(200)


def test_a_receiver_that_does_not_answer_fails_by_the_deadline() -> None:
    never = threading.Event()
    with Receiver(Answer(wait_for=never)) as receiver:
        assert send(receiver.url, receiver.host, deadline_s=0.3) == Failed("no answer within 0.3 s")
        never.set()


def test_a_receivers_cookies_are_not_sent_back() -> None:
    with Receiver(Answer(200, {"set-cookie": "session=1; Path=/"})) as receiver:
        send(receiver.url, receiver.host, times=2)
    assert len(receiver.received) == 2
    assert "cookie" not in receiver.received[1].headers


def test_a_host_that_is_not_listed_is_never_connected_to() -> None:
    with Receiver() as receiver:
        for url in (receiver.url, receiver.url.replace("http:", "https:")):
            outcome = send(url, "")
            assert isinstance(outcome, Failed)
            assert "refused" in outcome.error
        assert receiver.received == []


def test_a_name_that_resolves_to_a_private_address_is_never_connected_to() -> None:
    asked = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["203.0.114.7", "127.0.0.1"]

    async def scenario() -> Outcome:
        courier = WebhookCourier(AllowedHosts(""), resolver=rebinding)
        try:
            return await courier.send("https://agency.example:8443/hook", [SECRET], uuid4(), BODY)
        finally:
            await courier.aclose()

    outcome = asyncio.run(scenario())
    assert isinstance(outcome, Failed)
    assert "address: 127.0.0.1" in outcome.error
    assert asked == [("agency.example", 8443)]


def test_nobody_listening_is_a_failure_like_any_other() -> None:
    with Receiver() as receiver:
        url, host = receiver.url, receiver.host
    assert isinstance(send(url, host), Failed)
