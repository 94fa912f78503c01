"""Short messages through a gateway on loopback, as the template says; numbers and keys never show."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from services.notify.adapters.channels.sms import SmsChannel
from services.notify.domain.route_secret import pack_secret
from services.notify.ports import Route
from shared.outgoing.courier import Deferred, Delivered, Failed, Outcome
from shared.outgoing.urls import AllowedHosts
from tests.integration.shared.outgoing.receiver import Answer, Receiver
from tests.unit.services.notify.channels.parcels import NASTY, parcel

PHONE, SECRET = "13812345678", "app-s3cret"
SETTINGS = {
    "phone": PHONE,
    "headers": {"authorization": "Bearer ${secret}", "x-request-id": "${id}"},
    "body": '{"mobile": "${phone}", "params": ["${number}", "${title}"], "text": "${text}"}',
    "success_path": "result.code",
    "success_values": ["0", "OK"],
    "reference_path": "result.id",
}
TAKEN = Answer(body=b'{"result": {"code": 0, "id": "m-17"}}')


def send(url: str, what: Any = None, *, listed: bool = True, **changes: Any) -> Outcome:
    async def run() -> Outcome:
        channel = SmsChannel(AllowedHosts("127.0.0.1" if listed else ""))
        secret = pack_secret({"secret": SECRET})
        route = Route("640521:discipline_commission:sms", url, [secret], {**SETTINGS, **changes})
        try:
            return await channel.send(what or parcel(), route)
        finally:
            await channel.aclose()

    return asyncio.run(run())


def test_the_gateway_gets_what_the_template_says() -> None:
    with Receiver(TAKEN) as gateway:
        assert send(gateway.url, parcel(title=NASTY)) == Delivered(200, "m-17")
    (call,) = gateway.received
    told = json.loads(call.body)
    assert told["mobile"] == PHONE
    assert told["params"][0] == parcel().number
    assert "\n" not in told["params"][1]
    assert parcel().link in told["text"]
    assert call.headers["authorization"] == f"Bearer {SECRET}"
    assert call.headers["x-request-id"] == str(parcel().delivery_id)


def test_by_get_everything_stands_in_the_address() -> None:
    with Receiver(TAKEN) as gateway:
        url = f"{gateway.url}?u=me&p=${{secret}}&m=${{phone}}&c=${{text}}"
        assert isinstance(send(url, method="GET", body="", headers={}), Delivered)
    (call,) = gateway.received
    query = parse_qs(urlsplit(call.path).query)
    assert call.method == "GET"
    assert (query["u"], query["p"], query["m"]) == (["me"], [SECRET], [PHONE])
    assert parcel().link in query["c"][0]


@pytest.mark.parametrize("body", [b'{"result": {"code": 42, "text": "no balance"}}', b"", b"<html>", b"[]"])
def test_a_200_that_does_not_say_yes_is_a_failure(body: bytes) -> None:
    with Receiver(Answer(body=body)) as gateway:
        outcome = send(gateway.url)
    assert isinstance(outcome, Failed)
    assert outcome.error.startswith("HTTP 200, not taken")


def test_number_and_key_are_masked_in_what_the_gateway_says() -> None:
    with Receiver(Answer(body=f'{{"text": "{PHONE} refused for {SECRET}"}}'.encode())) as gateway:
        outcome = send(gateway.url)
    assert isinstance(outcome, Failed)
    assert "138****5678" in outcome.error
    assert PHONE not in outcome.error
    assert SECRET not in outcome.error


def test_the_status_alone_may_say_it() -> None:
    with Receiver(Answer(202)) as gateway:
        said: dict[str, Any] = {"success_path": "", "success_values": [], "success_status": [202], "reference_path": ""}
        assert send(gateway.url, **said) == Delivered(202)


def test_http_errors_are_those_of_every_webhook() -> None:
    with Receiver(Answer(429, {"retry-after": "30"}), Answer(500), Answer(302)) as gateway:
        assert send(gateway.url) == Deferred("HTTP 429", 30.0)
        assert send(gateway.url) == Failed("HTTP 500")
        assert send(gateway.url) == Failed("HTTP 302")


def test_only_listed_hosts_are_plain_or_private() -> None:
    with Receiver() as gateway:
        refused = send(gateway.url, listed=False)
        assert isinstance(refused, Failed)
        assert "address refused" in refused.error
        assert gateway.received == []
