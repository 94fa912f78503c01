"""How often a client may ask, whatever it does in between."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import TooOften
from gateway.rates import Rates

PER_S, BURST = 2.0, 5

steps = st.lists(st.tuples(st.floats(0, 10), st.sampled_from("ab"), st.sampled_from([1.0, 2.0, 5.0])), max_size=80)


def admitted(taken: list[tuple[float, str, float]]) -> list[tuple[float, str, float]]:
    """Those of (seconds since the one before, client, cost) that were let in, by their moment."""
    now = [0.0]
    rates = Rates(PER_S, BURST, now=lambda: now[0])
    let_in = []
    for later, client, cost in taken:
        now[0] += later
        try:
            rates.count(client, cost)
        except TooOften:
            continue
        let_in.append((now[0], client, cost))
    return let_in


@given(steps)
def test_no_span_of_time_lets_in_more_than_its_seconds_and_the_burst(taken: list[tuple[float, str, float]]) -> None:
    for client in "ab":
        mine = [(at, cost) for at, who, cost in admitted(taken) if who == client]
        for first, last in itertools.combinations_with_replacement(range(len(mine)), 2):
            span = mine[last][0] - mine[first][0]
            assert sum(cost for _, cost in mine[first : last + 1]) <= BURST + PER_S * span + 1e-6


@given(steps)
def test_one_client_never_costs_another_anything(taken: list[tuple[float, str, float]]) -> None:
    alone = [step if step[1] == "a" else (step[0], "", 0.0) for step in taken]
    assert [one for one in admitted(taken) if one[1] == "a"] == [one for one in admitted(alone) if one[1] == "a"]


@given(st.lists(st.floats(0, 2), max_size=40), st.sampled_from([1.0, 3.0]))
def test_who_comes_again_when_told_is_let_in(gaps: list[float], cost: float) -> None:
    now = [0.0]
    rates = Rates(PER_S, BURST, now=lambda: now[0])
    for gap in gaps:
        now[0] += gap
        try:
            rates.count("a", cost)
        except TooOften as refused:
            wait = refused.facts["retry_after_s"]
            assert isinstance(wait, int)
            assert 1 <= wait <= math.ceil((BURST + cost) / PER_S)
            now[0] += wait
            rates.count("a", cost)


def test_what_is_refused_counts_no_more() -> None:
    rates = Rates(PER_S, BURST, now=lambda: 0.0)
    rates.count("a", 5)
    for _ in range(100):
        with pytest.raises(TooOften) as refused:
            rates.count("a")
    assert refused.value.facts["retry_after_s"] == 1


def test_memory_of_clients_has_a_limit_and_keeps_the_latest() -> None:
    rates = Rates(PER_S, BURST, now=lambda: 0.0)
    for number in range(25_000):
        rates.count(str(number), 5)
    assert len(rates) == 10_000
    with pytest.raises(TooOften):
        rates.count("24999")
