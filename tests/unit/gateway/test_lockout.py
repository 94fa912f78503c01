"""Five failures lock for thirty minutes."""

from datetime import UTC, datetime, timedelta

from gateway.auth.lockout import OF_ADDRESS, OF_LOGIN, Attempts

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _after(failures: int) -> Attempts:
    attempts = Attempts()
    for _ in range(failures):
        attempts, allowed = attempts.begin(NOON)
        assert allowed
    return attempts


def test_the_first_five_attempts_are_decided_by_the_password() -> None:
    assert _after(5).failures == 5


def test_the_sixth_is_refused_even_with_the_right_password() -> None:
    assert _after(5).begin(NOON + MINUTE)[1] is False


def test_attempts_while_locked_do_not_prolong_the_lock() -> None:
    locked = _after(5)
    assert locked.begin(NOON + 29 * MINUTE)[0] == locked


def test_after_thirty_minutes_the_count_starts_anew() -> None:
    again, allowed = _after(5).begin(NOON + OF_LOGIN.lock_for)
    assert allowed
    assert (again.failures, again.locked_until) == (1, None)


def test_old_failures_are_forgotten() -> None:
    again, _ = _after(4).begin(NOON + OF_LOGIN.lock_for)
    assert again.failures == 1


def test_an_address_may_fail_ten_times_as_often_and_is_locked_half_as_long() -> None:
    attempts = Attempts()
    for _ in range(50):
        attempts, allowed = attempts.begin(NOON, OF_ADDRESS)
        assert allowed
    assert attempts.begin(NOON + 14 * MINUTE, OF_ADDRESS)[1] is False
    assert attempts.begin(NOON + 15 * MINUTE, OF_ADDRESS)[1] is True
