"""Keys and signatures: Ed25519 with SHA-256, or SM2 with SM3 where the 密评 asks for it.

A key is text: `ed25519:` and 32 bytes, `sm2:` and 32 (private) or 64 bytes (public), in base64. gmssl is pure Python
and slow, its SM2 alone is used; digests come from OpenSSL. Two traps of gmssl 3.2.2 are stepped around here: it draws
the nonce of a signature from a predictable generator, and strips leading zeros and fours from a public key.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from gmssl.sm2 import CryptSM2, default_ecc_table

ED25519, SM2 = "ed25519", "sm2"
DIGESTS = {ED25519: "sha256", SM2: "sm3"}
_ORDER = int(default_ecc_table["n"], 16)
_SM2_PRIVATE, _SM2_PUBLIC = 32, 64


class KeyUnusable(ValueError):
    """Not a key of a kind that is known."""


@dataclass(frozen=True)
class Signature:
    """alg: of the key. key_id: of the public key, to find it by. value: base64."""

    alg: str
    key_id: str
    value: str


def new_key(kind: str) -> str:
    """A fresh private key."""
    if kind == ED25519:
        return _text(ED25519, Ed25519PrivateKey.generate().private_bytes_raw())
    return _text(SM2, (secrets.randbelow(_ORDER - 2) + 1).to_bytes(_SM2_PRIVATE, "big"))


def public_key(private: str) -> str:
    """Raises KeyUnusable."""
    kind, raw = _parts(private)
    if kind == ED25519:
        return _text(ED25519, Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw())
    if len(raw) != _SM2_PRIVATE:
        raise KeyUnusable("an SM2 private key has 32 bytes")
    return _text(SM2, bytes.fromhex(_curve(raw.hex(), "")._kg(int.from_bytes(raw, "big"), default_ecc_table["g"])))


def is_public_key(key: str) -> bool:
    try:
        kind, raw = _parts(key)
    except KeyUnusable:
        return False
    return len(raw) == (32 if kind == ED25519 else _SM2_PUBLIC)


def kind_of(key: str) -> str:
    return key.partition(":")[0]


def key_id(public: str) -> str:
    """16 hexadecimal digits."""
    return digest("sha256", public.encode())[:16]


def sign(private: str, content: bytes) -> Signature:
    kind, raw = _parts(private)
    public = public_key(private)
    if kind == ED25519:
        value = Ed25519PrivateKey.from_private_bytes(raw).sign(content)
    else:
        value = _sign_sm2(raw.hex(), _parts(public)[1].hex(), content)
    return Signature(kind, key_id(public), base64.b64encode(value).decode())


def verifies(public: str, signature: Signature, content: bytes) -> bool:
    """Whether the holder of the private key has signed this content. Never raises for what is signed or how."""
    kind, raw = _parts(public)
    if signature.alg != kind:
        return False
    try:
        value = base64.b64decode(signature.value, validate=True)
        if kind == ED25519:
            Ed25519PublicKey.from_public_bytes(raw).verify(value, content)
            return True
        # The standard asks for the range of both halves before anything else; gmssl does not look.
        halves = (int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
        in_range = len(value) == _SM2_PUBLIC and all(0 < half < _ORDER for half in halves)
        return in_range and bool(_curve("", raw.hex()).verify_with_sm3(value.hex(), content))
    except (InvalidSignature, binascii.Error, ValueError):
        return False


def digest(name: str, content: bytes) -> str:
    """Hexadecimal. name: sha256 or sm3."""
    hashing = hashes.Hash(hashes.SM3() if name == "sm3" else hashes.SHA256())
    hashing.update(content)
    return hashing.finalize().hex()


def _sign_sm2(private: str, public: str, content: bytes) -> bytes:
    while True:
        nonce = f"{secrets.randbelow(_ORDER - 1) + 1:064x}"
        value = _curve(private, public).sign_with_sm3(content, nonce)
        if value is not None:  # None about once in 2^256: the standard says to draw again
            return bytes.fromhex(value)


def _curve(private: str, public: str) -> CryptSM2:
    curve = CryptSM2(private_key=private, public_key="")
    curve.public_key = public
    return curve


def _text(kind: str, raw: bytes) -> str:
    return f"{kind}:{base64.b64encode(raw).decode()}"


def _parts(key: str) -> tuple[str, bytes]:
    kind, _, text = key.partition(":")
    if kind not in DIGESTS:
        raise KeyUnusable(f"unknown kind of key: {kind[:20]}")
    try:
        return kind, base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyUnusable("not base64") from error
