"""What one client, and all clients together, may ask of this process, before anything else looks at a request.

Counted is every request but `/healthz`: by its account once a token has been seen to be good, before that by the
address it comes from. What is in work is bounded too: a request counts from when it is wholly here, so that whoever
sends slowly holds no place, and a body that comes too slowly is given up. `/healthz` and `/readyz` are never turned
away because of load: a monitor must see an overloaded house as one that lives. (`gate.py` has the queue before each
service.)
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import BodyTooSlow
from gateway.gate import Overloaded
from gateway.rates import Rates

_ALIVE = "/healthz"
_HEALTH = frozenset({_ALIVE, "/readyz"})
_LOGIN = "/api/v1/auth/token"
# A password is digested on purpose slowly.
_LOGIN_COST = 5.0
_IPV6_SITE = 64


@dataclass(frozen=True)
class Limits:
    """account_*, address_*: requests a second in the long run, and at once (a login counts five).

    requests: wholly here and in work at once; uploads: files coming in at once; more are turned away with 503, before
    they are routed and read. As many requests as the gates of three services hold: one that hangs has not all of them.
    body_grace_s, body_bytes_per_s: a body must have come within the grace and the time its bytes take at that pace.
    """

    account_per_s: float = 200.0
    account_burst: int = 1000
    address_per_s: float = 20.0
    address_burst: int = 300
    requests: int = 96
    uploads: int = 64
    body_grace_s: float = 30.0
    body_bytes_per_s: float = 1024.0


@dataclass
class _Room:
    """So many at once, nobody waits."""

    most: int
    taken: int = field(default=0)

    def enter(self) -> None:
        """Raises Overloaded."""
        if self.taken >= self.most:
            raise Overloaded(1)
        self.taken += 1


class Bounds:
    """Stands inside Edge, which answers what is raised here. `scope["upload"]`, set there: a file comes in."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._accounts = Rates(limits.account_per_s, limits.account_burst)
        self._addresses = Rates(limits.address_per_s, limits.address_burst)
        self._work, self._uploads = _Room(limits.requests), _Room(limits.uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == _ALIVE:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        self._count(scope, headers)
        if scope["path"] in _HEALTH:
            await self._app(scope, receive, send)
            return
        upload = bool(scope.get("upload"))
        place = _Place(self._uploads if upload else self._work)
        awaits_body = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        try:
            if upload or not awaits_body:
                place.take()
            if awaits_body:
                receive = _Timely(receive, self._limits, place.take)
            await self._app(scope, receive, place.until_answered(send))
        finally:
            place.give_back()

    def _count(self, scope: Scope, headers: Headers) -> None:
        """Raises TooOften."""
        account = _account(scope, headers)
        if account is not None:
            self._accounts.count(account)
        else:
            is_login = scope["path"] == _LOGIN and scope["method"] == "POST"
            self._addresses.count(_site(scope), _LOGIN_COST if is_login else 1.0)


class _Place:
    """A place in a room, taken at most once, given back when the answer begins: a slow reader holds none."""

    __slots__ = ("_held", "_room", "_was_taken")

    def __init__(self, room: _Room) -> None:
        self._room = room
        self._held = self._was_taken = False

    def take(self) -> None:
        """Raises Overloaded."""
        if not self._was_taken:
            self._room.enter()
            self._held = self._was_taken = True

    def give_back(self) -> None:
        if self._held:
            self._held = False
            self._room.taken -= 1

    def until_answered(self, send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.give_back()
            await send(message)

        return answer


class _Timely:
    """A body that must come in time. whole: called when it is all here; may raise."""

    __slots__ = ("_began", "_done", "_limits", "_now", "_receive", "_received", "_whole")

    def __init__(self, receive: Receive, limits: Limits, whole: Callable[[], None]) -> None:
        self._receive = receive
        self._limits = limits
        self._whole = whole
        self._now = asyncio.get_running_loop().time
        self._began = self._now()
        self._received = 0
        self._done = False

    async def __call__(self) -> Message:
        if self._done:  # what waits here now is told when the client leaves
            return await self._receive()
        give_up_at = self._began + self._limits.body_grace_s + self._received / self._limits.body_bytes_per_s
        try:
            async with asyncio.timeout_at(give_up_at):
                message = await self._receive()
        except TimeoutError as error:
            raise BodyTooSlow from error
        if message["type"] != "http.request":
            self._done = True
            return message
        self._received += len(message.get("body", b""))
        if not message.get("more_body", False):
            self._done = True
            self._whole()
        return message


def _account(scope: Scope, headers: Headers) -> str | None:
    """Whose token it is, if it was good when it was last looked up."""
    parts: Any = getattr(scope["app"].state, "parts", None)
    return None if parts is None else parts.callers.remembered(headers)


def _site(scope: Scope) -> str:
    """The address of the client; of IPv6 the network, since whoever has one address has all of it."""
    client = scope.get("client")
    host = str(client[0]) if client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(int(address) >> (128 - _IPV6_SITE))
