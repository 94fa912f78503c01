"""Signatures of Standard Webhooks 1.0: on what we push, and on what comes by a way that vouches for nobody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from standardwebhooks import Webhook, WebhookVerificationError


def signed_headers(webhook_id: UUID, secrets: Sequence[str], body: bytes, at: datetime) -> dict[str, str]:
    """Headers of Standard Webhooks: one signature for each secret, two while a secret is being rotated."""
    text = body.decode()
    return {
        "webhook-id": str(webhook_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(str(webhook_id), at, text) for secret in secrets),
        "content-type": "application/json; charset=utf-8",
    }


def is_signed(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether somebody with the secret signed it within five minutes. headers: names in lower case."""
    try:
        Webhook(secret).verify(body, dict(headers))
    except (WebhookVerificationError, ValueError, UnicodeDecodeError):
        return False
    return True
