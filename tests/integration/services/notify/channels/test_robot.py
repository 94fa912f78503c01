"""Robots of groups: a 200 is no answer, its errcode is; keys never show."""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from services.notify.adapters.channels.robot import RobotChannel
from services.notify.domain.route_secret import pack_secret
from services.notify.ports import Route
from shared.outgoing.courier import Deferred, Delivered, Failed, Gone, Outcome
from shared.outgoing.urls import AllowedHosts
from tests.integration.shared.outgoing.receiver import Answer, Receiver
from tests.unit.services.notify.channels.parcels import NASTY, parcel

KEY, SIGN = "0f0e0d0c-key", "SEC0123456789"
NOW = 1_777_000_000.123


def send(url: str, what: Any = None, *, sign: str = "", keyword: str = "", listed: bool = True) -> Outcome:
    async def run() -> Outcome:
        channel = RobotChannel(AllowedHosts("127.0.0.1" if listed else ""), lambda: NOW)
        secret = pack_secret({"query": f"key={KEY}", **({"sign": sign} if sign else {})})
        route = Route("640521:discipline_commission:robot", url, [secret], {"keyword": keyword})
        try:
            return await channel.send(what or parcel(), route)
        finally:
            await channel.aclose()

    return asyncio.run(run())


def said(code: int, text: str = "", **more: object) -> Answer:
    return Answer(body=json.dumps({"errcode": code, "errmsg": text, **more}).encode())


def test_text_goes_to_the_robot_with_its_key_and_keyword() -> None:
    with Receiver(said(0, "ok")) as group:
        assert send(group.url, keyword="田卫") == Delivered(200)
    (call,) = group.received
    assert call.path == f"/hook?key={KEY}"
    told = json.loads(call.body)
    assert told["msgtype"] == "text"
    assert told["text"]["content"].startswith("田卫 ")
    assert parcel().link in told["text"]["content"]


def test_signed_as_dingtalk_asks_for_it() -> None:
    with Receiver(said(0)) as group:
        assert isinstance(send(group.url, sign=SIGN), Delivered)
    query = parse_qs(urlsplit(group.received[0].path).query)
    at = str(int(NOW * 1000))
    signed = hmac.digest(SIGN.encode(), f"{at}\n{SIGN}".encode(), hashlib.sha256)
    assert query == {"key": [KEY], "timestamp": [at], "sign": [base64.b64encode(signed).decode()]}


@pytest.mark.parametrize("code", [45009, 130101])
def test_too_many_a_minute_waits_without_costing_a_try(code: int) -> None:
    with Receiver(said(code, "freq out of limit")) as group:
        assert send(group.url) == Deferred(f"errcode {code}: freq out of limit", 60.0)


@pytest.mark.parametrize("code", [93000, 300001])
def test_a_robot_that_was_removed_needs_a_person(code: int) -> None:
    with Receiver(said(code, "invalid webhook url")) as group:
        assert send(group.url) == Gone(f"errcode {code}: invalid webhook url")


def test_a_200_with_an_errcode_is_a_failure_of_the_endpoint() -> None:
    with Receiver(said(310000, "keywords not in content"), said(-1, "system busy")) as group:
        refused = send(group.url)
        assert isinstance(refused, Failed)
        assert "keyword" in refused.error
        assert not refused.reached
        assert send(group.url) == Failed("errcode -1: system busy")


def test_a_text_that_is_refused_is_no_failure_of_the_endpoint() -> None:
    with Receiver(said(430104, "illegal text")) as group:
        assert send(group.url) == Failed("errcode 430104: illegal text", reached=True)


@pytest.mark.parametrize("body", [b"", b"<html>ok</html>", b"[]", b'"x"', b"{}", b'{"errcode": "x"}', b"null"])
def test_an_answer_without_an_errcode_proves_nothing(body: bytes) -> None:
    with Receiver(Answer(body=body)) as group:
        assert send(group.url) == Failed("the robot's answer has no errcode")


def test_neither_key_nor_signing_secret_is_repeated() -> None:
    with Receiver(said(40001, f"bad key={KEY} {SIGN}")) as group:
        outcome = send(group.url, sign=SIGN)
    assert isinstance(outcome, Failed)
    assert KEY not in outcome.error
    assert SIGN not in outcome.error


def test_http_errors_are_those_of_every_webhook() -> None:
    with Receiver(Answer(503, {"retry-after": "7"}), Answer(500), Answer(200, body=b"x" * 100_000)) as group:
        assert send(group.url) == Deferred("HTTP 503", 7.0)
        assert send(group.url) == Failed("HTTP 500")
        assert isinstance(send(group.url), Failed)


def test_only_listed_hosts_are_plain_or_private() -> None:
    with Receiver() as group:
        refused = send(group.url, listed=False)
        assert isinstance(refused, Failed)
        assert "address refused" in refused.error
        assert group.received == []


def test_any_title_is_text_in_the_json() -> None:
    with Receiver(said(0)) as group:
        assert isinstance(send(group.url, parcel(title=NASTY)), Delivered)
    content = json.loads(group.received[0].body)["text"]["content"]
    assert "\n" not in content
    assert '=HYPERLINK("x")' in content
