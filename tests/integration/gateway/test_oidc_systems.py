"""Agencies' systems come with an access token of the county's provider, beside those with a token of the house."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from shared.contracts.codes import Role
from tests.integration.gateway.conftest import PASSWORD
from tests.integration.gateway.sign_on_house import AUDIENCE, SignOnHouse, serving, trusted, unix_now
from tests.support.hostile_provider import HostileProvider
from tests.support.nodes import free_port
from tests.support.oidc_nodes import NodeProvider, new_key

Scene = tuple[SignOnHouse, HostileProvider]


@pytest.fixture(scope="module")
def scene(engine: sa.Engine) -> Iterator[Scene]:
    with HostileProvider() as provider:
        told = trusted("one", provider.issuer, None)
        with serving(engine, [told]) as house:
            house.linked(house.account("farm-system", Role.AGENCY_SYSTEM, "agriculture"), told, "erp")
            house.linked(house.account("wang", Role.AGENCY_OFFICER, "agriculture"), told, "wang")
            yield house, provider


def _access(provider: HostileProvider, **changes: Any) -> dict[str, Any]:
    return provider.claims(**{"aud": AUDIENCE, "sub": "erp", "client_id": "erp", "jti": "1", **changes})


def _signed(provider: HostileProvider, claims: dict[str, Any], kind: str = "at+jwt", **more: Any) -> str:
    return provider.signed(claims, {"typ": kind}, **more)


def test_a_system_of_an_independent_provider_acts_as_its_agency(engine: sa.Engine) -> None:
    port = free_port()
    with NodeProvider(f"http://127.0.0.1:{port}", "node", AUDIENCE) as node:
        provider = trusted("node", node.issuer)
        with serving(engine, [provider], port) as house:
            token = node.client_token()
            assert house.as_bearer(token).status_code == 401  # nobody has linked it
            account = house.account("farm-system", Role.AGENCY_SYSTEM, "agriculture")
            identity = house.linked(account, provider, node.system)
            me = house.as_bearer(token)
            assert (me.status_code, me.json()["login"], me.json()["org_code"]) == (200, "farm-system", "agriculture")
            house.as_bearer(token, "/tasks")
            assert house.services.actor_of(house.services.last("task.list")).org_code == "agriculture"
            ended = house.ask("POST", f"/accounts/{account.id}/identities/{identity.id}/end", by="admin-one")
            assert ended.status_code == 200
            assert house.as_bearer(token).status_code == 401


def test_the_house_still_issues_tokens_of_its_own_to_systems(scene: Scene) -> None:
    house, _ = scene
    grant = {"grant_type": "client_credentials", "client_id": "farm-system", "client_secret": PASSWORD}
    token = house.ask("POST", "/auth/token", json=grant).json()["access_token"]
    assert house.as_bearer(token).json()["login"] == "farm-system"


def test_a_good_token_is_taken(scene: Scene) -> None:
    house, provider = scene
    assert house.as_bearer(_signed(provider, _access(provider))).json()["login"] == "farm-system"
    assert house.as_bearer(_signed(provider, _access(provider), "application/at+jwt")).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "tianwei"},
        {"aud": "https://another.example"},
        {"iss": "https://id.other.example"},
        {"exp": unix_now() - 60},
        {"iat": unix_now() + 3600},
        {"client_id": "nobody", "sub": "nobody"},
        {"client_id": "wang", "sub": "wang"},
        {"sub": "wang"},
        {"azp": "another"},
        {"client_id": None},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_lets_nobody_in(scene: Scene, changes: dict[str, Any]) -> None:
    house, provider = scene
    refused = house.as_bearer(_signed(provider, _access(provider, **changes)))
    assert (refused.status_code, refused.json()["code"]) == (401, "auth.token-invalid")


def test_a_token_of_another_type_or_key_lets_nobody_in(scene: Scene) -> None:
    house, provider = scene
    claims = _access(provider)
    for token in (
        _signed(provider, claims, "JWT"),
        _signed(provider, claims, "logout+jwt"),
        _signed(provider, claims, key=new_key(str(provider.key.kid))),
        provider.signed(provider.claims(nonce="n")),
        ".".join((*_signed(provider, claims).split(".")[:2], "")),
    ):
        assert house.as_bearer(token).status_code == 401


def test_a_link_of_a_system_signs_in_nobody_and_a_link_of_a_person_lets_no_system_in(scene: Scene) -> None:
    """The kinds are apart even where a person has chosen a client's name as subject."""
    house, provider = scene
    assert house.as_bearer(_signed(provider, _access(provider, client_id="wang", sub="wang"))).status_code == 401


def test_a_system_whose_account_has_ended_is_out_within_the_minute(engine: sa.Engine) -> None:
    with HostileProvider() as provider:
        told = trusted("one", provider.issuer, None)
        with serving(engine, [told]) as house:
            account = house.account("farm-system", Role.AGENCY_SYSTEM, "agriculture")
            house.linked(account, told, "erp")
            token = _signed(provider, _access(provider))
            assert house.as_bearer(token).status_code == 200
            assert house.ask("POST", f"/accounts/{account.id}/disable", by="admin-one").status_code == 200
            assert house.as_bearer(token).status_code == 401


def test_a_provider_that_is_down_lets_known_systems_go_on(engine: sa.Engine) -> None:
    with HostileProvider() as provider:
        told = trusted("one", provider.issuer, None)
        with serving(engine, [told]) as house:
            house.linked(house.account("farm-system", Role.AGENCY_SYSTEM, "agriculture"), told, "erp")
            provider.down = True
            first = house.as_bearer(_signed(provider, _access(provider)))
            assert (first.status_code, first.json()["code"]) == (503, "auth.oidc-provider-down")
            provider.down = False
            house.later(6.0)
            assert house.as_bearer(_signed(provider, _access(provider))).status_code == 200
            provider.down = True
            house.later(900.0)
            assert house.as_bearer(_signed(provider, _access(provider, jti="2"))).status_code == 200
            house.later(3600.0)
            assert house.as_bearer(_signed(provider, _access(provider, jti="3"))).status_code == 503


def test_a_provider_that_does_not_vouch_for_systems_lets_none_in(engine: sa.Engine) -> None:
    with HostileProvider() as provider, serving(engine, [trusted("one", provider.issuer, systems=None)]) as house:
        assert house.as_bearer(_signed(provider, _access(provider))).status_code == 401
        assert provider.paths == []
