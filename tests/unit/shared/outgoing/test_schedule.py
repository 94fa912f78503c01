"""When a delivery is tried again."""

from datetime import UTC, datetime

import pytest

from shared.outgoing.schedule import DELAYS_S, MOST_TRIES, delay_after, retry_after_s

NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)


def test_ten_tries_are_spread_over_about_three_days() -> None:
    plan = [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert list(DELAYS_S) == plan
    assert [delay_after(number, lambda: 0.5) for number in range(10)] == pytest.approx(plan)


def test_after_the_tenth_failure_nothing_is_tried_any_more() -> None:
    assert delay_after(MOST_TRIES, lambda: 0.5) is None


def test_delays_vary_by_a_fifth() -> None:
    assert delay_after(1, lambda: 0.0) == pytest.approx(4.0)
    assert delay_after(1, lambda: 1.0) == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 7 ", 7),
        ("0", 1),
        ("999999", 86400),
        ("Wed, 11 Mar 2026 02:05:00 GMT", 300),
        ("Wed, 11 Mar 2026 01:00:00 GMT", 1),
        ("Wed, 11 Mar 2099 01:00:00 GMT", 86400),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("９", None),
        ("99999999999999999999", None),
        ("", None),
    ],
)
def test_retry_after_is_taken_within_one_second_and_a_day(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, NOW) == seconds
