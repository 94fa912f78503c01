"""When a process ends itself: its loops fell silent, or its calls to itself did while the bus serves others."""

import os
import time
from threading import Event
from typing import Any

import pytest

from shared.errors import Unavailable
from shared.host.loops import Loop
from shared.host.watchdog import EXIT_CODE, SERVING_OTHERS_S, SILENCE_S, UNANSWERED_S, Watchdog


class Ended(BaseException):
    """Stands for the end of the process."""


class World(Event):
    """A process with one loop under its watchdog. Time passes only while the watchdog rests."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.until = self.now
        self.trouble = ""
        self.bus_works = True
        self.loop_turns = True
        self.loop = Loop("test", lambda: None, last_turn=self.now)
        self.watchdog: Watchdog

    def call(self, *_: Any) -> dict[str, Any]:
        if self.trouble:
            raise Unavailable(self.trouble)
        return {"ok": {}}

    def is_set(self) -> bool:
        return self.now >= self.until

    def wait(self, timeout: float | None = None) -> bool:
        self.now += timeout or 0
        if self.loop_turns:
            self.loop.last_turn = self.now
        return self.is_set()

    def survives(self, seconds: float) -> bool:
        self.until = self.now + seconds
        try:
            self.watchdog.run(self)
        except Ended:
            return False
        return True


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()

    def end(code: int) -> None:
        assert code == EXIT_CODE
        raise Ended

    monkeypatch.setattr(time, "monotonic", lambda: made.now)
    monkeypatch.setattr(os, "_exit", end)
    made.watchdog = Watchdog("cases", [made.loop], made, lambda: made.bus_works, None)  # type: ignore[arg-type]
    return made


def test_it_lives_while_all_is_well(world: World) -> None:
    assert world.survives(3600)


def test_a_silent_loop_ends_the_process(world: World) -> None:
    world.loop_turns = False
    assert world.survives(SILENCE_S)
    assert not world.survives(15)


def test_unanswered_calls_end_the_process_while_the_bus_serves_others(world: World) -> None:
    world.trouble = "bus.timeout"
    assert world.survives(UNANSWERED_S + SERVING_OTHERS_S)
    assert not world.survives(10)


@pytest.mark.parametrize("trouble", ["bus.timeout", "bus.down"])
def test_a_bus_that_serves_nobody_is_outlived_and_leaves_time_to_recover(world: World, trouble: str) -> None:
    world.trouble, world.bus_works = trouble, False
    assert world.survives(600)
    world.bus_works = True
    assert world.survives(SERVING_OTHERS_S)
    world.trouble = ""
    assert world.survives(600)


def test_a_link_that_stays_dead_after_the_bus_is_well_ends_the_process(world: World) -> None:
    world.trouble, world.bus_works = "bus.timeout", False
    assert world.survives(600)
    world.bus_works = True
    assert not world.survives(30)
