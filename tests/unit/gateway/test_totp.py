"""One-time codes as RFC 6238 has them, and recovery codes."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from gateway.auth import totp

# Appendix B of RFC 6238 for SHA-1; of its eight digits the devices show the last six.
SECRET = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(("seconds", "shown"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, shown: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.code(SECRET, at) == shown[-6:]
    assert totp.step_of(SECRET, shown[-6:], at) == seconds // 30


@pytest.mark.parametrize(("late_s", "taken"), [(0, True), (30, True), (-30, True), (60, False), (-60, False)])
def test_a_clock_may_be_one_step_off(late_s: int, taken: bool) -> None:
    shown = totp.code(SECRET, NOON)
    assert (totp.step_of(SECRET, shown, NOON + timedelta(seconds=late_s)) is not None) is taken


@pytest.mark.parametrize("shown", ["", "12345", "1234567", "ａ２３４５６", "000000", "94287082"])
def test_what_the_device_does_not_show_is_no_code(shown: str) -> None:
    assert totp.step_of(SECRET, shown, NOON) is None


def test_the_address_tells_a_device_all_it_needs() -> None:
    secret = totp.fresh_secret()
    told = urlsplit(totp.address(secret, "li"))
    query = parse_qs(told.query)
    assert (told.scheme, told.netloc, unquote(told.path)) == ("otpauth", "totp", "/田卫:li")
    assert query["secret"] == [secret]
    assert (query["digits"], query["period"], query["algorithm"]) == (["6"], ["30"], ["SHA1"])


def test_secrets_and_recovery_codes_are_never_the_same() -> None:
    assert len({totp.fresh_secret() for _ in range(20)}) == 20
    assert len(set(totp.fresh_recovery_codes())) == totp.RECOVERY_CODES


def test_a_recovery_code_is_the_same_however_it_is_typed() -> None:
    assert totp.recovery_digest("abcd-efgh-jkmn-pqrs") == totp.recovery_digest(" ABCD efgh jkmnpqrs")
    assert totp.recovery_digest("abcd-efgh-jkmn-pqrs") != totp.recovery_digest("abcd-efgh-jkmn-pqrt")
