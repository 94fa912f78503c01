"""A request's line and headers are limited while they come in."""

import asyncio
import json

import pytest
import uvicorn
from fastapi import FastAPI

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
