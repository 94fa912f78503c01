"""What server-sent events rest on: how far each log has grown, who listens, and how far a listener has heard."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from gateway.errors import StreamsFull, TooManyStreams
from shared.errors import TianweiError
from shared.sealing import SecretBox, SecretUnreadable

MOST_OF_ONE = 6
_FRESH_S = 1.0


class _Health(Protocol):
    async def health(self, service: str) -> dict[str, object]: ...


class Heads:
    """The last position of every service's log, asked for at most once a second for all who listen together.

    So that a stream costs nothing while nothing happens. now: seconds of a clock that never goes back. For one loop.
    """

    def __init__(self, services: _Health, names: tuple[str, ...], now: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._names = names
        self._now = now
        self._known: dict[str, int] = {}
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def get(self) -> Mapping[str, int]:
        """By service; of one that does not answer, what it said last."""
        async with self._asking:
            if self._now() - self._asked_at >= _FRESH_S:
                await asyncio.gather(*(self._ask(name) for name in self._names))
                self._asked_at = self._now()
        return self._known

    async def _ask(self, name: str) -> None:
        try:
            facts = await self._services.health(name)
        except TianweiError:
            return
        head = facts.get("head")
        if isinstance(head, int):
            self._known[name] = head


class Slots:
    """How many may listen at once: in this process, and of one account."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: Counter[str] = Counter()

    def take(self, account_id: str) -> None:
        """Raises TooManyStreams, StreamsFull."""
        if self._of[account_id] >= MOST_OF_ONE:
            raise TooManyStreams(MOST_OF_ONE)
        if self._of.total() >= self._most:
            raise StreamsFull
        self._of[account_id] += 1

    def release(self, account_id: str) -> None:
        self._of[account_id] -= 1
        self._of += Counter()  # those who listen no more leave no trace

    @property
    def taken(self) -> int:
        return self._of.total()


@dataclass(frozen=True)
class Place:
    """Where one has heard a log up to."""

    log_id: UUID
    upto: int


class Places:
    """The places of a listener as text for Last-Event-ID, sealed for its account.

    In clear they would count how much happens that the listener may not see.
    """

    def __init__(self, secret: str) -> None:
        key = hmac.new(secret.encode(), b"tianwei stream places", hashlib.sha256).digest()
        self._box = SecretBox(base64.b64encode(key).decode())

    def seal(self, places: Mapping[str, Place], account_id: str) -> str:
        told = {name: [str(place.log_id), place.upto] for name, place in places.items()}
        return self._box.seal(json.dumps(told), account_id)

    def open(self, text: str, account_id: str) -> dict[str, Place] | None:
        """None for what is not ours, or another's."""
        try:
            told = json.loads(self._box.open(text, account_id))
        except SecretUnreadable:
            return None
        return {name: Place(UUID(log_id), upto) for name, (log_id, upto) in told.items()}


@dataclass(frozen=True)
class Streams:
    heads: Heads
    slots: Slots
    places: Places
