"""How long the supervisor waits before it starts a dead process again."""

from gateway.cli.stack.programs import Policy
from gateway.cli.stack.supervisor import Backoff

POLICY = Policy()


def test_the_pause_doubles_from_one_second_to_thirty() -> None:
    backoff = Backoff(started=0.0)
    assert [backoff.died(now=0.0, policy=POLICY) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_death_after_a_healthy_minute_starts_from_one_second() -> None:
    backoff = Backoff(started=0.0, deaths_in_row=5)
    assert backoff.died(now=61.0, policy=POLICY) == 1


def test_a_thousand_deaths_still_give_a_pause() -> None:
    assert Backoff(deaths_in_row=5_000).died(now=0.0, policy=POLICY) == 30
