"""How far a listener has heard, how many may listen, how often the services are asked."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from gateway.errors import StreamsFull, TooManyStreams
from gateway.streams import MOST_OF_ONE, Heads, Place, Places, Slots
from shared.errors import Unavailable


def test_a_place_is_read_by_its_account_alone_and_shows_nothing() -> None:
    places = {"cases": Place(uuid4(), 41), "notify": Place(uuid4(), 7)}
    kept = Places("key")
    text = kept.seal(places, "li")
    assert kept.open(text, "li") == places
    assert kept.open(text, "wang") is None
    assert Places("another key").open(text, "li") is None
    assert kept.seal(places, "li") != text  # two that are alike do not look alike


@pytest.mark.parametrize("text", ["", "v1.", "41", "v1.AAAA", "é", "v1." + "A" * 400])
def test_what_is_no_place_is_none(text: str) -> None:
    assert Places("key").open(text, "li") is None


def test_one_account_has_few_streams_and_all_have_an_end() -> None:
    slots = Slots(MOST_OF_ONE + 1)
    for _ in range(MOST_OF_ONE):
        slots.take("li")
    with pytest.raises(TooManyStreams):
        slots.take("li")
    slots.take("wang")
    with pytest.raises(StreamsFull):
        slots.take("zhang")
    slots.release("li")
    slots.take("zhang")
    assert slots.taken == MOST_OF_ONE + 1


class _Services:
    def __init__(self) -> None:
        self.heads: dict[str, Any] = {"cases": 5, "notify": 2}
        self.asked = 0

    async def health(self, service: str) -> dict[str, Any]:
        self.asked += 1
        if service not in self.heads:
            raise Unavailable("bus.no-service")
        return {"head": self.heads[service]}


def test_heads_are_asked_once_a_second_for_everybody() -> None:
    services, now = _Services(), [0.0]
    heads = Heads(services, ("cases", "notify"), lambda: now[0])

    async def both() -> list[Any]:
        return [dict(found) for found in await asyncio.gather(heads.get(), heads.get())]

    async def play() -> None:
        assert await both() == [{"cases": 5, "notify": 2}] * 2
        assert services.asked == 2
        now[0] = 1.0
        services.heads = {"cases": 6}
        assert await both() == [{"cases": 6, "notify": 2}] * 2  # who is away said this last
        assert services.asked == 4

    asyncio.run(play())
