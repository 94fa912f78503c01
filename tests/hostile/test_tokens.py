"""Tokens that were never ours: refused before anything is looked at, whatever they claim."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.auth.tokens import AUDIENCE, ISSUER, TYPE
from gateway.cli.stack.secrets import load_or_make
from shared.principal import PrincipalSigner
from tests.hostile.conftest import PREFIX
from tests.system.books import Books
from tests.system.running_house import RunningHouse

Claims = dict[str, Any]
Forge = Callable[[str, Claims], str]
NOW = int(time.time())


def key_of(signing_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(signing_key))


def ours(**changes: Any) -> Forge:
    """Signed by the house's own key; claims changed, or left out with None."""

    def forge(signing_key: str, claims: Claims) -> str:
        told = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return jwt.encode(told, key_of(signing_key), algorithm="EdDSA", headers={"typ": TYPE})

    return forge


def with_head(**head: Any) -> Forge:
    return lambda signing_key, claims: jwt.encode(
        claims, key_of(signing_key), algorithm="EdDSA", headers={"typ": TYPE, **head}
    )


def foreign(signing_key: str, claims: Claims) -> str:
    """By another key, which it brings along."""
    del signing_key
    other = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": _text(other.public_key().public_bytes_raw())}
    head = {"typ": TYPE, "jwk": jwk, "jku": "http://127.0.0.1:9/keys", "kid": "../../../../dev/null"}
    return jwt.encode(claims, other, algorithm="EdDSA", headers=head)


def unsigned(alg: str) -> Forge:
    return lambda _, claims: f"{_json({'alg': alg, 'typ': TYPE})}.{_json(claims)}."


def by_public_key(signing_key: str, claims: Claims) -> str:
    """HS256 with what everybody knows."""
    import hashlib
    import hmac

    public = key_of(signing_key).public_key().public_bytes_raw()
    signed = f"{_json({'alg': 'HS256', 'typ': TYPE})}.{_json(claims)}"
    return f"{signed}.{_text(hmac.digest(public, signed.encode(), hashlib.sha256))}"


def altered(signing_key: str, claims: Claims) -> str:
    """Another person's id under a good signature."""
    head, _, signature = ours()(signing_key, claims).split(".")
    return f"{head}.{_json({**claims, 'sub': str(uuid4())})}.{signature}"


def principal(signing_key: str, claims: Claims) -> str:
    """What services believe is not what the door believes."""
    del claims
    from shared.principal import STRANGER

    return PrincipalSigner(signing_key).sign(STRANGER)


def _json(value: Any) -> str:
    return _text(json.dumps(value).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


FORGED: dict[str, Forge] = {
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "alg nOnE": unsigned("nOnE"),
    "hmac by the public key": by_public_key,
    "a key of its own": foreign,
    "altered": altered,
    "a principal": principal,
    "expired": ours(exp=NOW - 1),
    "not yet": ours(nbf=NOW + 3600),
    "from the future": ours(iat=NOW + 3600),
    "another audience": ours(aud="tianwei-services"),
    "another issuer": ours(iss="https://evil.example"),
    "no expiry": ours(exp=None),
    "no audience": ours(aud=None),
    "no issuer": ours(iss=None),
    "no subject": ours(sub=None),
    "no id": ours(jti=None),
    "an account of nobody": ours(sub=str(uuid4())),
    "a session that ended": ours(sid=str(uuid4())),
    "a subject that is no id": ours(sub="' OR 1=1 --"),
    "another type": with_head(typ="JWT"),
    "critical head": with_head(crit=["exp"]),
    "empty": lambda *_: "-",
    "dots": lambda *_: "..",
    "no base64": lambda *_: "é.é.é".encode("latin-1").decode("latin-1"),
    "deep": lambda *_: f"{_text(b'[' * 5000)}.e30.e30",
}


@pytest.fixture(scope="module")
def claims(house: RunningHouse) -> Claims:
    """Of a token that would be good: the coordinator's own."""
    granted = house.coordinator.post("/auth/token", None, json=house.coordinator._grant)
    told: Claims = jwt.decode(granted["access_token"], options={"verify_signature": False})
    assert (told["iss"], told["aud"]) == (ISSUER, AUDIENCE)
    return told


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_is_not_ours_is_refused(name: str, house: RunningHouse, claims: Claims) -> None:
    token = FORGED[name](load_or_make(house.home).signing_key, claims)
    for method, path in (("GET", "/me"), ("POST", "/clues")):
        answer = httpx.request(
            method,
            f"{house.address}{PREFIX}{path}",
            headers=[(b"Authorization", f"Bearer {token}".encode("latin-1"))],
            json={} if method == "POST" else None,
            trust_env=False,
        )
        assert answer.status_code == 401, answer.text
        assert answer.json()["code"] in ("auth.token-invalid", "auth.token-missing")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_same_claims_signed_by_us_are_good(house: RunningHouse, claims: Claims) -> None:
    """So that what was refused above was refused for its one fault."""
    token = ours()(load_or_make(house.home).signing_key, claims)
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{house.address}{PREFIX}/me", headers=headers, trust_env=False).status_code == 200


@pytest.mark.parametrize("place", ["query", "cookie", "basic", "two"])
def test_a_token_counts_in_its_own_place_alone(place: str, house: RunningHouse, claims: Claims) -> None:
    token = ours()(load_or_make(house.home).signing_key, claims)
    ways: dict[str, dict[str, Any]] = {
        "query": {"params": {"access_token": token, "token": token}},
        "cookie": {"headers": {"Cookie": f"token={token}; access_token={token}"}},
        "basic": {"headers": {"Authorization": f"Basic {token}"}},
        "two": {"headers": [("Authorization", "Bearer x"), ("Authorization", f"Bearer {token}")]},
    }
    answer = httpx.get(f"{house.address}{PREFIX}/me", trust_env=False, **ways[place])
    assert answer.status_code == 401


def test_a_refresh_token_spent_twice_ends_the_session(house: RunningHouse, books: Books) -> None:
    del books

    def ask(**grant: str) -> httpx.Response:
        return httpx.post(f"{house.address}{PREFIX}/auth/token", json=grant, trust_env=False)

    login = house.logins["party-committee"]
    first = ask(grant_type="password", username="party-committee", password=str(login["password"])).json()
    second = ask(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert ask(grant_type="refresh_token", refresh_token=first["refresh_token"]).status_code == 401
    assert ask(grant_type="refresh_token", refresh_token=second["refresh_token"]).status_code == 401


def test_a_login_that_is_not_there_answers_as_one_with_a_wrong_password(house: RunningHouse) -> None:
    def ask(login: str) -> dict[str, Any]:
        grant = {"grant_type": "password", "username": login, "password": "Wrong-1234567890"}
        answer = httpx.post(f"{house.address}{PREFIX}/auth/token", json=grant, trust_env=False)
        return {**answer.json(), "correlation_id": None}

    assert ask("organisation-department") == ask(f"nobody-{uuid4().hex}")
