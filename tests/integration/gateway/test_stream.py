"""The stream of changes as it goes over HTTP: its events, its resumption, its bounds and its end."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.catalogue import SOURCES
from shared.contracts.codes import Role
from shared.errors import Unavailable
from tests.integration.gateway.conftest import House

LOG = UUID("0199a1b2-0000-7000-8000-00000000000a")
CLUE = "0199a1b2-0000-7000-8000-000000000001"


class Logs:
    """The logs of the services: how long they are, and what the caller sees of them."""

    def __init__(self, house: House) -> None:
        self.heads = dict.fromkeys(SOURCES, 10)
        self.log_id = LOG
        self.seen: dict[int, list[dict[str, Any]]] = {}
        self._house = house
        self.tell()
        house.services.answers |= {f"{name}:change.list": self._answer(name) for name in SOURCES}

    def tell(self) -> None:
        for name, head in self.heads.items():
            self._house.services.health[name] = {"head": head}

    def grow(self, changes: list[dict[str, Any]], service: str = "cases") -> None:
        self.heads[service] += 1
        self.seen[self.heads[service]] = changes
        self.tell()

    def _answer(self, name: str) -> Callable[[dict[str, Any]], Any]:
        def answer(request: dict[str, Any]) -> Any:
            body, head = request["body"], self.heads[name]
            told = {"log_id": str(self.log_id), "upto": head, "renewed": False, "changes": []}
            if body.get("log_id") != str(self.log_id):
                return told | {"renewed": "log_id" in body}
            upto = min(head, body["after"] + 1)
            return told | {"upto": upto, "changes": self.seen.get(upto, []) if name == "cases" else []}

        return answer


@pytest.fixture
def logs(house: House) -> Logs:
    house.account("li", Role.COORDINATOR)
    house.account("wang", Role.COORDINATOR)
    house.ask("GET", "/api/v1/me", by="li")
    house.ask("GET", "/api/v1/me", by="wang")
    return Logs(house)


class Stream:
    """One open stream over ASGI, which httpx's transport would only give whole."""

    def __init__(self, house: House, login: str, last: str = "") -> None:
        self._house = house
        headers = [(b"authorization", f"Bearer {house.tokens[login]}".encode())]
        headers += [(b"last-event-id", last.encode())] if last else []
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "method": "GET",
            "path": "/api/v1/stream",
            "raw_path": b"/api/v1/stream",
            "query_string": b"",
            "headers": headers,
            "app": house.app,
        }
        self.status = 0
        self.text = ""
        self._gone = asyncio.Event()

    async def __aenter__(self) -> "Stream":
        self._task = asyncio.create_task(self._house.app(self._scope, self._receive, self._send))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        await asyncio.wait_for(self._task, 5)

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.text += message.get("body", b"").decode()

    async def until(self, text: str) -> None:
        async with asyncio.timeout(8):
            while text not in self.text:
                await asyncio.sleep(0.02)

    @property
    def ended(self) -> bool:
        return self._task.done()

    @property
    def last(self) -> str:
        return [line for line in self.text.splitlines() if line.startswith("id: ")][-1].removeprefix("id: ")

    @property
    def changes(self) -> list[dict[str, Any]]:
        lines = [line.removeprefix("data: ") for line in self.text.splitlines() if line.startswith("data: ")]
        return [change for line in lines for change in json.loads(line).get("changes", [])]


def changed(id_: str = CLUE, count: int = 1) -> dict[str, Any]:
    return {"kind": "clue", "id": id_, "count": count}


def test_changes_come_as_they_happen_and_go_on_where_they_stopped(house: House, logs: Logs) -> None:
    async def play() -> None:
        async with Stream(house, "li") as first:
            await first.until("event: open")
            assert first.changes == []
            logs.grow([changed()])
            await first.until("event: changed")
            assert first.changes == [changed()]
        logs.grow([])  # something that this caller does not see
        logs.grow([changed(count=2)])
        async with Stream(house, "li", first.last) as second:
            await second.until("event: changed")
            assert second.changes == [changed(count=2)]
            assert "renewed" not in second.text

    asyncio.run(play())
    assert house.app.state.parts.streams.slots.taken == 0


def test_what_the_caller_does_not_see_leaves_no_trace(house: House, logs: Logs) -> None:
    async def play() -> None:
        async with Stream(house, "li") as stream:
            await stream.until("event: open")
            before = stream.text
            for _ in range(3):
                logs.grow([])
            await asyncio.sleep(2.5)
            assert stream.text == before

    asyncio.run(play())


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize("last", ["nonsense", "v1.AAAA"])
def test_an_id_that_is_not_known_means_to_load_anew(house: House, last: str) -> None:
    async def play() -> None:
        async with Stream(house, "li", last) as stream:
            await stream.until("event: open")
            assert stream.text.index("event: renewed") < stream.text.index("event: open")

    asyncio.run(play())


@pytest.mark.usefixtures("logs")
def test_the_place_of_another_is_not_known(house: House) -> None:
    async def play() -> None:
        async with Stream(house, "li") as stream:
            await stream.until("event: open")
        async with Stream(house, "wang", stream.last) as other:
            await other.until("event: renewed")

    asyncio.run(play())


def test_a_log_that_begins_anew_is_told(house: House, logs: Logs) -> None:
    async def play() -> None:
        async with Stream(house, "li") as stream:
            await stream.until("event: open")
            logs.log_id, logs.heads = UUID(int=7), dict.fromkeys(SOURCES, 3)
            logs.tell()
            await stream.until("event: renewed")
            logs.grow([changed()])
            await stream.until("event: changed")

    asyncio.run(play())


def test_a_service_that_was_away_is_heard_from_where_it_was_heard_last(house: House, logs: Logs) -> None:
    async def play() -> None:
        async with Stream(house, "li") as stream:
            await stream.until("event: open")
            answer = house.services.answers["cases:change.list"]
            house.services.answers["cases:change.list"] = Unavailable("bus.timeout")
            logs.grow([changed()])
            await asyncio.sleep(1.5)
            assert stream.changes == []
            house.services.answers["cases:change.list"] = answer
            await stream.until("event: changed")

    asyncio.run(play())


@pytest.mark.usefixtures("logs")
def test_it_ends_with_the_session(house: House) -> None:
    async def play() -> None:
        async with Stream(house, "li") as stream:
            await stream.until("event: open")
            parts = house.app.state.parts
            caller = parts.callers._known[house.tokens["li"]]
            await asyncio.to_thread(parts.sessions.log_out, caller.claims.session_id)
            house.watch.ahead_s = 31.0  # an ended session is noticed after half a minute
            await stream.until('event: end\ndata: {"reason":"session"}')
            async with asyncio.timeout(3):
                while not stream.ended:
                    await asyncio.sleep(0.02)

    asyncio.run(play())


@pytest.mark.usefixtures("logs")
def test_one_account_opens_a_few_and_all_together_some_more(house: House) -> None:
    async def play() -> None:
        async with AsyncExitStack() as opened:
            for login, number in (("li", 6), ("wang", 2)):
                for _ in range(number):
                    stream = await opened.enter_async_context(Stream(house, login))
                    await stream.until("event: open")
            for login, status, code in (("li", 429, "stream.too-many"), ("wang", 503, "stream.full")):
                async with Stream(house, login) as refused:
                    await refused.until(code)
                    assert refused.status == status

    asyncio.run(play())
    assert house.app.state.parts.streams.slots.taken == 0


def test_without_a_token_there_is_no_stream(house: House) -> None:
    assert house.ask("GET", "/api/v1/stream").status_code == 401
