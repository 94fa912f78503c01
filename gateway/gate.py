"""How much work is in flight at once, and who waits for a place: pure, with the time from outside, but for `place`.

A gate in front of each service, so that one that hangs fills its own gate and no other. Whoever comes when too many
wait, or would wait too long by the pace of late, is turned away at once: an answer that comes too late helps nobody,
and who is turned away costs next to nothing.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.errors import Unavailable

# How much the newest span counts in the pace.
_NEWEST = 0.05


class Overloaded(Unavailable):
    """Turned away before anything was done: repeat it after the seconds said."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("http.overloaded", retry_after_s=retry_after_s)


@dataclass(frozen=True)
class GateLimits:
    """in_flight: at once, as many as a service has workers. waiting: behind them. wait_s: the longest wait."""

    in_flight: int = 16
    waiting: int = 16
    wait_s: float = 0.4


class Ticket:
    """One who has come. begun_at: since when at work; None while waiting."""

    __slots__ = ("begin", "begun_at")

    def __init__(self, begin: Callable[[], None]) -> None:
        self.begin = begin
        self.begun_at: float | None = None


class Gate:
    """now: seconds of a clock that never goes back. For one event loop."""

    def __init__(self, limits: GateLimits, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._running = 0
        self._waiting: OrderedDict[Ticket, None] = OrderedDict()
        self._span_s = 0.0

    @property
    def running(self) -> int:
        return self._running

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def arrive(self, begin: Callable[[], None]) -> Ticket:
        """A ticket that has begun, or waits until `begin` is called, in the order of arrival. Raises Overloaded."""
        ticket = Ticket(begin)
        if self._running < self._limits.in_flight:
            self._begin(ticket)
            return ticket
        wait_s = (len(self._waiting) + 1) * self._span_s / self._limits.in_flight
        if len(self._waiting) >= self._limits.waiting or wait_s > self._limits.wait_s:
            raise self._turned_away(wait_s)
        self._waiting[ticket] = None
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Done, or gone without having begun; its place goes to who has waited longest."""
        if ticket.begun_at is None:
            self._waiting.pop(ticket, None)
            return
        self._running -= 1
        self._span_s += _NEWEST * (self._now() - ticket.begun_at - self._span_s)
        if self._waiting:
            following, _ = self._waiting.popitem(last=False)
            self._begin(following)
            following.begin()

    def _begin(self, ticket: Ticket) -> None:
        self._running += 1
        ticket.begun_at = self._now()

    @staticmethod
    def _turned_away(wait_s: float) -> Overloaded:
        return Overloaded(1 + min(30, math.ceil(wait_s)))

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Inside it one is at work. Raises Overloaded."""
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def begin() -> None:
            if not begun.done():
                begun.set_result(None)

        ticket = self.arrive(begin)
        try:
            if ticket.begun_at is None:
                try:
                    async with asyncio.timeout(self._limits.wait_s):
                        await begun
                except TimeoutError as error:
                    raise self._turned_away(self._limits.wait_s) from error
            yield
        finally:
            self.leave(ticket)
