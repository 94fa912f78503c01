"""Signing in at the county's OpenID provider: authorization code with PKCE, for people (RFC 6749, 7636, 9207, 9700).

A login under way is bound to its browser by one random word in a cookie. The word proves the browser at the callback,
and the code verifier and the nonce are made of it and the state, so that the database holds nothing that would open a
login, and what one browser has begun no other can end. Nobody gets an account or a role by what a provider says: it
says who this is, the house knows what they may.
"""

import asyncio
import base64
import hashlib
import hmac
import logging
import re
import secrets
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from gateway.auth import oidc_tokens
from gateway.auth.accounts import Account
from gateway.auth.oidc_client import DEADLINE_S, ProviderClient, error_code, tell_refused
from gateway.auth.oidc_errors import (
    AccountUnfit,
    LoginDenied,
    LoginRefusedByUs,
    LoginStale,
    LogoutTokenRefused,
    NoAccount,
    ProviderDown,
    ProviderUnknown,
    ReturnPathRefused,
)
from gateway.auth.oidc_providers import Provider
from gateway.auth.oidc_store import PERSON, Begun, SignOnStore
from gateway.auth.oidc_tokens import Person, TokenRefused
from gateway.rates import Rates
from shared.clock import Clock
from shared.outgoing.http_client import GuardedClient

log = logging.getLogger(__name__)

PER_MINUTE = 600
_MOST_CONNECTIONS = 16
_WORD = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
# A path of this site: one slash, then nothing that a browser would read as another host or as a new line.
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,499}", re.ASCII)
_MOST_CODE = 4096


@dataclass(frozen=True)
class Outward:
    """Where the browser goes, and the word that its cookie keeps."""

    url: str
    word: str


@dataclass(frozen=True)
class Arrival:
    """A person who has proven who they are. id_token: a hint for the provider at logout, nothing else."""

    account: Account
    person: Person
    provider: Provider
    return_to: str
    id_token: str


class SignOn:
    """For one event loop.

    public_url: of the gateway as browsers know it; the provider has the same callback. rates: how often one address may
    come, which is a whole office in the morning.
    """

    def __init__(
        self,
        clients: Sequence[ProviderClient],
        store: SignOnStore,
        public_url: str,
        clock: Clock,
        rates: Rates | None = None,
    ) -> None:
        self._clients = {client.provider.code: client for client in clients}
        self._store = store
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self.rates = rates or Rates(PER_MINUTE)

    @property
    def providers(self) -> list[Provider]:
        return [client.provider for client in self._clients.values()]

    def provider(self, code: str) -> Provider:
        """Raises ProviderUnknown."""
        return self._client(code).provider

    def callback(self, code: str) -> str:
        """What is registered with the provider, letter by letter; each provider has its own (RFC 9700 4.4)."""
        return f"{self._public_url}/auth/oidc/{code}/callback"

    async def begin(self, code: str, return_to: str, word: str | None) -> Outward:
        """word: of a cookie that is there already, so that two tabs do not undo each other.

        Raises ProviderUnknown, ProviderDown, ReturnPathRefused.
        """
        client = self._client(code)
        if not client.provider.people:
            raise ProviderUnknown(code)
        if not _PATH.fullmatch(return_to):
            raise ReturnPathRefused
        metadata = await client.metadata()
        kept = word if word is not None and _WORD.fullmatch(word) else secrets.token_urlsafe(32)
        state = secrets.token_urlsafe(32)
        begun = Begun(_digest(state), _digest(kept), code, return_to)
        await asyncio.to_thread(self._store.begin, begun, self._clock.now())
        asked = {
            "response_type": "code",
            "client_id": client.provider.client_id,
            "redirect_uri": self.callback(code),
            "scope": " ".join(client.provider.scopes),
            "state": state,
            "nonce": _derived(kept, state, "nonce"),
            "code_challenge": _challenge(_derived(kept, state, "verifier")),
            "code_challenge_method": "S256",
        }
        if client.provider.acr_values:
            asked["acr_values"] = " ".join(client.provider.acr_values)
        return Outward(_with_query(metadata.authorization_endpoint, asked), kept)

    async def complete(self, code: str, answer: Mapping[str, str], word: str | None) -> Arrival:
        """Who has come back from the provider. answer: the callback's parameters; word: of the browser's cookie.

        Raises ProviderUnknown, ProviderDown, LoginStale, LoginDenied, LoginRefusedByUs, NoAccount, AccountUnfit.
        """
        client = self._client(code)
        state = answer.get("state", "")
        if word is None or not _WORD.fullmatch(word) or not _WORD.fullmatch(state):
            raise LoginStale
        return_to = await asyncio.to_thread(self._store.take, _digest(state), _digest(word), code, self._clock.now())
        if return_to is None:
            raise LoginStale
        given = await self._code_of(client, answer)
        tokens = await client.redeem(given, _derived(word, state, "verifier"), self.callback(code))
        person = await self._person(client, tokens.id_token, tokens.access, _derived(word, state, "nonce"))
        account = await self._account(client.provider, person)
        return Arrival(account, person, client.provider, return_to, tokens.id_token)

    def came(self, session_id: UUID, arrival: Arrival) -> None:
        """Keep by whose word a session began, so that they can end it. Blocks."""
        self._store.came(session_id, arrival.provider.code, arrival.provider.issuer, arrival.person)

    async def way_off(self, session_id: UUID, id_token: str | None) -> str | None:
        """Where the browser ends its session at the provider; None when it came by none, or that has no such place.

        id_token: a hint that saves the person a question. A provider that is down keeps nobody in.
        """
        code = await asyncio.to_thread(self._store.provider_of, session_id)
        client = self._clients.get(code) if code is not None else None
        if client is None:
            return None
        try:
            metadata = await client.metadata()
        except ProviderDown:
            return None
        if metadata.end_session_endpoint is None:
            return None
        asked = {"client_id": client.provider.client_id, "post_logout_redirect_uri": f"{self._public_url}/"}
        if id_token is not None:
            asked["id_token_hint"] = id_token
        return _with_query(metadata.end_session_endpoint, asked)

    async def end(self, code: str, logout_token: str) -> set[UUID]:
        """End the sessions that the provider's notice names; of which accounts.

        Raises ProviderUnknown, ProviderDown, LogoutTokenRefused.
        """
        client = self._client(code)
        try:
            head, claims = await client.signed(logout_token)
            out = oidc_tokens.logged_out(claims, head, client.provider, self._now())
        except TokenRefused as error:
            tell_refused(client.provider, "logout token", error)
            raise LogoutTokenRefused from error
        return await asyncio.to_thread(self._store.end_sessions, client.provider.issuer, out, self._clock.now())

    async def _code_of(self, client: ProviderClient, answer: Mapping[str, str]) -> str:
        """The code, if it is this provider's answer and a yes; before it is shown to anybody (RFC 9207)."""
        provider = client.provider
        said = answer.get("iss")
        demanded = (await client.metadata()).authorization_response_iss_parameter_supported
        if said != provider.issuer and (said is not None or demanded):
            log.warning("OpenID answer of another issuer", extra={"provider": provider.code})
            raise LoginRefusedByUs(provider.title)
        if "error" in answer:
            raise LoginDenied(provider.title, error_code(answer))
        code = answer.get("code", "")
        if not 0 < len(code) <= _MOST_CODE:
            raise LoginStale
        return code

    async def _person(self, client: ProviderClient, id_token: str, access: str, nonce: str) -> Person:
        try:
            head, claims = await client.signed(id_token)
            return oidc_tokens.person_of(claims, head, client.provider, nonce, access, self._now())
        except TokenRefused as error:
            tell_refused(client.provider, "id token", error)
            raise LoginRefusedByUs(client.provider.title) from error

    async def _account(self, provider: Provider, person: Person) -> Account:
        found = await asyncio.to_thread(self._store.holder, provider.issuer, PERSON, person.subject)
        if found is None:
            raise NoAccount(provider.title, person.subject)
        if found.disabled_at is not None or found.is_system:
            raise AccountUnfit(provider.title)
        return found

    def _client(self, code: str) -> ProviderClient:
        try:
            return self._clients[code]
        except KeyError:
            raise ProviderUnknown(code) from None

    def _now(self) -> float:
        return self._clock.now().timestamp()


@asynccontextmanager
async def provider_clients(
    providers: Sequence[Provider], now: Callable[[], float] = time.monotonic
) -> AsyncIterator[list[ProviderClient]]:
    """One guarded client for each, with its own trust store and its own list of hosts; closed at the end.

    now: seconds of a clock that never goes back.
    """
    async with AsyncExitStack() as stack:
        made = []
        for provider in providers:
            tls = ssl.create_default_context(cafile=provider.ca_file)
            client = GuardedClient(provider.allowed, deadline_s=DEADLINE_S, most_connections=_MOST_CONNECTIONS, tls=tls)
            stack.push_async_callback(client.aclose)
            made.append(ProviderClient(provider, client, now))
        yield made


def _digest(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()


def _derived(word: str, state: str, purpose: str) -> str:
    """43 characters that only the browser's word gives; a login of its own for each state."""
    return _text(hmac.digest(word.encode(), f"{purpose}\0{state}".encode(), "sha256"))


def _challenge(verifier: str) -> str:
    return _text(hashlib.sha256(verifier.encode()).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _with_query(url: str, more: Mapping[str, str]) -> str:
    """An endpoint may have a query of its own, which stays (RFC 6749 3.1)."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(more)}"
