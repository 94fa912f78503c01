"""Access tokens: EdDSA JWTs for our own API, never accepted as principals nor the other way round."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import jwt

from gateway.auth.errors import TokenInvalid
from shared.signing_keys import SigningKeys

ISSUER = "tianwei-gateway"
AUDIENCE = "tianwei-api"
TYPE = "at+jwt"
LIFETIME_S = 15 * 60


@dataclass(frozen=True)
class AccessClaims:
    """session_id: None in tokens that no login gave. expires_at: unix seconds."""

    account_id: UUID
    session_id: UUID | None
    expires_at: int


class AccessTokens:
    """private_keys: as TIANWEI_SIGNING_KEY has them (shared/signing_keys.py)."""

    def __init__(self, private_keys: str | SigningKeys) -> None:
        self._keys = SigningKeys(private_keys) if isinstance(private_keys, str) else private_keys

    def issue(self, account_id: UUID, session_id: UUID | None) -> str:
        """A token good for LIFETIME_S. It names the account; what the account may do is looked up."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(account_id),
            "iat": now,
            "exp": now + LIFETIME_S,
            "jti": uuid4().hex,
        }
        if session_id is not None:
            claims["sid"] = str(session_id)
        key_id, key = self._keys.current()
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": TYPE, "kid": key_id})

    def read(self, token: str) -> AccessClaims:
        """The claims; raises TokenInvalid for anything but an unexpired token of ours."""
        try:
            head = jwt.get_unverified_header(token)
            key = self._keys.public(head.get("kid"))
            if head.get("typ") != TYPE or key is None:
                raise TokenInvalid
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "aud", "iss", "sub", "jti"]},
            )
            session = claims.get("sid")
            return AccessClaims(UUID(claims["sub"]), UUID(session) if session else None, int(claims["exp"]))
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise TokenInvalid from error
