"""Whose a message on a queue is: its signature may be old, but not older than what is surely remembered."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.agencies.adapters.protocols.queue_proof import unproven
from services.agencies.domain.answers import REMEMBERED
from shared.outgoing.secret_box import new_webhook_secret
from shared.outgoing.signing import signed_headers

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
SECRET, FORMER = new_webhook_secret(), new_webhook_secret()
BODY = '{"id":"签收"}'.encode()
EMBEDDED, RABBIT = "redis://127.0.0.1/0", "amqp://127.0.0.1//"
SECOND = timedelta(seconds=1)


def why(headers: dict[str, str], url: str = EMBEDDED, user: str | None = None, body: bytes = BODY) -> str | None:
    return unproven(url, "comprehensive_enforcement", lambda: [SECRET, FORMER], user, headers, body, NOW)


def signed(at: datetime, *secrets: str) -> dict[str, str]:
    return signed_headers(UUID(int=1), secrets or (SECRET,), BODY, at)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (NOW, None),
        (NOW - timedelta(hours=1), None),
        (NOW - REMEMBERED, None),
        (NOW - REMEMBERED - SECOND, "proof-too-old"),
        (NOW + timedelta(minutes=5), None),
        (NOW + timedelta(minutes=5) + SECOND, "proof-from-the-future"),
    ],
)
def test_how_old_a_signature_may_be(at: datetime, reason: str | None) -> None:
    assert why(signed(at)) == reason
    # Where the broker names nobody, it is the same; where it vouches for the user, no signature is asked.
    assert why(signed(at), RABBIT) == reason
    assert why(signed(at), RABBIT, "agency-comprehensive_enforcement") is None
    assert why(signed(at), RABBIT, "agency-agriculture") == "proof-wrong"


def test_the_former_secret_holds_beside_the_present_one_and_no_other() -> None:
    assert why(signed(NOW, FORMER)) is None
    assert why(signed(NOW, new_webhook_secret(), SECRET)) is None
    assert why(signed(NOW, new_webhook_secret())) == "proof-wrong"


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-timestamp": "1.5e9"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "１"},
        {"webhook-id": "another"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "签名"},
    ],
)
def test_what_is_not_signed_as_it_stands_is_wrong(changes: dict[str, str]) -> None:
    headers = signed(NOW)
    assert why({**headers, **changes}) == "proof-wrong"
    assert why(headers, body=BODY + b" ") == "proof-wrong"
    assert why(headers, body=b"\xff") == "proof-wrong"
    assert why({}) == "proof-missing"
