"""Sends one signed webhook (Standard Webhooks 1.0) and says what came of it. Never raises for what a receiver does."""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import httpcore
import httpx

from shared.outgoing.addresses import Resolve, resolve
from shared.outgoing.courier import Deferred, Delivered, Failed, Gone, Letter, Outcome
from shared.outgoing.deliveries import Claimed
from shared.outgoing.http_client import DEADLINE_S, MOST_ANSWER_BYTES, GuardedClient, Unanswered
from shared.outgoing.schedule import retry_after_s
from shared.outgoing.signing import signed_headers as signed_headers
from shared.outgoing.urls import AllowedHosts

log = logging.getLogger(__name__)

_DEFERRING = (429, 503)
_GONE = 410
# The receiver is well and does not want this one.
ABOUT_THE_LETTER = (400, 409, 413, 422)
# How long an answer body may keep a try open whose status has already come.
_FINISH_S = 1.0


class WebhookCourier:
    """Make and use it inside one running loop; the arguments are those of GuardedClient."""

    def __init__(
        self,
        allowed: AllowedHosts,
        *,
        deadline_s: float = DEADLINE_S,
        most_connections: int = 256,
        tls: ssl.SSLContext | None = None,
        resolver: Resolve = resolve,
    ) -> None:
        self._client = GuardedClient(
            allowed, deadline_s=deadline_s, most_connections=most_connections, tls=tls, resolver=resolver
        )

    async def carry(self, claimed: Claimed, letter: Letter, secrets: Sequence[str]) -> Outcome:
        return await self.send(claimed.url, secrets, claimed.id, letter.body)

    async def send(self, url: str, secrets: Sequence[str], webhook_id: UUID, body: bytes) -> Outcome:
        """Post the body within the total deadline. secrets: whsec_…, the newest first."""
        now = datetime.now(UTC)
        headers = signed_headers(webhook_id, secrets, body, now)
        try:
            async with self._client.calling("POST", url, headers, body) as answer:
                if answer.is_success:
                    await self._finish(answer)
                return outcome_of(answer.status_code, answer.headers.get("retry-after"), now)
        except Unanswered as error:
            return Failed(str(error))

    async def _finish(self, answer: httpx.Response) -> None:
        """Read a short answer to its end so that the connection serves again; what it says does not matter."""
        read = 0
        try:
            async with asyncio.timeout(_FINISH_S):
                async for part in answer.aiter_raw():
                    read += len(part)
                    if read > MOST_ANSWER_BYTES:
                        return
        except (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, TimeoutError):
            # The status has come: the receiver has taken it.
            log.debug("answer body broke off")

    async def aclose(self) -> None:
        await self._client.aclose()


def outcome_of(status: int, retry_after: str | None, now: datetime) -> Outcome:
    """What an HTTP status says of a letter. retry_after: the header's value."""
    if 200 <= status < 300:
        return Delivered(status)
    error = f"HTTP {status}"
    after_s = retry_after_s(retry_after, now)
    if status in _DEFERRING and after_s is not None:
        return Deferred(error, after_s)
    if status == _GONE:
        return Gone(error)
    return Failed(error, reached=status in ABOUT_THE_LETTER)
