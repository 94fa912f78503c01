"""How often one client may ask: a bucket that fills by the second and holds so many requests. Pure: the time comes in.

A bucket is kept as one number, the moment at which it will be full again (GCRA); whoever has a full one is forgotten.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from gateway.errors import TooOften

_MOST_REMEMBERED = 10_000


class Rates:
    """per_s: requests a second in the long run. burst: so many at once. For one event loop.

    now: seconds of a clock that never goes back. Who has not asked for longest is forgotten when too many ask, so that
    memory has a limit: a crowd of new addresses costs nobody but a crowd its count.
    """

    def __init__(self, per_s: float, burst: float, now: Callable[[], float] = time.monotonic) -> None:
        self._each_s = 1.0 / per_s
        self._holds_s = burst / per_s
        self._now = now
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def count(self, client: str, cost: float = 1.0) -> None:
        """Raises TooOften, saying when to come again; what is refused counts no more."""
        now = self._now()
        full_at = max(self._full_at.get(client, now), now) + cost * self._each_s
        if (late_s := full_at - now - self._holds_s) > 1e-9:
            raise TooOften(max(1, math.ceil(late_s)))
        self._full_at[client] = full_at
        self._full_at.move_to_end(client)
        if len(self._full_at) > _MOST_REMEMBERED:
            self._full_at.popitem(last=False)

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._full_at)
