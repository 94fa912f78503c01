"""Signatures of Standard Webhooks 1.0: on what we push, and on what comes by a way that vouches for nobody."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from standardwebhooks import Webhook

# Seconds since the epoch, far beyond this century.
_MOST_DIGITS = 11


def signed_headers(webhook_id: UUID, secrets: Sequence[str], body: bytes, at: datetime) -> dict[str, str]:
    """Headers of Standard Webhooks: one signature for each secret, two while a secret is being rotated."""
    text = body.decode()
    return {
        "webhook-id": str(webhook_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(str(webhook_id), at, text) for secret in secrets),
        "content-type": "application/json; charset=utf-8",
    }


def signed_at(secret: str, body: bytes, headers: Mapping[str, str]) -> datetime | None:
    """When somebody with the secret signed it, as he says; None when nobody with it did. headers: names in lower case.

    How old a signature may be is the caller's to say: a message may wait in a queue for days.
    """
    id_, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _MOST_DIGITS):
        return None
    at = datetime.fromtimestamp(int(timestamp), UTC)
    try:
        expected = Webhook(secret).sign(id_, at, body.decode()).encode()
    except ValueError:  # of the body, which is no text, or of the secret
        return None
    told = headers.get("webhook-signature", "").encode(errors="replace").split(b" ")
    return at if any(hmac.compare_digest(expected, one) for one in told) else None
