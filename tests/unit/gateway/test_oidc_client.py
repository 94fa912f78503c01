"""What is asked of a provider, how often, and what serves when it is down."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, cast

import pytest
from joserfc import jwt

from gateway.auth import oidc_client
from gateway.auth.oidc_client import AGAIN_S, FRESH_S, REST_S, STALE_S, ProviderClient
from gateway.auth.oidc_errors import LoginDenied, LoginRefusedByUs, ProviderDown
from gateway.auth.oidc_providers import Provider
from gateway.auth.oidc_tokens import TokenRefused
from shared.outgoing.http_client import Answer, GuardedClient, Unanswered
from tests.support.oidc_nodes import new_key

ISSUER = "https://id.county.example"
OLD, NEW = new_key("old"), new_key("new")


class Wire:
    """Answers in place of the network; counts what is asked."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.down = False
        self.keys = [OLD]
        self.described: dict[str, Any] = {}
        self.told: tuple[int, Any] = (200, {"id_token": "i", "access_token": "a", "token_type": "bearer"})
        self.asked: list[tuple[str, str, Mapping[str, str], bytes]] = []

    def client(self, **more: Any) -> ProviderClient:
        said = {"code": "county", "title": "县平台", "issuer": ISSUER, "client_id": "tian wei", **more}
        return ProviderClient(Provider.model_validate(said), cast(GuardedClient, self), lambda: self.now)

    def count(self, ending: str) -> int:
        return sum(url.endswith(ending) for _, url, _, _ in self.asked)

    async def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.asked.append((method, url, headers, body))
        if self.down:
            raise Unanswered("nobody there")
        if url.endswith("/openid-configuration"):
            told = {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/jwks",
                **self.described,
            }
            return Answer(200, {}, json.dumps(told).encode())
        if url.endswith("/jwks"):
            keys = [key.as_dict(private=False) for key in self.keys]
            return Answer(200, {}, json.dumps({"keys": keys}).encode())
        return Answer(self.told[0], {}, json.dumps(self.told[1]).encode())


@pytest.fixture
def wire() -> Wire:
    return Wire()


def _token(key: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid}, {"iss": ISSUER}, key)


def test_keys_are_fetched_once_and_a_new_one_at_its_first_use(wire: Wire) -> None:
    async def act() -> None:
        client = wire.client()
        for _ in range(3):
            await client.signed(_token(OLD))
        assert (wire.count("/openid-configuration"), wire.count("/jwks")) == (1, 1)
        wire.keys = [NEW, OLD]
        wire.now += AGAIN_S
        await client.signed(_token(NEW))
        await client.signed(_token(OLD))
        assert wire.count("/jwks") == 2

    asyncio.run(act())


def test_forged_key_names_do_not_become_requests(wire: Wire) -> None:
    async def act() -> None:
        client = wire.client()
        await client.signed(_token(OLD))
        for number in range(50):
            with pytest.raises(TokenRefused, match="key"):
                await client.signed(_token(new_key_named(f"forged-{number}")))
        assert wire.count("/jwks") == 1

    def new_key_named(kid: str) -> Any:
        return NEW.import_key({**NEW.as_dict(private=True), "kid": kid})

    asyncio.run(act())


def test_a_key_that_the_provider_has_withdrawn_ends(wire: Wire) -> None:
    async def act() -> None:
        client = wire.client()
        await client.signed(_token(OLD))
        wire.keys = [NEW]
        wire.now += FRESH_S
        with pytest.raises(TokenRefused, match="key"):
            await client.signed(_token(OLD))

    asyncio.run(act())


def test_what_was_kept_serves_an_hour_when_the_provider_is_down_and_no_longer(wire: Wire) -> None:
    async def act() -> None:
        client = wire.client()
        await client.signed(_token(OLD))
        wire.down = True
        wire.now += STALE_S - 1
        await client.signed(_token(OLD))
        wire.now += 2
        with pytest.raises(ProviderDown):
            await client.signed(_token(OLD))

    asyncio.run(act())


def test_a_provider_that_is_down_is_left_alone_for_a_while_and_found_again(wire: Wire) -> None:
    async def act() -> None:
        client = wire.client()
        wire.down = True
        for _ in range(10):
            with pytest.raises(ProviderDown):
                await client.metadata()
        assert len(wire.asked) == 1
        wire.down, wire.now = False, wire.now + REST_S
        assert (await client.metadata()).token_endpoint == f"{ISSUER}/token"

    asyncio.run(act())


def test_many_at_once_ask_once(wire: Wire) -> None:
    async def act() -> None:
        client = wire.client()
        await asyncio.gather(*(client.signed(_token(OLD)) for _ in range(20)))
        assert len(wire.asked) == 2

    asyncio.run(act())


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": f"{ISSUER}/"},
        {"issuer": "https://id.other.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://id.county.example/authorize"},
        {"token_endpoint": "http://169.254.169.254/latest/meta-data"},
        {"token_endpoint": "https://10.0.0.7/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://user:word@id.county.example/jwks"},
        {"end_session_endpoint": "https://127.0.0.1/bye"},
        {"token_endpoint": f"{ISSUER}/token#fragment"},
        {"code_challenge_methods_supported": ["plain"]},
        {"token_endpoint": None},
        {"token_endpoint": 7},
    ],
)
def test_a_description_that_leads_astray_is_as_good_as_none(wire: Wire, described: dict[str, Any]) -> None:
    wire.described = described
    with pytest.raises(ProviderDown):
        asyncio.run(wire.client().metadata())


@pytest.mark.parametrize(
    ("methods", "secret", "header", "in_body"),
    [
        (None, "s:e/c", "Basic dGlhbit3ZWk6cyUzQWUlMkZj", False),
        (["client_secret_post"], "s:e/c", None, True),
        (["client_secret_post", "client_secret_basic"], "s:e/c", "Basic dGlhbit3ZWk6cyUzQWUlMkZj", False),
        (None, None, None, False),
    ],
)
def test_the_house_proves_itself_as_the_provider_wants(
    wire: Wire, methods: list[str] | None, secret: str | None, header: str | None, in_body: bool
) -> None:
    wire.described = {} if methods is None else {"token_endpoint_auth_methods_supported": methods}
    asyncio.run(wire.client(client_secret=secret).redeem("code", "verifier", "https://here/callback"))
    _, _, headers, body = wire.asked[-1]
    assert headers.get("authorization") == header
    assert (b"client_secret=s%3Ae%2Fc" in body) == in_body
    assert (b"client_id=tian+wei" in body) == (header is None)
    assert b"code_verifier=verifier" in body


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ((400, {"error": "invalid_grant", "error_description": "<script>"}), LoginDenied),
        ((401, {"error": "<script>"}), LoginDenied),
        ((503, {}), ProviderDown),
        ((429, {}), ProviderDown),
        ((302, {}), LoginDenied),
        ((200, []), ProviderDown),
        ((200, {}), LoginRefusedByUs),
        ((200, {"id_token": "i", "access_token": "a", "token_type": "mac"}), LoginRefusedByUs),
        ((200, {"access_token": "a", "token_type": "bearer"}), LoginRefusedByUs),
    ],
)
def test_every_answer_to_a_code_but_a_good_one_is_a_clear_no(
    wire: Wire, told: tuple[int, Any], error: type[Exception]
) -> None:
    wire.told = told
    with pytest.raises(error) as refused:
        asyncio.run(wire.client().redeem("code", "verifier", "https://here/callback"))
    assert "script" not in str(refused.value)


def test_the_deadline_is_short_enough_for_a_person() -> None:
    assert oidc_client.DEADLINE_S <= 5.0
