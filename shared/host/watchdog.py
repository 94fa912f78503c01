"""Ends a process whose loops or whose RPC consumer fell silent; the supervisor starts it anew (reliability.md 9)."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from shared.bus.connection import HEARTBEAT_S
from shared.bus.rpc_client import RpcClient
from shared.errors import Unavailable
from shared.host.loops import Loop

log = logging.getLogger(__name__)

SILENCE_S = 3.0 * HEARTBEAT_S
# Calls to ourselves. A link dead in one direction shows in nothing else when replies are what it swallows, and all
# must be well again within 60 s (R15), a restart included.
ASK_EVERY_S = 5.0
ANSWER_S = 4.0
UNANSWERED_S = 12.0
# Only time in which the bus served others counts; a broker just well again leaves our old link time to answer.
SERVING_OTHERS_S = 8.0
TICK_S = 3.0
EXIT_CODE = 70


class Watchdog:
    """Touches the heartbeat file while all is well; exits hard when it is not.

    bus_works: whether others could use the bus now; restarting ourselves does not mend a broker.
    """

    def __init__(
        self,
        service: str,
        loops: Sequence[Loop],
        rpc: RpcClient,
        bus_works: Callable[[], bool],
        heartbeat_file: Path | None,
    ) -> None:
        self._service = service
        self._loops = loops
        self._rpc = rpc
        self._bus_works = bus_works
        self._heartbeat_file = heartbeat_file
        self._answered_at = time.monotonic()
        self._asked_at = 0.0
        self._serves_others_since: float | None = None

    def run(self, stopping: Event) -> None:
        while not stopping.is_set():
            self._look()
            stopping.wait(TICK_S)

    def _look(self) -> None:
        now = time.monotonic()
        silent = [loop.name for loop in self._loops if now - loop.last_turn > SILENCE_S]
        if now - self._asked_at > ASK_EVERY_S:
            self._asked_at = now
            self._ask_ourselves()
        if self._is_cut_off():
            silent.append("rpc")
        if silent:
            log.critical("silent loops, ending the process", extra={"loops": silent})
            os._exit(EXIT_CODE)
        if self._heartbeat_file is not None:
            self._heartbeat_file.touch()

    def _is_cut_off(self) -> bool:
        """Whether the bus serves others and has not served us for long."""
        if time.monotonic() - self._answered_at <= UNANSWERED_S:
            self._serves_others_since = None
            return False
        if not self._bus_works():
            log.error("the bus takes no messages")
            self._serves_others_since = None
            return False
        now = time.monotonic()
        self._serves_others_since = self._serves_others_since or now
        if now - self._serves_others_since < SERVING_OTHERS_S:
            return False
        self._ask_ourselves()
        return time.monotonic() - self._answered_at > UNANSWERED_S

    def _ask_ourselves(self) -> None:
        """A call to our own service through the bus: a consumer on a dead link answers nobody, us included."""
        try:
            self._rpc.call(self._service, "health", {"deadline": time.time() + ANSWER_S}, ANSWER_S)
            self._answered_at = time.monotonic()
        except Unavailable as error:
            if error.code == "bus.down":  # the bus is gone, for everybody: restarting us would not help
                self._answered_at = time.monotonic()
