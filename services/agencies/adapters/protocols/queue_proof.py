"""Whether a message on an agency's queue is the agency's: by the broker's word, or by its signature."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.agencies.adapters.protocols.bus_queue import user_of_agency
from services.agencies.domain.answers import MOST_BYTES
from shared.bus.connection import is_amqp
from shared.outgoing.signing import is_signed


def unproven(
    url: str,
    agency: str,
    secrets: Callable[[], Sequence[str]],
    user: str | None,
    headers: Mapping[str, Any],
    body: bytes,
) -> str | None:
    """Why the message is not proven to be the agency's; None when it is. user: for whom the broker vouches.

    secrets: asked only for a message that must be signed.
    """
    if is_amqp(url) and user is not None:
        return None if user == user_of_agency(agency) else "proof-wrong"
    lowered = {str(name).lower(): str(value) for name, value in headers.items()}
    if "webhook-signature" not in lowered:
        return "proof-missing"
    if len(body) > MOST_BYTES or not any(is_signed(secret, body, lowered) for secret in secrets()):
        return "proof-wrong"
    return None
