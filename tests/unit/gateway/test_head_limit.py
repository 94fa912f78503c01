"""What a client may do before its body is limited: connections, the size of a head, how long it takes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from fastapi import FastAPI

from gateway import head_limit
from gateway.head_limit import MOST_HEAD_BYTES, LimitedHead


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"x-long: " + b"a" * (MOST_HEAD_BYTES // 2), 200),
        (b"x-long: " + b"a" * (MOST_HEAD_BYTES + 1), 431),
        (b"x-endless: " + b"a" * 5_000_000, 431),
        (b"\r\n".join(b"x-%d: %s" % (n, b"a" * 100) for n in range(1000)), 431),
    ],
    ids=["half", "just over", "endless", "many"],
)
def test_too_large_a_head_is_answered_431(app: FastAPI, head: bytes, status: int) -> None:
    answer = asyncio.run(_ask(app, b"GET /healthz HTTP/1.1\r\nhost: gateway\r\n" + head + b"\r\n\r\n"))
    assert int(answer.split()[1]) == status
    if status == 431:
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "http.head-too-large"


def test_a_body_is_not_a_head(app: FastAPI) -> None:
    body = b"[" + b" " * (3 * MOST_HEAD_BYTES) + b"]"
    head = b"POST /api/v1/auth/token HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n"
    answer = asyncio.run(_ask(app, head + b"content-length: %d\r\n\r\n" % len(body) + body))
    assert int(answer.split()[1]) == 422


async def _ask(app: FastAPI, request: bytes) -> bytes:
    """What one connection is answered first."""
    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None)
    config.load()
    state = uvicorn.server.ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: LimitedHead(config, state, {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            size = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            return head + await reader.readexactly(int(size.split()[1]))
        finally:
            writer.transport.abort()


def test_a_head_that_does_not_come_ends_its_connection(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_limit, "HEAD_WITHIN_S", 0.05)

    async def run() -> None:
        async with _serving(app, LimitedHead) as (host, port):
            for begun in (
                b"",
                b"GET /healthz HTTP/1.1\r\nHost: x\r\n",
                b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /",
            ):
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(begun)
                async with asyncio.timeout(5):
                    told = await reader.read()
                assert told.count(b"HTTP/1.1 200") == begun.count(b"\r\n\r\n")
                await _closed(writer)

    asyncio.run(run())


def test_a_connection_too_many_is_told_so_and_the_others_go_on(app: FastAPI) -> None:
    async def run() -> None:
        async with _serving(app, LimitedHead.of(2)) as (host, port):
            first = await asyncio.open_connection(host, port)
            second = await asyncio.open_connection(host, port)
            await asyncio.sleep(0.02)
            reader, writer = await asyncio.open_connection(host, port)
            told = await reader.read()
            await _closed(writer)
            assert told.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nretry-after: 5\r\n" in told
            assert json.loads(told.partition(b"\r\n\r\n")[2])["code"] == "http.too-many-connections"
            await _closed(second[1])
            first[1].write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert (await first[0].read()).startswith(b"HTTP/1.1 200 ")
            await _closed(first[1])

    asyncio.run(run())


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@asynccontextmanager
async def _serving(app: FastAPI, protocol: type[LimitedHead]) -> AsyncIterator[tuple[str, int]]:
    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None)
    config.load()
    state = uvicorn.server.ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()
