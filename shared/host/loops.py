"""Loops that live as long as the service: guarded, counted, stoppable."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from shared.errors import Unavailable

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 10.0


@dataclass
class Loop:
    """turn() does one round and returns; it is called again at once. last_turn: monotonic, for the watchdog."""

    name: str
    turn: Callable[[], None]
    last_turn: float = field(default_factory=time.monotonic)
    failures: int = 0

    def run(self, stopping: Event) -> None:
        """Until told to stop. An error never ends the loop: an uncaught one would end the process (nameko)."""
        while not stopping.is_set():
            self.last_turn = time.monotonic()
            try:
                self.turn()
                self.failures = 0
            except Unavailable as error:
                self._pause(stopping, error)
            except Exception as error:
                log.exception("loop failed", extra={"loop": self.name})
                self._pause(stopping, error)

    def _pause(self, stopping: Event, error: Exception) -> None:
        self.failures += 1
        pause_s = random.uniform(0.1, min(LONGEST_PAUSE_S, 0.2 * 2 ** min(self.failures, 10)))
        log.warning("loop pauses", extra={"loop": self.name, "pause_s": round(pause_s, 2), "error": str(error)[:300]})
        stopping.wait(pause_s)
