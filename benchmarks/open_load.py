"""An open-loop HTTP load on loopback: requests are sent at their time, however the house does with those before.

One answer awaited a connection; connections are opened while all there are wait for theirs, up to a limit. What is
due when that many wait is not sent, and counted: a crowd has an end.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.http_load import Request

_TICK_S = 0.004


@dataclass
class OpenLoad:
    """statuses: of answers; admitted_s: seconds of those that were not 429 or 503, of a
    connection that stands; connect_s: until it did. bare: 429 and 503 that do not say
    when to come again. broken: connections that ended without an answer, or were refused. unsent: due while every
    connection waited."""

    seconds: float = 0.0
    due: int = 0
    unsent: int = 0
    broken: int = 0
    bare: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    admitted_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)
    connect_s: list[float] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return self.statuses.total()


class _Connection(asyncio.Protocol):
    """Sends one request at a time and reads its answer, which has a Content-Length."""

    def __init__(self, load: OpenLoad, free: "list[_Connection]", first: bytes) -> None:
        self._load = load
        self._free = free
        self._first = first
        self._sent_at = time.perf_counter()
        self._waits = True
        self._got = b""
        self.gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._load.connect_s.append(time.perf_counter() - self._sent_at)
        self._sent_at = time.perf_counter()
        transport.write(self._first)

    def send(self, raw: bytes) -> None:
        self._sent_at, self._waits = time.perf_counter(), True
        self._transport.write(raw)

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._got[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._got) < end + 4 + length:
            return
        self._answered(int(head[9:12]), head)
        self._got = b""
        self._free.append(self)

    def _answered(self, status: int, head: bytes) -> None:
        self._waits = False
        self._load.statuses[status] += 1
        took = time.perf_counter() - self._sent_at
        if status in (429, 503):
            self._load.refused_s.append(took)
            self._load.bare += b"\r\nretry-after:" not in head
        else:
            self._load.admitted_s.append(took)

    def connection_lost(self, _: Exception | None) -> None:
        self.gone = True
        self._load.broken += self._waits

    def close(self) -> None:
        self._waits = False
        self._transport.close()


def pour(
    host: str,
    port: int,
    token: str,
    make: Callable[[int], Request],
    *,
    per_second: float,
    seconds: float,
    most_connections: int,
) -> OpenLoad:
    """Send that many a second for that long, then wait up to 10 s for what is still to be answered."""
    return asyncio.run(_pour(host, port, token, make, per_second, seconds, most_connections))


async def _pour(
    host: str, port: int, token: str, make: Callable[[int], Request], per_second: float, seconds: float, most: int
) -> OpenLoad:
    load, free = OpenLoad(), list[_Connection]()
    loop, opened = asyncio.get_running_loop(), list[_Connection]()
    opening: set[asyncio.Task[None]] = set()

    async def connect(raw: bytes) -> None:
        connection = _Connection(load, free, raw)
        opened.append(connection)
        try:
            await loop.create_connection(lambda: connection, host, port)
        except OSError:
            connection.gone = True
            load.broken += 1

    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        for number in range(load.due, int(passed * per_second)):
            raw = make(number).raw(f"{host}:{port}", token)
            load.due += 1
            while free and free[-1].gone:
                free.pop()
            if free:
                free.pop().send(raw)
            elif len(opened) < most:
                task = loop.create_task(connect(raw))
                opening.add(task)
                task.add_done_callback(opening.discard)
            else:
                opened[:] = [one for one in opened if not one.gone]
                load.unsent += 1
        await asyncio.sleep(_TICK_S)
    load.seconds = time.perf_counter() - began
    give_up_at = time.perf_counter() + 10
    while load.answered + load.broken + load.unsent < load.due and time.perf_counter() < give_up_at:
        await asyncio.sleep(0.05)
    for connection in opened:
        if not connection.gone:
            connection.close()
    await asyncio.sleep(0.05)
    return load
