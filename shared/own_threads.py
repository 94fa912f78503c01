"""Blocking work for an endpoint in a thread of its own: one that hangs holds up nobody else."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

S = TypeVar("S")
R = TypeVar("R")


class OwnThreads(Generic[S]):
    """A thread and a session (connection) for each party; the session is used in that thread alone.

    close: ends a session.
    """

    def __init__(self, close: Callable[[S], None], deadline_s: float) -> None:
        self._close = close
        self._deadline_s = deadline_s
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._sessions: dict[str, tuple[object, S]] = {}

    async def run(self, party: str, key: object, make: Callable[[], S], act: Callable[[S], R]) -> R:
        """act on the party's session. key: what the session was made of; another one makes it anew.

        Raises TimeoutError after the deadline, the work going on behind it; and what make and act raise.
        """
        thread = self._threads.get(party)
        if thread is None:
            thread = self._threads[party] = ThreadPoolExecutor(1, thread_name_prefix=f"to-{party}")
        work = asyncio.get_running_loop().run_in_executor(thread, self._act, party, key, make, act)
        async with asyncio.timeout(self._deadline_s):
            return await work

    def _act(self, party: str, key: object, make: Callable[[], S], act: Callable[[S], R]) -> R:
        kept = self._sessions.get(party)
        if kept is None or kept[0] != key:
            if kept is not None:
                self._end(party)
            kept = self._sessions[party] = (key, make())
        try:
            return act(kept[1])
        except BaseException:
            self._end(party)
            raise

    def _end(self, party: str) -> None:
        kept = self._sessions.pop(party, None)
        if kept is not None:
            with contextlib.suppress(Exception):
                self._close(kept[1])

    def close(self) -> None:
        """Take no more work; what hangs is left to the end of the process."""
        for party, thread in self._threads.items():
            thread.submit(self._end, party)
            thread.shutdown(wait=False, cancel_futures=False)
