"""Signatures checked without a library: Ed25519 (RFC 8032) and SM2 with SM3 (GB/T 32918). Slow, and nothing secret."""

from __future__ import annotations

import base64
import binascii
import hashlib

from shared.bundles.verifier.digests import Sm3

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_BASE_Y = 4 * pow(5, _P - 2, _P) % _P

# sm2p256v1
_SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_SM2_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_SM2_A = _SM2_P - 3
_SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_SM2_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
_SM2_ID = b"1234567812345678"


def key_id(public_key: str) -> str:
    return hashlib.sha256(public_key.encode()).hexdigest()[:16]


def verifies(public_key: str, alg: str, value: str, content: bytes) -> bool:
    """Whether the holder of the private key has signed this. public_key: ed25519: or sm2: and base64. value: base64."""
    kind, _, text = public_key.partition(":")
    try:
        key, signature = base64.b64decode(text, validate=True), base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    if kind != alg or len(signature) != 64:
        return False
    if kind == "ed25519":
        return len(key) == 32 and _ed25519(key, signature, content)
    return kind == "sm2" and len(key) == 64 and _sm2(key, signature, content)


def _ed25519(key: bytes, signature: bytes, content: bytes) -> bool:
    public, base = _decoded(key), _decoded(_BASE_Y.to_bytes(32, "little"))
    scalar = int.from_bytes(signature[32:], "little")
    if public is None or base is None or scalar >= _L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + content).digest(), "little") % _L
    negative = (-public[0] % _P, public[1])
    return _encoded(_add(_times(scalar, base), _times(challenge, negative))) == signature[:32]


def _decoded(raw: bytes) -> tuple[int, int] | None:
    y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * _ROOT % _P
    if x * x % _P != square or (x == 0 and raw[31] >> 7):
        return None
    return (_P - x if (x & 1) != raw[31] >> 7 else x), y


def _encoded(point: tuple[int, int]) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def _add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    (x1, y1), (x2, y2) = one, other
    crossed = _D * x1 * x2 % _P * y1 * y2 % _P
    x3 = (x1 * y2 + x2 * y1) * pow(1 + crossed, _P - 2, _P) % _P
    y3 = (y1 * y2 + x1 * x2) * pow(1 - crossed, _P - 2, _P) % _P
    return x3, y3


def _times(scalar: int, point: tuple[int, int]) -> tuple[int, int]:
    total = (0, 1)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _sm2(key: bytes, signature: bytes, content: bytes) -> bool:
    public = (int.from_bytes(key[:32], "big"), int.from_bytes(key[32:], "big"))
    x, y = public
    if max(public) >= _SM2_P or (y * y - (x * x * x + _SM2_A * x + _SM2_B)) % _SM2_P:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    both = (r + s) % _SM2_N
    if not (0 < r < _SM2_N and 0 < s < _SM2_N) or both == 0:
        return False
    found = _sm2_add(_sm2_times(s, _SM2_G), _sm2_times(both, public))
    digest = int(_sm3(bytes.fromhex(_sm3(_identity(key))) + content), 16)
    return found is not None and (digest + found[0]) % _SM2_N == r


def _identity(key: bytes) -> bytes:
    parts = b"".join(number.to_bytes(32, "big") for number in (_SM2_A, _SM2_B, *_SM2_G))
    return (len(_SM2_ID) * 8).to_bytes(2, "big") + _SM2_ID + parts + key


def _sm3(content: bytes) -> str:
    sm3 = Sm3()
    sm3.update(content)
    return sm3.hexdigest()


def _sm2_add(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int] | None:
    """None is the point at infinity."""
    if one is None or other is None:
        return other if one is None else one
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % _SM2_P == 0:
            return None
        slope = (3 * x1 * x1 + _SM2_A) * pow(2 * y1, _SM2_P - 2, _SM2_P) % _SM2_P
    else:
        slope = (y2 - y1) * pow(x2 - x1, _SM2_P - 2, _SM2_P) % _SM2_P
    x3 = (slope * slope - x1 - x2) % _SM2_P
    return x3, (slope * (x1 - x3) - y1) % _SM2_P


def _sm2_times(scalar: int, point: tuple[int, int] | None) -> tuple[int, int] | None:
    total = None
    while scalar:
        if scalar & 1:
            total = _sm2_add(total, point)
        point, scalar = _sm2_add(point, point), scalar >> 1
    return total
