"""How often one address may ask what is public: counted by the minute, in this process. Pure: the time comes in."""

import time
from collections.abc import Callable

from gateway.errors import TooOften

PER_MINUTE = 60
_WINDOW_S = 60.0
_MOST_REMEMBERED = 10_000


class Rates:
    """now: seconds of a clock that never goes back. For one event loop."""

    def __init__(self, most: int = PER_MINUTE, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._now = now
        self._seen: dict[str, tuple[float, int]] = {}

    def count(self, address: str, cost: int = 1) -> None:
        """Raises TooOften, saying when to come again; what is refused counts no more."""
        now = self._now()
        began, used = self._seen.get(address, (now, 0))
        if now - began >= _WINDOW_S:
            began, used = now, 0
        if used + cost > self._most:
            raise TooOften(int(began + _WINDOW_S - now) + 1)
        if address not in self._seen and len(self._seen) >= _MOST_REMEMBERED:
            self._forget(now)
        self._seen[address] = (began, used + cost)

    def _forget(self, now: float) -> None:
        """Those whose minute is over; if that is nobody, everybody: memory has a limit."""
        self._seen = {address: seen for address, seen in self._seen.items() if now - seen[0] < _WINDOW_S}
        if len(self._seen) >= _MOST_REMEMBERED:
            self._seen.clear()
