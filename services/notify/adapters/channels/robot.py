"""Robots of a group, as WeCom and DingTalk have them: a text by HTTPS, its answer always 200, the truth in `errcode`.

The address holds the robot's key: its query is sealed and never shown; only what stands before it is.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote_plus

import orjson

from services.notify.domain.channel import Parcel
from services.notify.domain.channel_wording import group_text, one_line
from services.notify.domain.route_secret import secret_of
from services.notify.domain.sms_template import without
from services.notify.ports import Route
from shared.contracts.codes import ChannelKind
from shared.outgoing.courier import Deferred, Delivered, Failed, Gone, Outcome
from shared.outgoing.http_client import GuardedClient, Unanswered
from shared.outgoing.urls import AllowedHosts
from shared.outgoing.webhook import outcome_of

# Too many a minute (20 of both): WeCom; DingTalk, in both its generations.
_TOO_FAST = (45009, 130101, 410100)
_AFTER_S = 60.0
# The robot was removed, its key is another, the group is no more: nothing will arrive until a person has seen to it.
_REMOVED = (93000, 300001, 400101, 400102, 400106, 400013)
# About this text: empty, too long, of a kind or with words that are not let through.
_ABOUT_THE_TEXT = (40008, 40058, 44004, 45002, 400105, 430101, 430102, 430103, 430104)
# DingTalk: keyword, signature or address of the sender are not as the robot's settings ask; the text says which.
_SETTINGS = 310000
_HEADERS = {"content-type": "application/json; charset=utf-8"}


class RobotChannel:
    """wall: seconds since the epoch."""

    kind = ChannelKind.ROBOT

    def __init__(self, allowed: AllowedHosts, wall: Callable[[], float] = time.time) -> None:
        self._client = GuardedClient(allowed)
        self._wall = wall

    async def send(self, parcel: Parcel, route: Route) -> Outcome:
        """options: `keyword`. secret: `query` of the address, `sign` where the robot asks for a signature."""
        secret = secret_of(route.secrets)
        query, sign = secret.get("query", ""), secret.get("sign", "")
        content = group_text(parcel, str(route.options.get("keyword") or ""))
        body = orjson.dumps({"msgtype": "text", "text": {"content": content}})
        signed = signature(sign, int(self._wall() * 1000)) if sign else ""
        full = "&".join(part for part in (query, signed) if part)
        try:
            answer = await self._client.call("POST", f"{route.address}?{full}", _HEADERS, body)
        except Unanswered as error:
            return Failed(without(str(error), query, sign))
        outcome = outcome_of(answer.status, answer.headers.get("retry-after"), datetime.now(UTC))
        if not isinstance(outcome, Delivered):
            return outcome
        return _judged(answer.body, query, sign)

    async def aclose(self) -> None:
        await self._client.aclose()


def signature(secret: str, at_ms: int) -> str:
    """`timestamp` and `sign` of DingTalk: HMAC-SHA256 over time and secret, in base64, for the address."""
    signed = hmac.digest(secret.encode(), f"{at_ms}\n{secret}".encode(), hashlib.sha256)
    return f"timestamp={at_ms}&sign={quote_plus(base64.b64encode(signed))}"


def _judged(body: bytes, *hidden: str) -> Outcome:
    try:
        told = orjson.loads(body)
        code, text = int(told["errcode"]), str(told.get("errmsg", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Failed("the robot's answer has no errcode")
    if code == 0:
        return Delivered(200)
    # The service repeats what it was sent, now and then with the key.
    error = without(f"errcode {code}: {one_line(text, 200)}", *hidden)
    if code in _TOO_FAST:
        return Deferred(error, _AFTER_S)
    if code in _REMOVED:
        return Gone(error)
    if code in _ABOUT_THE_TEXT:
        return Failed(error, reached=True)
    return Failed(f"{error}; keyword, signature or address list of the robot" if code == _SETTINGS else error)
