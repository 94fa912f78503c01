"""Whether a message on an agency's queue is the agency's: by the broker's word, or by its signature.

A signature that has waited in the queue is no replay, however long it waited: an answer's id is taken once, and a
repetition finds it. Only what is older than that is surely remembered is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.agencies.adapters.protocols.bus_queue import user_of_agency
from services.agencies.domain.answers import MOST_BYTES, REMEMBERED
from shared.bus.connection import is_amqp
from shared.outgoing.signing import signed_at

# The clock of whoever signs may be ahead of ours by this much.
_CLOCKS_DIFFER = timedelta(minutes=5)


def unproven(
    url: str,
    agency: str,
    secrets: Callable[[], Sequence[str]],
    user: str | None,
    headers: Mapping[str, Any],
    body: bytes,
    now: datetime,
) -> str | None:
    """Why the message is not proven to be the agency's; None when it is. user: for whom the broker vouches.

    secrets: asked only for a message that must be signed. now: by the real clock, as it is signed.
    """
    if is_amqp(url) and user is not None:
        return None if user == user_of_agency(agency) else "proof-wrong"
    lowered = {str(name).lower(): str(value) for name, value in headers.items()}
    if "webhook-signature" not in lowered:
        return "proof-missing"
    if len(body) > MOST_BYTES:
        return "proof-wrong"
    at = next((at for secret in secrets() if (at := signed_at(secret, body, lowered)) is not None), None)
    if at is None:
        return "proof-wrong"
    if at > now + _CLOCKS_DIFFER:
        return "proof-from-the-future"
    return "proof-too-old" if at < now - REMEMBERED else None
