"""The bridge from the event loop to the bus threads."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from gateway.rpc import Services
from shared.bus.rpc_client import Reply
from shared.errors import NotFound, TianweiError, Unavailable

Act = Callable[[Callable[[Reply], None]], None]


class _Client:
    """Answers from a thread of its own, as RpcClient does; act: what to do with the waiting callback."""

    connected = True

    def __init__(self, act: Act) -> None:
        self._act = act
        self.withdrawn: list[str] = []

    def submit(
        self, service: str, method: str, request: dict[str, Any], deadline: float, on_reply: Callable[[Reply], None]
    ) -> str:
        assert (service, method, request["deadline"]) == ("cases", "query", deadline)
        threading.Thread(target=self._act, args=(on_reply,)).start()
        return "call-1"

    def withdraw(self, correlation_id: str) -> bool:
        self.withdrawn.append(correlation_id)
        return True


async def _ask(client: _Client) -> Any:
    return await Services(client, 5.0).query("cases", "clue.get", {}, principal="p", correlation_id="c")


def test_an_answer_from_another_thread_wakes_the_caller() -> None:
    assert asyncio.run(_ask(_Client(lambda reply: reply(Reply({"ok": {"id": 1}}))))) == {"id": 1}


def test_a_reported_problem_is_raised_as_it_was() -> None:
    problem = NotFound("not-found").as_problem()
    with pytest.raises(NotFound):
        asyncio.run(_ask(_Client(lambda reply: reply(Reply({"problem": problem})))))


def test_a_call_that_got_no_answer_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        asyncio.run(_ask(_Client(lambda reply: reply(Reply(None, Unavailable("bus.timeout"))))))


def test_an_answer_outside_the_contract_is_nobodys_fault_but_ours() -> None:
    with pytest.raises(TianweiError) as caught:
        asyncio.run(_ask(_Client(lambda reply: reply(Reply({})))))
    assert caught.value.code == "bus.remote-fault"


def test_a_caller_who_leaves_withdraws_the_call_and_a_late_answer_harms_nobody() -> None:
    waiting: list[Callable[[Reply], None]] = []
    client = _Client(waiting.append)

    async def leave() -> None:
        call = asyncio.ensure_future(_ask(client))
        while not waiting:
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        waiting[0](Reply({"ok": {}}))
        await asyncio.sleep(0)

    asyncio.run(leave())
    waiting[0](Reply({"ok": {}}))  # after the loop is gone
    assert client.withdrawn == ["call-1"]
