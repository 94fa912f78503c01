"""Who acts: the signed principal of every RPC. The gateway signs, services verify; the bus is not trusted."""

import base64
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import jwt

from shared.contracts.codes import Role
from shared.errors import NotAllowed, Unauthenticated
from shared.signing_keys import SigningKeys, VerifyingKeys

ISSUER = "tianwei-gateway"
AUDIENCE = "tianwei-services"
TYPE = "principal+jwt"
LIFETIME_S = 60
# Clocks of two machines of one house may differ by this much.
LEEWAY_S = 5


@dataclass(frozen=True)
class Actor:
    """The person or system that acts.

    jurisdiction: prefix of the division codes it may see: 6 digits a county, 9 a township.
    org_code: agency code, recipient code or division code, by its role.
    """

    account_id: str
    name: str
    roles: frozenset[Role]
    org_code: str
    jurisdiction: str

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    def require(self, allowed: frozenset[Role]) -> None:
        """Raise NotAllowed unless one of the actor's roles is allowed."""
        if self.roles.isdisjoint(allowed):
            raise NotAllowed("role-not-allowed", allowed=sorted(allowed))


# Who has not signed in; may ask what is public and nothing else.
STRANGER = Actor("stranger", "公众", frozenset(), "", "")


class PrincipalSigner:
    """private_keys: as TIANWEI_SIGNING_KEY has them (shared/signing_keys.py)."""

    def __init__(self, private_keys: str | SigningKeys) -> None:
        self._keys = SigningKeys(private_keys) if isinstance(private_keys, str) else private_keys

    @property
    def public_key_base64(self) -> str:
        return base64.b64encode(self._keys.current()[1].public_key().public_bytes_raw()).decode()

    def sign(self, actor: Actor) -> str:
        """A principal for one call, good for LIFETIME_S."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": actor.account_id,
            "iat": now,
            "exp": now + LIFETIME_S,
            "jti": uuid4().hex,
            "name": actor.name,
            "roles": sorted(actor.roles),
            "org": actor.org_code,
            "jur": actor.jurisdiction,
        }
        key_id, key = self._keys.current()
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"typ": TYPE, "kid": key_id})


class PrincipalVerifier:
    """Verifies principals; remembers those already verified until they expire, since one serves many calls.

    public_keys: as TIANWEI_PRINCIPAL_PUBLIC_KEY has them (shared/signing_keys.py).
    """

    _MOST_REMEMBERED = 1000

    def __init__(self, public_keys: str | VerifyingKeys) -> None:
        self._keys = VerifyingKeys(public_keys) if isinstance(public_keys, str) else public_keys
        self._known: dict[str, tuple[float, Actor]] = {}

    def verify(self, token: str) -> Actor:
        """The actor; raises Unauthenticated for anything but an unexpired principal of our gateway."""
        remembered = self._known.get(token)
        if remembered and remembered[0] > time.time():
            return remembered[1]
        try:
            head = jwt.get_unverified_header(token)
            key = self._keys.public(head.get("kid"))
            if head.get("typ") != TYPE or key is None:
                raise Unauthenticated("principal-invalid")
            claims = jwt.decode(
                token,
                key,
                algorithms=["EdDSA"],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "aud", "iss", "sub", "jti"]},
            )
            actor = Actor(
                account_id=str(claims["sub"]),
                name=str(claims["name"]),
                roles=frozenset(Role(role) for role in claims["roles"]),
                org_code=str(claims["org"]),
                jurisdiction=str(claims["jur"]),
            )
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise Unauthenticated("principal-invalid") from error
        if len(self._known) >= self._MOST_REMEMBERED:
            self._known.clear()
        self._known[token] = (float(claims["exp"]), actor)
        return actor
