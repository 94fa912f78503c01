"""Work in flight: never more than may be, nobody passed over, nobody waits while there is room."""

import asyncio
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.gate import Gate, GateLimits, Overloaded, Ticket

LIMITS = GateLimits(in_flight=3, waiting=4, wait_s=10.0)


class GateMachine(RuleBasedStateMachine):
    """Whoever comes, in whatever order they leave, patient or not."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.gate = Gate(LIMITS, now=lambda: self.now)
        self.numbers = count()
        self.begun: list[int] = []
        self.queue: list[int] = []
        self.tickets: dict[int, Ticket] = {}
        self.turned_away: Overloaded | None = None

    @rule(later=st.floats(0, 3))
    def arrive(self, later: float) -> None:
        self.now += later
        number = next(self.numbers)
        try:
            ticket = self.gate.arrive(lambda: self.is_told(number))
        except Overloaded as refused:
            self.turned_away = refused
            assert len(self.begun) == LIMITS.in_flight
            return
        self.tickets[number] = ticket
        (self.begun if ticket.begun_at is not None else self.queue).append(number)

    def is_told(self, number: int) -> None:
        assert self.queue[0] == number, "the one who has waited longest is next"
        self.begun.append(self.queue.pop(0))

    @precondition(lambda self: self.begun)
    @rule(data=st.data(), later=st.floats(0, 3))
    def end(self, data: st.DataObject, later: float) -> None:
        self.now += later
        number = data.draw(st.sampled_from(self.begun))
        self.begun.remove(number)
        self.gate.leave(self.tickets.pop(number))

    @precondition(lambda self: self.queue)
    @rule(data=st.data())
    def lose_patience(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.queue))
        self.queue.remove(number)
        self.gate.leave(self.tickets.pop(number))

    @invariant()
    def counts_agree(self) -> None:
        assert (self.gate.running, self.gate.waiting) == (len(self.begun), len(self.queue))
        assert self.gate.running <= LIMITS.in_flight
        assert self.gate.waiting <= LIMITS.waiting
        assert self.turned_away is None or self.turned_away.facts["retry_after_s"] >= 1
        assert not self.gate.waiting or self.gate.running == LIMITS.in_flight


TestGateMachine = GateMachine.TestCase
TestGateMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_who_would_wait_too_long_is_turned_away_though_there_is_room_to_wait() -> None:
    now = [0.0]
    gate = Gate(GateLimits(in_flight=1, waiting=100, wait_s=1.0), now=lambda: now[0])
    for _ in range(200):  # work that takes 0.4 s
        ticket = gate.arrive(lambda: None)
        now[0] += 0.4
        gate.leave(ticket)
    gate.arrive(lambda: None)
    gate.arrive(lambda: None)
    gate.arrive(lambda: None)
    with pytest.raises(Overloaded) as refused:
        gate.arrive(lambda: None)
    assert refused.value.facts["retry_after_s"] == 3
    assert gate.waiting == 2


def test_a_place_is_given_on_and_who_waits_too_long_goes() -> None:
    async def run() -> list[str]:
        gate = Gate(GateLimits(in_flight=1, waiting=2, wait_s=0.05))
        said: list[str] = []
        may_end = asyncio.Event()

        async def work(name: str) -> None:
            try:
                async with gate.place():
                    said.append(f"{name} works")
                    if name == "first":
                        await may_end.wait()
            except Overloaded:
                said.append(f"{name} goes")

        first = asyncio.create_task(work("first"))
        await asyncio.sleep(0)
        await work("second")
        third = asyncio.create_task(work("third"))
        await asyncio.sleep(0)
        may_end.set()
        await asyncio.gather(first, third)
        assert (gate.running, gate.waiting) == (0, 0)
        return said

    assert asyncio.run(run()) == ["first works", "second goes", "third works"]


def test_who_leaves_while_waiting_takes_no_place() -> None:
    async def run() -> None:
        gate = Gate(GateLimits(in_flight=1, waiting=2, wait_s=5))
        async with gate.place():

            async def wait() -> None:
                async with gate.place():
                    raise AssertionError

            waiting = asyncio.create_task(wait())
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert gate.waiting == 0
        assert gate.running == 0

    asyncio.run(run())
