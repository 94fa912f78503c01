"""Sends one signed webhook (Standard Webhooks 1.0) and says what came of it. Never raises for what a receiver does."""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from uuid import UUID

import httpcore
import httpx

from shared.outgoing.addresses import GuardedBackend, GuardedTransport, Resolve, resolve
from shared.outgoing.courier import Deferred, Delivered, Failed, Gone, Letter, Outcome
from shared.outgoing.deliveries import Claimed
from shared.outgoing.schedule import retry_after_s
from shared.outgoing.signing import signed_headers as signed_headers
from shared.outgoing.urls import AddressRefused, AllowedHosts, check_target

log = logging.getLogger(__name__)

DEADLINE_S = 15.0
MOST_ANSWER_BYTES = 64 * 1024
_DEFERRING = (429, 503)
_GONE = 410
# The receiver is well and does not want this one.
_ABOUT_THE_LETTER = (400, 409, 413, 422)
# How long an answer body may keep a try open whose status has already come.
_FINISH_S = 1.0


class WebhookCourier:
    """An HTTP client for receivers that are not trusted. Make and use it inside one running loop.

    tls: trust store for https receivers, default the system's.
    """

    def __init__(
        self,
        allowed: AllowedHosts,
        *,
        deadline_s: float = DEADLINE_S,
        most_connections: int = 256,
        tls: ssl.SSLContext | None = None,
        resolver: Resolve = resolve,
    ) -> None:
        self._allowed = allowed
        self._deadline_s = deadline_s
        backend = GuardedBackend(allowed, resolver)
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(backend, tls or ssl.create_default_context(), most_connections),
            timeout=deadline_s,
            follow_redirects=False,
            trust_env=False,
            # A receiver's cookies are none of ours to keep.
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            headers={"user-agent": "tianwei-webhook/1", "accept-encoding": "identity"},
        )

    async def carry(self, claimed: Claimed, letter: Letter, secrets: Sequence[str]) -> Outcome:
        return await self.send(claimed.url, secrets, claimed.id, letter.body)

    async def send(self, url: str, secrets: Sequence[str], webhook_id: UUID, body: bytes) -> Outcome:
        """Post the body within the total deadline. secrets: whsec_…, the newest first."""
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._post(url, secrets, webhook_id, body)
        except TimeoutError:
            return Failed(f"no answer within {self._deadline_s:g} s")
        except AddressRefused as error:
            return Failed(f"address refused, {error}")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Failed(f"{type(error).__name__}: {error}"[:300])
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            return Failed(f"{type(error).__name__}: {error}"[:300])

    async def _post(self, url: str, secrets: Sequence[str], webhook_id: UUID, body: bytes) -> Outcome:
        target = httpx.URL(url)
        host = target.raw_host.decode("ascii")
        check_target(target.scheme, host, target.port, bool(target.userinfo), self._allowed)
        now = datetime.now(UTC)
        headers = signed_headers(webhook_id, secrets, body, now)
        async with self._client.stream("POST", target, content=body, headers=headers) as answer:
            if answer.is_success:
                await self._finish(answer)
                return Delivered(answer.status_code)
            error = f"HTTP {answer.status_code}"
            after_s = retry_after_s(answer.headers.get("retry-after"), now)
            if answer.status_code in _DEFERRING and after_s is not None:
                return Deferred(error, after_s)
            if answer.status_code == _GONE:
                return Gone(error)
            return Failed(error, reached=answer.status_code in _ABOUT_THE_LETTER)

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
