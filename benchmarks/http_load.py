"""A closed-loop HTTP load on loopback with as little work of its own as possible: it shares the cores it measures."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def raw(self, host: str, token: str) -> bytes:
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            f"Host: {host}",
            f"Authorization: Bearer {token}",
            f"Content-Length: {len(self.body)}",
            *(["Content-Type: application/json"] if self.body else []),
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


@dataclass(frozen=True)
class Load:
    """latencies: seconds of each answered request, in order of completion. errors: answers that were not 2xx."""

    latencies: list[float]
    errors: int
    seconds: float

    def summary(self) -> dict[str, float]:
        return {
            "per_second": round(len(self.latencies) / self.seconds, 1),
            "p50_ms": milliseconds(percentile(self.latencies, 50)),
            "p99_ms": milliseconds(percentile(self.latencies, 99)),
            "errors": self.errors,
            "requests": len(self.latencies),
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """Nearest rank. 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)


def drive(
    host: str,
    port: int,
    token: str,
    make: Callable[[int], Request],
    *,
    count: int,
    in_flight: int,
    per_second: float = 0,
) -> Load:
    """Send `count` requests over `in_flight` kept connections; at most `per_second` in all when given."""
    return asyncio.run(_drive(host, port, token, make, count, in_flight, per_second))


async def _drive(
    host: str, port: int, token: str, make: Callable[[int], Request], count: int, in_flight: int, per_second: float
) -> Load:
    latencies: list[float] = []
    errors = 0
    numbers = iter(range(count))
    begun = time.perf_counter()

    async def worker() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection(host, port)
        for number in numbers:
            if per_second:
                await asyncio.sleep(max(0.0, begun + number / per_second - time.perf_counter()))
            sent = time.perf_counter()
            writer.write(make(number).raw(f"{host}:{port}", token))
            status = await _answer(reader)
            latencies.append(time.perf_counter() - sent)
            errors += not 200 <= status < 300
        writer.close()

    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return Load(latencies, errors, time.perf_counter() - begun)


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer with a Content-Length; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":", 1)[1])
    if length:
        await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])
