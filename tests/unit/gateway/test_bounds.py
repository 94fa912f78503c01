"""What is counted and bounded before a request is looked at; over an application of one route and over the real one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway import problems
from gateway.bounds import Bounds, Limits
from gateway.gate import GateLimits
from gateway.middleware import Edge, _Log
from gateway.rpc import Services
from shared.bus.rpc_client import Reply
from shared.errors import TianweiError
from tests.support.fake_services import FakeServices
from tests.support.signing_keys import fresh_signing_key

Work = Callable[[Request], Coroutine[Any, Any, Response]]
FEW = Limits(account_per_s=1, account_burst=3, address_per_s=1, address_burst=5, requests=2, uploads=1)


class _Callers:
    """Knows one token."""

    def remembered(self, headers: Any) -> str | None:
        return "account" if headers.get("authorization") == "Bearer good" else None


def an_app(work: Work, limits: Limits = FEW) -> Starlette:
    paths = ("/api/v1/cases", "/api/v1/auth/token", "/files", "/healthz", "/readyz")
    made = Starlette(
        routes=[Route(path, work, methods=["GET", "POST"]) for path in paths],
        exception_handlers={TianweiError: problems.on_tianwei_error},
    )
    made.add_middleware(Bounds, limits=limits)
    made.add_middleware(Edge, max_body_bytes=1000, larger={"/files": 10_000})
    made.state.parts = SimpleNamespace(callers=_Callers())
    return made


def client(app: Any, address: str = "10.0.0.1") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://gateway")


async def done(_: Request) -> Response:
    return PlainTextResponse("ok")


async def statuses(http: httpx.AsyncClient, times: int, method: str = "GET", path: str = "/api/v1/cases") -> list[int]:
    return [(await http.request(method, path)).status_code for _ in range(times)]


def test_an_address_is_counted_before_anybody_is_known_and_told_when_to_come_again() -> None:
    async def run() -> None:
        app = an_app(done)
        async with client(app) as http, client(app, "10.0.0.2") as other:
            assert await statuses(http, 7) == [200] * 5 + [429] * 2
            refused = await http.get("/api/v1/cases")
            assert refused.headers["retry-after"] == "1"
            assert refused.json()["code"] == "http.too-often"
            assert refused.headers["x-correlation-id"]
            assert await statuses(other, 1) == [200]

    asyncio.run(run())


def test_no_other_address_of_the_same_ipv6_network_helps() -> None:
    async def run() -> None:
        app = an_app(done)
        async with client(app, "2001:db8:1:2::1") as http, client(app, "2001:db8:1:2:ffff::9") as neighbour:
            assert await statuses(http, 5) == [200] * 5
            assert await statuses(neighbour, 1) == [429]
        async with client(app, "2001:db8:1:3::1") as other:
            assert await statuses(other, 1) == [200]

    asyncio.run(run())


def test_an_account_is_counted_from_wherever_it_comes_and_apart_from_the_address() -> None:
    async def run() -> None:
        app, good = an_app(done), {"Authorization": "Bearer good"}
        async with client(app) as http, client(app, "10.0.0.2") as elsewhere:
            assert [(await http.get("/api/v1/cases", headers=good)).status_code for _ in range(3)] == [200] * 3
            assert (await elsewhere.get("/api/v1/cases", headers=good)).status_code == 429
            assert await statuses(http, 1) == [200]
            bad = {"Authorization": "Bearer guessed"}
            assert [(await http.get("/api/v1/cases", headers=bad)).status_code for _ in range(5)] == [200] * 4 + [429]

    asyncio.run(run())


def test_a_login_counts_five() -> None:
    async def run() -> None:
        async with client(an_app(done)) as http:
            assert await statuses(http, 2, "POST", "/api/v1/auth/token") == [200, 429]

    asyncio.run(run())


def test_life_is_never_counted_and_readiness_never_turned_away_for_load() -> None:
    async def run() -> None:
        started, may_end = asyncio.Semaphore(0), asyncio.Event()

        async def work(request: Request) -> Response:
            if request.url.path == "/api/v1/cases":
                started.release()
                await may_end.wait()
            return PlainTextResponse("ok")

        async with client(an_app(work)) as http:
            busy = [asyncio.create_task(http.get("/api/v1/cases")) for _ in range(2)]
            await started.acquire()
            await started.acquire()
            turned_away = await http.get("/api/v1/cases")
            assert (turned_away.status_code, turned_away.json()["code"]) == (503, "http.overloaded")
            assert turned_away.headers["retry-after"] == "1"
            assert (await http.get("/readyz")).status_code == 200
            assert await statuses(http, 20, path="/healthz") == [200] * 20
            may_end.set()
            assert [(await one).status_code for one in busy] == [200, 200]

    asyncio.run(run())


def test_who_sends_or_reads_slowly_holds_no_place() -> None:
    async def run() -> None:
        async def work(request: Request) -> Response:
            await request.body()

            async def chunks() -> AsyncIterator[bytes]:
                yield b"begun"
                await may_end.wait()

            return StreamingResponse(chunks())

        may_end, limits = asyncio.Event(), Limits(requests=1)
        app = an_app(work, limits)
        slow = asyncio.create_task(_raw(app, b"half", may_end))
        await asyncio.sleep(0.02)
        answering = asyncio.create_task(_raw(app, b"", None))
        await asyncio.sleep(0.02)
        async with client(app) as http:
            quick = asyncio.create_task(http.get("/api/v1/cases"))
            await asyncio.sleep(0.02)
            may_end.set()
            assert (await quick).status_code == 200
        assert [await slow, await answering] == [200, 200]

    asyncio.run(run())


def test_a_body_that_does_not_come_is_given_up() -> None:
    async def run() -> None:
        async def work(request: Request) -> Response:
            await request.body()
            return PlainTextResponse("ok")

        app = an_app(work, Limits(body_grace_s=0.02, body_bytes_per_s=1e9))
        assert await _raw(app, b"half", asyncio.Event()) == 408

    asyncio.run(run())


def test_files_that_come_in_have_room_of_their_own() -> None:
    async def run() -> None:
        async def work(request: Request) -> Response:
            await request.body()
            return PlainTextResponse("ok")

        app, may_end = an_app(work), asyncio.Event()
        first = asyncio.create_task(_raw(app, b"half", may_end, "/files"))
        await asyncio.sleep(0.02)
        assert await _raw(app, b"x", None, "/files") == 503
        assert await _raw(app, b"x", None) == 200
        may_end.set()
        assert await first == 200
        assert await _raw(app, b"x", None, "/files") == 200

    asyncio.run(run())


async def _raw(app: Any, body: bytes, rest: asyncio.Event | None, path: str = "/api/v1/cases") -> int:
    """The status of a POST whose body is this; with `rest`, its end comes when that is set."""
    status = 0
    parts = [{"type": "http.request", "body": body, "more_body": rest is not None}]

    async def receive() -> dict[str, Any]:
        if parts:
            return parts.pop()
        if rest is not None and not ended:
            await rest.wait()
            ended.append(True)
            return {"type": "http.request", "body": b"!", "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError

    ended: list[bool] = []

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(b"content-length", b"5")],
        "client": ("10.0.0.3", 1),
        "server": ("gateway", 80),
    }
    await app(scope, receive, send)
    return status


def test_a_service_that_hangs_fills_its_own_gate_only() -> None:
    async def run() -> None:
        _, public = fresh_signing_key()
        fake = _Hanging(public)
        services = Services(fake, 5.0, GateLimits(in_flight=2, waiting=1, wait_s=0.02))

        def ask(service: str) -> Coroutine[Any, Any, Any]:
            return services.query(service, "x", {}, principal="", correlation_id="1")

        hanging = [asyncio.create_task(ask("cases")) for _ in range(2)]
        await asyncio.sleep(0)
        answers = await asyncio.gather(*(ask("cases") for _ in range(3)), return_exceptions=True)
        assert [getattr(answer, "code", answer) for answer in answers] == ["http.overloaded"] * 3
        assert await ask("notify") == "told"
        for one in hanging:
            one.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        assert fake.hangs == 2

    asyncio.run(run())


class _Hanging(FakeServices):
    """`cases` never answers."""

    hangs = 0

    def submit(self, service: str, *asked: Any) -> str:
        if service == "cases":
            self.hangs += 1
            return "hangs"
        *_, on_reply = asked
        on_reply(Reply({"ok": "told"}))
        return "told"

    def withdraw(self, correlation_id: str) -> bool:
        return correlation_id == "hangs"


@pytest.mark.parametrize("path", ["/api/v1/cases", "/docs", "/openapi.json", "/", "/verify", "/nowhere"])
def test_nothing_of_the_real_application_is_left_out(app: FastAPI, path: str) -> None:
    """Its stack of layers has the bounds in it: a path that does not exist costs its address too."""
    kinds: list[object] = [layer.cls for layer in app.user_middleware]
    assert kinds == [Edge, Bounds]
    few = Starlette(routes=app.routes)
    few.state.parts = app.state.parts
    few.add_middleware(Bounds, limits=Limits(address_per_s=0.001, address_burst=1))
    few.add_middleware(Edge, max_body_bytes=10, larger={})

    async def run() -> list[int]:
        async with client(few) as http:
            return await statuses(http, 2, path=path)

    assert asyncio.run(run())[1] == 429


def test_a_flood_of_refusals_is_told_in_few_lines_and_none_is_lost_count_of(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "gateway.middleware")
    log, scope = _Log(most_a_second=2), {"method": "GET", "path": "/x"}
    for _ in range(10):
        log.tell(scope, 503, 0.0, 1.5)
    log.tell(scope, 200, 0.0, 2.1)
    log.tell(scope, 503, 0.0, 2.2)
    assert [vars(record).get("untold_before") for record in caplog.records] == [None, None, 8]
