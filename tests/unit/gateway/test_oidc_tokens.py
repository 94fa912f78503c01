"""What a provider has signed proves who somebody is, or nothing: each claim, each header, each algorithm."""

import base64
import hashlib
import hmac
import json
from itertools import count
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from gateway.auth.oidc_keys import ProviderKey, key_for, read_keys
from gateway.auth.oidc_providers import Provider, Systems
from gateway.auth.oidc_tokens import (
    LEEWAY_S,
    Head,
    LoggedOut,
    Person,
    TokenRefused,
    client_of,
    head_of,
    logged_out,
    person_of,
    said_issuer,
    signed_claims,
)
from tests.support.oidc_nodes import new_key

ISSUER, NONCE, ACCESS = "https://id.county.example", "the nonce of this login", "an access token"
SYSTEMS = Systems(audience="https://tianwei.example/api")
PROVIDER = Provider(code="county", title="县平台", issuer=ISSUER, client_id="tianwei", systems=SYSTEMS)
KEY, NOW = new_key("k1"), 1_780_000_000.0
HEAD = Head("RS256", "k1", "jwt")
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
Claims = dict[str, Any]


def _public(*keys: Any) -> list[ProviderKey]:
    return read_keys(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode())


def _proven(token: str, algorithms: list[str] | None = None, *keys: Any) -> Claims:
    """As ProviderClient does it."""
    head = head_of(token, algorithms or PROVIDER.algorithms)
    key = key_for(_public(*(keys or (KEY,))), head.kid, head.algorithm)
    if key is None:
        raise TokenRefused("key")
    return signed_claims(token, head, key)


def _id(**changes: Any) -> Claims:
    whole = {"iss": ISSUER, "aud": "tianwei", "sub": "wang", "iat": NOW, "exp": NOW + 300, "nonce": NONCE, **changes}
    return {name: value for name, value in whole.items() if value is not None}


def _access(**changes: Any) -> Claims:
    whole = {
        "iss": ISSUER,
        "aud": SYSTEMS.audience,
        "sub": "erp",
        "client_id": "erp",
        "iat": NOW,
        "exp": NOW + 300,
        "jti": "1",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def _logout(**changes: Any) -> Claims:
    whole = {
        "iss": ISSUER,
        "aud": "tianwei",
        "sub": "wang",
        "iat": NOW,
        "exp": NOW + 120,
        "jti": "1",
        "events": {LOGOUT: {}},
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


# ---- id tokens -------------------------------------------------------------------------------------------------------


def _half(access: str) -> str:
    digest = hashlib.sha256(access.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"aud": ["tianwei"]},
        {"azp": "tianwei"},
        {"sid": "s-1"},
        {"at_hash": _half(ACCESS)},
        {"exp": NOW - LEEWAY_S + 1},
        {"iat": NOW + LEEWAY_S},
        {"nbf": NOW},
    ],
    ids=count(),
)
def test_a_good_id_token_is_of_a_person(more: Claims) -> None:
    person = person_of(_id(**more), HEAD, PROVIDER, NONCE, ACCESS, NOW)
    assert person == Person("wang", more.get("sid"))


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"iss": "https://id.other.example"}, "issuer"),
        ({"iss": f"{ISSUER}/"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "somebody-else"}, "audience"),
        ({"aud": ["tianwei", "somebody-else"]}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": {"tianwei": 1}}, "audience"),
        ({"azp": "somebody-else"}, "azp"),
        ({"exp": NOW - LEEWAY_S}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": str(NOW + 300)}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": NOW + 365 * 24 * 3600}, "exp"),
        ({"exp": float("inf")}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"iat": NOW + LEEWAY_S + 1}, "iat"),
        ({"iat": NOW - 3600}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": NOW + 3600}, "nbf"),
        ({"nonce": None}, "nonce"),
        ({"nonce": "of another login"}, "nonce"),
        ({"nonce": [NONCE]}, "nonce"),
        ({"at_hash": "not of this access token"}, "at_hash"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"sub": "王\u202e"}, "sub"),
    ],
    ids=count(),
)
def test_a_wrong_claim_refuses_an_id_token(more: Claims, why: str) -> None:
    with pytest.raises(TokenRefused, match=why):
        person_of(_id(**more), HEAD, PROVIDER, NONCE, ACCESS, NOW)


def test_a_way_of_proving_that_was_asked_for_must_be_named() -> None:
    strict = PROVIDER.model_copy(update={"acr_values": ["two-factors"]})
    assert person_of(_id(acr="two-factors"), HEAD, strict, NONCE, ACCESS, NOW).subject == "wang"
    for acr in (None, "password", ["two-factors"]):
        with pytest.raises(TokenRefused, match="acr"):
            person_of(_id(acr=acr), HEAD, strict, NONCE, ACCESS, NOW)


# ---- signatures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", KEY),
        ("PS256", RSAKey.generate_key(2048, {"kid": "ps"})),
        ("ES256", ECKey.generate_key("P-256", {"kid": "es"})),
        ("Ed25519", OKPKey.generate_key("Ed25519", {"kid": "ed"})),
    ],
)
def test_every_algorithm_of_the_list_is_taken(algorithm: str, key: Any) -> None:
    token = jwt.encode({"alg": algorithm, "kid": key.kid}, _id(), key, algorithms=[algorithm])
    assert _proven(token, None, key)["sub"] == "wang"


def test_the_old_name_of_ed25519_is_taken_without_a_warning() -> None:
    key = OKPKey.generate_key("Ed25519", {"kid": "ed"})
    with pytest.warns(match="EdDSA"):
        token = jwt.encode({"alg": "EdDSA", "kid": "ed"}, _id(), key, algorithms=["EdDSA"])
    assert _proven(token, None, key)["sub"] == "wang"


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _for(algorithm: str) -> RSAKey:
    """The provider's key, made to sign by another algorithm than its own."""
    return RSAKey.import_key({**KEY.as_dict(private=True), "alg": algorithm})


def _unsigned(algorithm: str) -> str:
    return f"{_part({'alg': algorithm, 'kid': 'k1'})}.{_part(_id())}."


def _by_public_key(form: str) -> str:
    """HS256 keyed with what everybody can read: the oldest trick with algorithms. By hand: libraries refuse to."""
    public = KEY.as_pem(private=False) if form == "pem" else KEY.as_der(private=False)
    signing = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(_id())}"
    mac = hmac.digest(public, signing.encode(), "sha256")
    return f"{signing}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _with_own_key_inside() -> str:
    thief = new_key("k1")
    header = {"alg": "RS256", "kid": "k1", "jwk": thief.as_dict(private=False)}
    return jwt.encode(header, _id(), thief)


def _altered() -> str:
    head, _, signature = jwt.encode({"alg": "RS256", "kid": "k1"}, _id(), KEY).split(".")
    return f"{head}.{_part(_id(sub='somebody-else'))}.{signature}"


def _critical() -> str:
    header = {"alg": "RS256", "kid": "k1", "crit": ["exp"], "exp": 1}
    registry = JWSRegistry({"exp": jws.default_registry.header_registry["kid"]}, ["RS256"], strict_check_header=False)
    registry.header_registry["exp"].validate = lambda _: None
    return jws.serialize_compact(header, json.dumps(_id()), KEY, registry=registry)


@pytest.mark.parametrize(
    "make",
    [
        lambda: _unsigned("none"),
        lambda: _unsigned("None"),
        lambda: _unsigned("RS256"),
        lambda: _by_public_key("pem"),
        lambda: _by_public_key("der"),
        _with_own_key_inside,
        _altered,
        _critical,
        lambda: jwt.encode({"alg": "RS256", "kid": "unknown"}, _id(), KEY),
        lambda: jwt.encode({"alg": "RS256", "kid": "k1"}, _id(), new_key("k1")),
        lambda: jwt.encode({"alg": "RS512", "kid": "k1"}, _id(), _for("RS512"), algorithms=["RS512"]),
        lambda: jwt.encode({"alg": "RS256", "kid": "k1"}, _id(sub="x" * 20_000), KEY),
        lambda: "",
        lambda: "a.b",
        lambda: "a.b.c",
        lambda: "..",
        lambda: f"{_part([])}.{_part(_id())}.c2ln",
        lambda: f"{_part({'alg': ['RS256']})}.{_part(_id())}.c2ln",
        lambda: f"{_part({'alg': 'RS256', 'kid': {}})}.{_part(_id())}.c2ln",
        lambda: "…" * 3,
    ],
    ids=count(),
)
def test_what_no_key_of_the_provider_has_signed_proves_nothing(make: Any) -> None:
    with pytest.raises(TokenRefused):
        _proven(make())


def test_a_key_is_for_its_own_algorithm_alone() -> None:
    """KEY says RS256: a signature by PS256 with it is none of the provider's."""
    token = jwt.encode({"alg": "PS256", "kid": "k1"}, _id(), _for("PS256"), algorithms=["PS256"])
    with pytest.raises(TokenRefused, match="key"):
        _proven(token)


def test_whose_token_it_says_it_is() -> None:
    assert said_issuer(jwt.encode({"alg": "RS256", "kid": "k1"}, _id(), KEY)) == ISSUER
    for other in ("", "opaque", "a.b.c", f"x.{_part({'iss': 7})}.y", "x" * 100_000):
        assert said_issuer(other) is None


# ---- access tokens of systems ----------------------------------------------------------------------------------------

AT = Head("RS256", "k1", "at+jwt")


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"aud": ["https://other.example", SYSTEMS.audience]},
        {"azp": "erp"},
        {"client_id": None, "azp": "erp"},
    ],
    ids=count(),
)
def test_a_good_access_token_is_of_a_client(more: Claims) -> None:
    assert client_of(_access(**more), AT, PROVIDER, SYSTEMS, NOW) == "erp"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"iss": "https://id.other.example"}, "issuer"),
        ({"aud": "https://other.example"}, "audience"),
        ({"aud": "tianwei"}, "audience"),
        ({"exp": NOW - LEEWAY_S}, "exp"),
        ({"exp": NOW + 10 * 24 * 3600}, "exp"),
        ({"iat": NOW + 3600}, "iat"),
        ({"client_id": None}, "client"),
        ({"azp": "another"}, "client"),
        ({"client_id": ["erp"]}, "client"),
        # A person who signs in by the same client holds a token of hers, not of the system.
        ({"sub": "wang"}, "subject"),
        ({"sub": None}, "subject"),
        ({"nonce": "n"}, "type"),
        ({"cnf": {"jkt": "of a key"}}, "bound"),
    ],
    ids=count(),
)
def test_a_wrong_claim_refuses_an_access_token(more: Claims, why: str) -> None:
    with pytest.raises(TokenRefused, match=why):
        client_of(_access(**more), AT, PROVIDER, SYSTEMS, NOW)


@pytest.mark.parametrize("kind", [None, "jwt", "logout+jwt", "dpop+jwt"])
def test_a_token_of_another_type_is_no_access_token(kind: str | None) -> None:
    with pytest.raises(TokenRefused, match="type"):
        client_of(_access(), Head("RS256", "k1", kind), PROVIDER, SYSTEMS, NOW)


def test_an_id_token_is_no_access_token_where_both_are_of_type_jwt() -> None:
    older = Systems(audience=SYSTEMS.audience, token_types=["at+jwt", "JWT"])
    assert client_of(_access(), HEAD, PROVIDER, older, NOW) == "erp"
    with pytest.raises(TokenRefused):
        client_of(_id(client_id="tianwei"), HEAD, PROVIDER, older, NOW)


def test_a_service_account_may_be_the_subject_where_that_was_said() -> None:
    loose = Systems(audience=SYSTEMS.audience, subject="any")
    assert client_of(_access(sub="b6c1"), AT, PROVIDER, loose, NOW) == "erp"


def test_the_type_may_be_said_in_full() -> None:
    token = jwt.encode({"alg": "RS256", "kid": "k1", "typ": "application/AT+JWT"}, _access(), KEY)
    assert head_of(token, PROVIDER.algorithms) == AT


# ---- notices of logout -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, LoggedOut("wang", None, NOW)),
        ({"sid": "s-1"}, LoggedOut("wang", "s-1", NOW)),
        ({"sub": None, "sid": "s-1"}, LoggedOut(None, "s-1", NOW)),
    ],
    ids=count(),
)
def test_a_notice_of_logout_names_whom_it_ends(more: Claims, expected: LoggedOut) -> None:
    assert logged_out(_logout(**more), Head("RS256", "k1", "logout+jwt"), PROVIDER, NOW) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"iss": "https://id.other.example"},
        {"aud": "somebody-else"},
        {"exp": NOW - LEEWAY_S},
        {"iat": NOW - 3600},
        {"iat": NOW + 3600},
        {"jti": None},
        {"events": None},
        {"events": {}},
        {"events": {LOGOUT: None}},
        {"events": [LOGOUT]},
        {"nonce": NONCE},
        {"sub": None},
    ],
    ids=count(),
)
def test_what_is_no_notice_of_logout_ends_nobody(more: Claims) -> None:
    with pytest.raises(TokenRefused):
        logged_out(_logout(**more), Head("RS256", "k1", "logout+jwt"), PROVIDER, NOW)


def test_an_id_token_is_no_notice_of_logout_and_a_notice_no_id_token() -> None:
    with pytest.raises(TokenRefused):
        logged_out(_id(jti="1"), HEAD, PROVIDER, NOW)
    with pytest.raises(TokenRefused):
        person_of(_logout(), HEAD, PROVIDER, NONCE, ACCESS, NOW)
