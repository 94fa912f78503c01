"""Access tokens: ours, unexpired, of their own type, or nothing."""

import base64
import time
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.auth.errors import TokenInvalid
from gateway.auth.tokens import AUDIENCE, ISSUER, TYPE, AccessTokens
from shared.contracts.codes import Role
from shared.errors import Unauthenticated
from shared.principal import Actor, PrincipalSigner, PrincipalVerifier
from tests.support.signing_keys import fresh_signing_key

PRIVATE, PUBLIC = fresh_signing_key()
TOKENS = AccessTokens(PRIVATE)
ACCOUNT, SESSION = uuid4(), uuid4()


def _signed(*, key: str = PRIVATE, kind: str = TYPE, **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(ACCOUNT),
        "iat": now,
        "exp": now + 60,
        "jti": uuid4().hex,
        **changes,
    }
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key))
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, private, algorithm="EdDSA", headers={"typ": kind})


def test_a_token_names_its_account_and_session() -> None:
    claims = TOKENS.read(TOKENS.issue(ACCOUNT, SESSION))
    assert (claims.account_id, claims.session_id) == (ACCOUNT, SESSION)


def test_a_system_has_no_session() -> None:
    assert TOKENS.read(TOKENS.issue(ACCOUNT, None)).session_id is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        _signed(exp=1),
        _signed(aud="tianwei-services"),
        _signed(iss="somebody"),
        _signed(kind="principal+jwt"),
        _signed(sub="no uuid"),
        *(_signed(**dict[str, Any]({name: None})) for name in ("exp", "iat", "aud", "iss", "sub", "jti")),
        _signed(key=fresh_signing_key()[0]),
        jwt.encode({"sub": str(ACCOUNT)}, "", algorithm="none"),
        jwt.encode({"sub": str(ACCOUNT)}, "x" * 64, algorithm="HS256", headers={"typ": TYPE}),
    ],
    ids=count(),  # not the tokens: workers must agree on names
)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(TokenInvalid):
        TOKENS.read(token)


def test_an_access_token_is_no_principal_and_a_principal_no_access_token() -> None:
    actor = Actor(str(UUID(int=1)), "甲", frozenset({Role.COORDINATOR}), "640521", "640521")
    with pytest.raises(Unauthenticated):
        PrincipalVerifier(PUBLIC).verify(TOKENS.issue(ACCOUNT, SESSION))
    with pytest.raises(TokenInvalid):
        TOKENS.read(PrincipalSigner(PRIVATE).sign(actor))
