"""The setting that names providers: read whole or refused, and a refusal repeats no secret."""

import pytest
from pydantic import SecretStr

from gateway.auth.oidc_providers import ProvidersUnreadable, read_providers
from gateway.parts import real_parts
from gateway.settings import GatewaySettings

ONE = """
[[provider]]
code = "county"
title = "县统一身份认证平台"
issuer = "https://id.county.example:8443/realms/tianwei"
client_id = "tianwei"
client_secret = "a very secret word"
"""


def test_an_empty_setting_trusts_nobody() -> None:
    assert read_providers("") == ()


def test_a_provider_has_safe_defaults() -> None:
    [provider] = read_providers(ONE)
    assert provider.scopes == ["openid", "profile"]
    assert not {"none", "HS256"} & set(provider.algorithms)
    assert provider.systems is None
    assert "secret word" not in repr(provider)


def test_naming_an_issuer_by_https_names_its_host_private_or_not() -> None:
    allowed = read_providers(ONE)[0].allowed
    assert allowed.lists("id.county.example", 8443)
    assert not allowed.lists("id.county.example", 443)
    assert not allowed.lists("169.254.169.254", 80)


def test_systems_may_be_vouched_for() -> None:
    [provider] = read_providers(ONE + '[provider.systems]\naudience = "https://tianwei.example/api/v1"\n')
    assert provider.systems is not None
    assert (provider.systems.token_types, provider.systems.subject) == (["at+jwt"], "client")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('code = "county"', 'code = "../county"'),
        ('code = "county"', ""),
        ("https://id.county.example:8443/realms/tianwei", "http://id.county.example"),
        ("https://id.county.example:8443/realms/tianwei", "https://id.county.example/?realm=1"),
        ("https://id.county.example:8443/realms/tianwei", "https://user:word@id.county.example"),
        ("https://id.county.example:8443/realms/tianwei", "https://169.254.169.254"),
        ("https://id.county.example:8443/realms/tianwei", "file:///etc/passwd"),
        ('client_id = "tianwei"', 'client_id = "tianwei"\nalgorithms = ["RS256", "HS256"]'),
        ('client_id = "tianwei"', 'client_id = "tianwei"\nalgorithms = ["none"]'),
        ('client_id = "tianwei"', 'client_id = "tianwei"\nalgorithms = []'),
        ('client_id = "tianwei"', 'client_id = "tianwei"\nscopes = ["profile"]'),
        ('client_id = "tianwei"', 'client_id = "tianwei"\nscopes = ["openid all"]'),
        ('client_id = "tianwei"', 'client_id = "tianwei"\nsystems = {audience = "tianwei"}'),
        ('client_id = "tianwei"', 'client_id = "tianwei"\nverify_tls = false'),
        ("[[provider]]", "[provider]"),
        ("[[provider]]", "[[provider"),
    ],
)
def test_a_setting_that_is_wrong_is_refused_and_no_secret_is_repeated(old: str, new: str) -> None:
    with pytest.raises(ProvidersUnreadable) as refused:
        read_providers(ONE.replace(old, new))
    assert "very secret" not in str(refused.value)


def test_two_providers_have_two_codes_and_two_issuers() -> None:
    with pytest.raises(ProvidersUnreadable, match="issuer"):
        read_providers(ONE + ONE.replace('"county"', '"city"'))
    with pytest.raises(ProvidersUnreadable, match="code"):
        read_providers(ONE + ONE.replace("id.county", "id.city"))
    assert len(read_providers(ONE + ONE.replace('"county"', '"city"').replace("id.county", "id.city"))) == 2


@pytest.mark.parametrize("text", [ONE, "[[provider]]"])
def test_the_gateway_does_not_start_without_knowing_where_people_come_back_to(text: str) -> None:
    with pytest.raises(ProvidersUnreadable):
        real_parts(GatewaySettings.model_construct(public_url="", oidc_providers=SecretStr(text)))


def test_without_providers_the_gateway_needs_no_address() -> None:
    real_parts(GatewaySettings.model_construct(public_url="", oidc_providers=SecretStr("")))
