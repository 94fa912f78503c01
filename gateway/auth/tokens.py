"""Access tokens: EdDSA JWTs for our own API, never accepted as principals nor the other way round."""

import base64
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.auth.errors import TokenInvalid

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
    def __init__(self, private_key_base64: str) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key_base64))
        self._public = self._private.public_key()

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
        return jwt.encode(claims, self._private, algorithm="EdDSA", headers={"typ": TYPE})

    def read(self, token: str) -> AccessClaims:
        """The claims; raises TokenInvalid for anything but an unexpired token of ours."""
        try:
            if jwt.get_unverified_header(token).get("typ") != TYPE:
                raise TokenInvalid
            claims = jwt.decode(
                token,
                self._public,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "aud", "iss", "sub", "jti"]},
            )
            session = claims.get("sid")
            return AccessClaims(UUID(claims["sub"]), UUID(session) if session else None, int(claims["exp"]))
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise TokenInvalid from error
