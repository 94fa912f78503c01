"""An HTTP client for receivers that are not trusted: judged addresses, a deadline, no redirects, cookies, proxies."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from shared.outgoing.addresses import GuardedBackend, GuardedTransport, Resolve, resolve
from shared.outgoing.urls import AddressRefused, AllowedHosts, check_target

DEADLINE_S = 15.0
MOST_ANSWER_BYTES = 64 * 1024


class Unanswered(Exception):
    """Nobody answered, or not as HTTP answers, or the address may not be called; the text says which."""


@dataclass(frozen=True)
class Answer:
    """body: at most MOST_ANSWER_BYTES of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class GuardedClient:
    """Make and use it inside one running loop. tls: trust store for https receivers, default the system's."""

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

    @asynccontextmanager
    async def calling(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> AsyncIterator[httpx.Response]:
        """An answer whose body is not read yet; the deadline holds for the whole block. Raises Unanswered."""
        try:
            async with asyncio.timeout(self._deadline_s):
                target = httpx.URL(url)
                host = target.raw_host.decode("ascii")
                check_target(target.scheme, host, target.port, bool(target.userinfo), self._allowed)
                async with self._client.stream(method, target, content=body, headers=dict(headers)) as answer:
                    yield answer
        except TimeoutError as error:
            raise Unanswered(f"no answer within {self._deadline_s:g} s") from error
        except AddressRefused as error:
            raise Unanswered(f"address refused, {error}") from error
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            OSError,
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
        ) as error:
            raise Unanswered(f"{type(error).__name__}: {error}"[:300]) from error

    async def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer with its body. Raises Unanswered, also for a body that is too long."""
        async with self.calling(method, url, headers, body) as answer:
            read = bytearray()
            async for part in answer.aiter_raw():
                read += part
                if len(read) > MOST_ANSWER_BYTES:
                    raise Unanswered(f"an answer of more than {MOST_ANSWER_BYTES} bytes")
            return Answer(answer.status_code, answer.headers, bytes(read))

    async def aclose(self) -> None:
        await self._client.aclose()
