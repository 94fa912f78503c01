"""One provider as it is asked over HTTP: its description and keys, kept for a while, and what a code is worth.

All of it goes through the house's guarded client: judged addresses, a deadline, no redirects, bounded answers. What was
kept still serves for an hour when the provider is down, so that systems with a token go on; nobody new can sign in
without it anyhow.
"""

import asyncio
import base64
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import orjson
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from gateway.auth.oidc_errors import LoginDenied, LoginRefusedByUs, ProviderDown
from gateway.auth.oidc_keys import KeysUnreadable, ProviderKey, key_for, read_keys
from gateway.auth.oidc_providers import Provider
from gateway.auth.oidc_tokens import Head, TokenRefused, head_of, signed_claims
from shared.outgoing.http_client import Answer, GuardedClient, Unanswered
from shared.outgoing.urls import AddressRefused, check_url

log = logging.getLogger(__name__)

DEADLINE_S = 5.0
# How long what a provider says of itself is believed, and for how long more when it cannot be asked.
FRESH_S, STALE_S = 600.0, 3600.0
# A provider that did not answer is left alone for this long.
REST_S = 5.0
# A key that is not known is looked for at most this often: forged tokens must not become requests to the provider.
AGAIN_S = 30.0
_WELL_KNOWN = "/.well-known/openid-configuration"
_JSON = {"accept": "application/json", "user-agent": "tianwei-oidc/1"}
_FORM = {**_JSON, "content-type": "application/x-www-form-urlencoded"}
_Url = Annotated[str, StringConstraints(max_length=2000)]
T = TypeVar("T")


class Metadata(BaseModel):
    """What the house needs of a provider's description (OpenID Connect Discovery 3)."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: _Url
    token_endpoint: _Url
    jwks_uri: _Url
    end_session_endpoint: _Url | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    code_challenge_methods_supported: list[str] | None = None
    authorization_response_iss_parameter_supported: bool = False


@dataclass(frozen=True)
class Tokens:
    """What a code was worth. access: only to check at_hash by; it is used for nothing."""

    id_token: str
    access: str


class _Kept(Generic[T]):
    """One answer of the provider, fetched by one task at a time."""

    def __init__(self, fetch: Callable[[], Awaitable[T]], provider: str, now: Callable[[], float]) -> None:
        self._fetch, self._provider, self._now = fetch, provider, now
        self._lock = asyncio.Lock()
        self._value: T | None = None
        self._fetched_at = self._failed_at = float("-inf")

    async def get(self, younger_than_s: float = FRESH_S) -> T:
        """Raises ProviderDown when there is none and none to be had."""
        async with self._lock:
            age = self._now() - self._fetched_at
            if self._value is not None and age < younger_than_s:
                return self._value
            if self._now() - self._failed_at >= REST_S:
                try:
                    self._value = await self._fetch()
                    self._fetched_at = self._now()
                    return self._value
                except (Unanswered, _Nonsense, AddressRefused, KeysUnreadable) as error:
                    self._failed_at = self._now()
                    log.warning("OpenID provider: %s", error, extra={"provider": self._provider})
            if self._value is not None and age < STALE_S:
                return self._value
        raise ProviderDown(self._provider, int(REST_S))


class _Nonsense(Exception):
    """An answer that is not what the standard says."""


class ProviderClient:
    """Make and use it inside one running loop. now: seconds of a clock that never goes back."""

    def __init__(self, provider: Provider, client: GuardedClient, now: Callable[[], float] = time.monotonic) -> None:
        self.provider = provider
        self._client = client
        self._metadata = _Kept(self._fetch_metadata, provider.title, now)
        self._keys = _Kept(self._fetch_keys, provider.title, now)

    async def metadata(self) -> Metadata:
        """Raises ProviderDown."""
        return await self._metadata.get()

    async def key(self, head: Head) -> ProviderKey | None:
        """The key that a token's header names; one that is new is asked for. Raises ProviderDown."""
        known = key_for(await self._keys.get(), head.kid, head.algorithm)
        return known or key_for(await self._keys.get(AGAIN_S), head.kid, head.algorithm)

    async def signed(self, token: str) -> tuple[Head, dict[str, Any]]:
        """What the provider has signed; nothing of it is judged yet. Raises TokenRefused, ProviderDown."""
        head = head_of(token, self.provider.algorithms)
        key = await self.key(head)
        if key is None:
            raise TokenRefused("key")
        return head, signed_claims(token, head, key)

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """What the provider gives for a code. Raises ProviderDown, LoginDenied, LoginRefusedByUs."""
        metadata = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers, more = self._proof(metadata)
        try:
            answer = await self._ask(
                "POST", metadata.token_endpoint, {**_FORM, **headers}, urlencode({**form, **more}).encode()
            )
        except (Unanswered, AddressRefused) as error:
            log.warning("OpenID provider: %s", error, extra={"provider": self.provider.title})
            raise ProviderDown(self.provider.title) from error
        return self._redeemed(answer)

    def _redeemed(self, answer: Answer) -> Tokens:
        title = self.provider.title
        if answer.status >= 500 or answer.status == 429:
            raise ProviderDown(title)
        try:
            told = _object(answer.body)
        except _Nonsense as error:
            raise ProviderDown(title) from error
        if answer.status != 200:
            # A code shown twice ends here: "invalid_grant".
            log.warning("OpenID provider refuses a code", extra={"provider": title, "error": error_code(told)})
            raise LoginDenied(title, error_code(told))
        id_token, access, kind = told.get("id_token"), told.get("access_token"), told.get("token_type")
        if not isinstance(id_token, str) or not isinstance(access, str) or str(kind).lower() != "bearer":
            raise LoginRefusedByUs(title)
        return Tokens(id_token, access)

    def _proof(self, metadata: Metadata) -> tuple[dict[str, str], dict[str, str]]:
        """Who we are to the token endpoint: headers, and fields of the form."""
        ours, secret = self.provider.client_id, self.provider.client_secret
        if secret is None:
            return {}, {"client_id": ours}
        supported = metadata.token_endpoint_auth_methods_supported
        if "client_secret_basic" not in supported and "client_secret_post" in supported:
            return {}, {"client_id": ours, "client_secret": secret.get_secret_value()}
        # RFC 6749 2.3.1: both are encoded as a form would be before they are joined.
        pair = f"{quote_plus(ours)}:{quote_plus(secret.get_secret_value())}"
        return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}, {}

    async def _fetch_metadata(self) -> Metadata:
        answer = await self._ask("GET", self.provider.issuer.rstrip("/") + _WELL_KNOWN, _JSON)
        if answer.status != 200:
            raise _Nonsense(f"status {answer.status} of the description")
        try:
            found = Metadata.model_validate(_object(answer.body))
        except ValidationError as error:
            raise _Nonsense(f"description: {error.error_count()} faults") from error
        if found.issuer != self.provider.issuer:
            raise _Nonsense("the description is of another issuer")
        if found.code_challenge_methods_supported is not None and "S256" not in found.code_challenge_methods_supported:
            raise _Nonsense("no PKCE by S256")
        for url in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.end_session_endpoint):
            if url is not None:
                check_url(url, self.provider.allowed)
                if urlsplit(url).fragment or (self.provider.issuer.startswith("https:") and url[:6] != "https:"):
                    raise _Nonsense("an endpoint with a fragment, or of less than https")
        return found

    async def _fetch_keys(self) -> list[ProviderKey]:
        answer = await self._ask("GET", (await self._metadata.get()).jwks_uri, _JSON)
        if answer.status != 200:
            raise _Nonsense(f"status {answer.status} of the keys")
        keys = read_keys(answer.body)
        if not keys:
            raise _Nonsense("no key that can be used")
        return keys

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        return await self._client.call(method, url, headers, body)


def tell_refused(provider: Provider, what: str, why: TokenRefused) -> None:
    """For the log alone."""
    log.warning("OpenID %s refused: %s", what, why, extra={"provider": provider.code})


def error_code(told: Mapping[str, Any]) -> str:
    """The provider's code of an error when it has the form of one: whatever else it says is not repeated."""
    code = told.get("error")
    return code if isinstance(code, str) and code.isascii() and code.isidentifier() and len(code) <= 60 else "unknown"


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _Nonsense("not JSON") from error
    if not isinstance(told, dict):
        raise _Nonsense("not a JSON object")
    return told
