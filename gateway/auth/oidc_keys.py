"""Public keys of a provider (RFC 7517). Pure: bytes in, keys out."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

MOST_KEYS = 100
_MOST_KID = 300
# Smaller is weak, larger takes long to check, which a forger would ask for.
_RSA_BITS = range(2048, 8193)
_MOST_EXPONENT = 6
PublicKey = RSAKey | ECKey | OKPKey
_KINDS: dict[str, tuple[type[PublicKey], tuple[str, ...]]] = {
    "RSA": (RSAKey, ("n", "e")),
    "EC": (ECKey, ("crv", "x", "y")),
    "OKP": (OKPKey, ("crv", "x")),
}
# Of a token's algorithm: kind of key, and its curve where the algorithm names one.
_SIGNS: dict[str, tuple[str, str | None]] = {
    **{f"{family}{size}": ("RSA", None) for family in ("RS", "PS") for size in (256, 384, 512)},
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
}


class KeysUnreadable(Exception):
    """No set of keys."""


@dataclass(frozen=True)
class ProviderKey:
    """One key that may have signed. kid: None where the provider names none. alg: the only one it is for, if said."""

    kid: str | None
    alg: str | None
    kind: str
    curve: str | None
    key: PublicKey

    def may_sign(self, algorithm: str) -> bool:
        kind, curve = _SIGNS.get(algorithm, ("", None))
        return kind == self.kind and self.alg in (None, algorithm) and curve in (None, self.curve)


def read_keys(body: bytes) -> list[ProviderKey]:
    """Every key of the set that can verify signatures and is strong enough; others are left out, as RFC 7517 has it.

    A symmetric key is never one: who publishes it lets everybody sign. Raises KeysUnreadable.
    """
    try:
        rows = orjson.loads(body)["keys"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise KeysUnreadable("not a JWK set") from error
    if not isinstance(rows, list) or len(rows) > MOST_KEYS:
        raise KeysUnreadable("not a list of keys, or too many")
    return [key for row in rows if isinstance(row, dict) and (key := _key(row)) is not None]


def key_for(keys: Sequence[ProviderKey], kid: str | None, algorithm: str) -> ProviderKey | None:
    """The one key that a token's header means; without a kid only where there is no choice."""
    fitting = [key for key in keys if key.may_sign(algorithm) and (kid is None or key.kid == kid)]
    return fitting[0] if len(fitting) == 1 or (fitting and kid is not None) else None


def _key(row: Mapping[str, Any]) -> ProviderKey | None:
    kind, kid, alg = row.get("kty"), row.get("kid"), row.get("alg")
    if kind not in _KINDS or row.get("use", "sig") != "sig" or "verify" not in row.get("key_ops", ["verify"]):
        return None
    if not (kid is None or (isinstance(kid, str) and len(kid) <= _MOST_KID)) or not (alg is None or alg in _SIGNS):
        return None
    made, members = _KINDS[kind]
    bare = {name: row.get(name) for name in members}  # nothing private, should it have been published
    if not all(isinstance(value, str) for value in bare.values()) or (kind == "RSA" and not _strong(row)):
        return None
    try:
        key = made.import_key({"kty": kind, **bare})  # type: ignore[dict-item]
        key.public_key  # noqa: B018 - a point off its curve is found here
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    curve = row.get("crv")
    return ProviderKey(kid, alg, kind, curve if isinstance(curve, str) else None, key)


def _strong(row: Mapping[str, Any]) -> bool:
    try:
        modulus = base64.b64decode(_padded(row["n"]), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return int.from_bytes(modulus).bit_length() in _RSA_BITS and len(row["e"]) <= _MOST_EXPONENT


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
