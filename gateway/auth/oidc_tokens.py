"""Tokens that a provider has signed: who they are of, or why they prove nothing. Pure: keys and time come in.

OpenID Connect Core 3.1.3.7 (id tokens), RFC 9068 (access tokens), OpenID Connect Back-Channel Logout 2.6.
"""

import base64
import binascii
import hashlib
import hmac
import math
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning

from gateway.auth.oidc_keys import ProviderKey
from gateway.auth.oidc_providers import Provider, Systems

MOST_BYTES = 16 * 1024
# Clocks of two houses may differ by this much.
LEEWAY_S = 30
_MOST_AGE_S = 600
_MOST_LIFETIME_S = 24 * 3600
_LOGOUT_FRESH_S = 300
_MOST_NAME = 255
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# RFC 7515: the media type may be said in full.
_APPLICATION = "application/"
_HASH_OF = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class TokenRefused(Exception):
    """What is wrong, in a word for the log."""


@dataclass(frozen=True)
class Head:
    """What a token says of itself before anything is proven. type: lower-case, without `application/`."""

    algorithm: str
    kid: str | None
    type: str | None


@dataclass(frozen=True)
class Person:
    """Whom an id token is of. sid: the provider's session, if it tells."""

    subject: str
    sid: str | None


@dataclass(frozen=True)
class LoggedOut:
    """Whose sessions end: those of sid, else all of the subject, begun before this second."""

    subject: str | None
    sid: str | None
    issued_at: float


def head_of(token: str, algorithms: Collection[str]) -> Head:
    """Raises TokenRefused for what is no signed JWT, or is signed by an algorithm that is not on the list."""
    if not token.isascii() or len(token) > MOST_BYTES:
        raise TokenRefused("size")
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise TokenRefused("form")
    head = _object(parts[0])
    algorithm, kid, kind = head.get("alg"), head.get("kid"), head.get("typ")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise TokenRefused("algorithm")
    if "crit" in head or "b64" in head or not isinstance(kid, str | None) or not isinstance(kind, str | None):
        raise TokenRefused("header")
    return Head(algorithm, kid, None if kind is None else kind.lower().removeprefix(_APPLICATION))


def said_issuer(token: str) -> str | None:
    """Whose token it says it is; nothing is proven by it. None for what is no JWT."""
    parts = token.split(".")
    try:
        issuer = _object(parts[1]).get("iss") if len(parts) == 3 and len(token) <= MOST_BYTES else None
    except TokenRefused:
        return None
    return issuer if isinstance(issuer, str) else None


def signed_claims(token: str, head: Head, key: ProviderKey) -> dict[str, Any]:
    """What the holder of the key has signed. Raises TokenRefused."""
    registry = jws.JWSRegistry(algorithms=[head.algorithm], strict_check_header=False)
    try:
        with warnings.catch_warnings():
            # The name EdDSA is old (RFC 9864), not weak; key_for has let Ed25519 alone pass.
            warnings.simplefilter("ignore", SecurityWarning)
            signed = jws.deserialize_compact(token, key.key, registry=registry)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused("signature") from error
    return _parsed(signed.payload or b"")


def person_of(claims: Mapping[str, Any], head: Head, provider: Provider, nonce: str, access: str, now: float) -> Person:
    """Whom an id token of this login is of. access: the access token that came with it. Raises TokenRefused."""
    _of_issuer(claims, provider)
    if _audiences(claims) != [provider.client_id]:
        raise TokenRefused("audience")
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise TokenRefused("azp")
    _in_time(claims, now)
    if claims["iat"] < now - _MOST_AGE_S:
        raise TokenRefused("iat")
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise TokenRefused("nonce")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access, head.algorithm):
        raise TokenRefused("at_hash")
    if provider.acr_values and claims.get("acr") not in provider.acr_values:
        raise TokenRefused("acr")
    sid = claims.get("sid")
    return Person(_name(claims, "sub"), sid if isinstance(sid, str) and len(sid) <= _MOST_NAME else None)


def client_of(claims: Mapping[str, Any], head: Head, provider: Provider, systems: Systems, now: float) -> str:
    """The client whose access token this is. Raises TokenRefused."""
    if head.type not in {kind.lower() for kind in systems.token_types}:
        raise TokenRefused("type")
    _of_issuer(claims, provider)
    if systems.audience not in _audiences(claims):
        raise TokenRefused("audience")
    _in_time(claims, now)
    if "nonce" in claims or "at_hash" in claims or "events" in claims:
        raise TokenRefused("type")  # an id token or a notice of logout, where the type says no more than JWT
    if "cnf" in claims:
        raise TokenRefused("bound")  # to a key that a bearer does not show: whoever has it may have stolen it
    client, party = claims.get("client_id"), claims.get("azp")
    if client is not None and party is not None and client != party:
        raise TokenRefused("client")
    named = _name({"client": party if client is None else client}, "client")
    if systems.subject == "client" and claims.get("sub") != named:
        raise TokenRefused("subject")
    return named


def logged_out(claims: Mapping[str, Any], head: Head, provider: Provider, now: float) -> LoggedOut:
    """Whom a notice of logout names. Raises TokenRefused."""
    if head.type not in (None, "jwt", "logout+jwt"):
        raise TokenRefused("type")
    _of_issuer(claims, provider)
    if provider.client_id not in _audiences(claims):
        raise TokenRefused("audience")
    _in_time(claims, now)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT_EVENT), dict) or "nonce" in claims:
        raise TokenRefused("type")
    _name(claims, "jti")
    if claims["iat"] < now - _LOGOUT_FRESH_S:
        raise TokenRefused("iat")
    subject, sid = (_name(claims, name) if name in claims else None for name in ("sub", "sid"))
    if subject is None and sid is None:
        raise TokenRefused("subject")
    return LoggedOut(subject, sid, float(claims["iat"]))


def _of_issuer(claims: Mapping[str, Any], provider: Provider) -> None:
    if claims.get("iss") != provider.issuer:
        raise TokenRefused("issuer")


def _audiences(claims: Mapping[str, Any]) -> list[str]:
    given = claims.get("aud")
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise TokenRefused("audience")
    return found


def _in_time(claims: Mapping[str, Any], now: float) -> None:
    """exp and iat are there, neither past nor of the future; nothing lasts for ever."""
    expires, issued = (_instant(claims, name) for name in ("exp", "iat"))
    if expires <= now - LEEWAY_S or expires > now + _MOST_LIFETIME_S:
        raise TokenRefused("exp")
    if issued > now + LEEWAY_S:
        raise TokenRefused("iat")
    if "nbf" in claims and _instant(claims, "nbf") > now + LEEWAY_S:
        raise TokenRefused("nbf")


def _instant(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenRefused(name)
    return value


def _name(claims: Mapping[str, Any], name: str) -> str:
    """Of somebody or something: printable ASCII, at most 255 (OpenID Connect Core 2)."""
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MOST_NAME or not value.isascii() or not value.isprintable():
        raise TokenRefused(name)
    return value


def _half_hash(access: str, algorithm: str) -> str:
    """at_hash; of Ed25519 the hash is SHA-512."""
    digest = _HASH_OF.get(algorithm[-3:], hashlib.sha512)(access.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _object(part: str) -> dict[str, Any]:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenRefused("form") from error
    return _parsed(raw)


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise TokenRefused("form") from error
    if not isinstance(value, dict):
        raise TokenRefused("form")
    return value
