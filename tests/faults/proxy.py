"""A TCP proxy between the house and its broker, so that the wire can be cut, or swallow what goes one way."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Way = Literal["up", "down"]
"""up: from the house to the broker; down: back."""

_CHUNK_BYTES = 65536


@dataclass(eq=False)
class _Pair:
    """One connection and its other half. dead: ways on which nothing goes any more, without a word to either end."""

    house: asyncio.StreamWriter
    broker: asyncio.StreamWriter
    dead: set[Way] = field(default_factory=set)

    def abort(self) -> None:
        for writer in (self.house, self.broker):
            with contextlib.suppress(Exception):
                writer.transport.abort()


class Proxy:
    """Listens on a free port of loopback until closed. All its methods may be called from any other thread."""

    def __init__(self, broker_port: int) -> None:
        self._broker_port = broker_port
        self._loop = asyncio.new_event_loop()
        self._pairs: set[_Pair] = set()
        self._dead: set[Way] = set()
        self._refuses = False
        self.swallowed = 0
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop)
        self._server = server.result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        return len(self._pairs)

    def cut(self) -> int:
        """Break every connection and refuse new ones until mended; how many were broken."""
        return int(self._do(self._cut))

    def hole(self, way: Way) -> int:
        """Swallow what goes this way; how many connections it hits. Those stay so even when the hole is mended."""
        return int(self._do(lambda: self._hole(way)))

    def mend(self) -> None:
        """New connections are whole again."""
        self._do(self._mend)

    def close(self) -> None:
        self._do(self._close)
        asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _do(self, act: Callable[[], Any]) -> Any:
        async def run() -> Any:
            return act()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def _cut(self) -> int:
        self._refuses = True
        broken = len(self._pairs)
        for pair in list(self._pairs):
            pair.abort()
        return broken

    def _hole(self, way: Way) -> int:
        self._dead.add(way)
        for pair in self._pairs:
            pair.dead.add(way)
        return len(self._pairs)

    def _mend(self) -> None:
        self._dead.clear()
        self._refuses = False

    @staticmethod
    async def _end_all() -> None:
        """Connections into a hole end for nobody by themselves."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _close(self) -> None:
        self._server.close()
        self._cut()

    async def _serve(self, from_house: asyncio.StreamReader, to_house: asyncio.StreamWriter) -> None:
        if self._refuses:
            to_house.transport.abort()
            return
        try:
            from_broker, to_broker = await asyncio.open_connection("127.0.0.1", self._broker_port)
        except OSError:
            to_house.transport.abort()
            return
        pair = _Pair(to_house, to_broker, set(self._dead))
        self._pairs.add(pair)
        try:
            # Cancelled only when the run is over; streams would tell of it at length.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(
                    self._pump(pair, "up", from_house, to_broker), self._pump(pair, "down", from_broker, to_house)
                )
        finally:
            self._pairs.discard(pair)

    async def _pump(self, pair: _Pair, way: Way, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while part := await source.read(_CHUNK_BYTES):
                if way in pair.dead:
                    self.swallowed += len(part)
                    continue
                target.write(part)
                await target.drain()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            # An end that closes while its own way is dead is not heard of by the other.
            if way not in pair.dead:
                pair.abort()
