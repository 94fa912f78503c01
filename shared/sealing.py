"""Secrets at rest: sealed with an authenticated cipher under keys from the settings, bound to what they belong to.

A sealed text names the key it was sealed under, so that keys can follow each other: what is new is sealed under the
first of the ring, what is old opens while its key is still there. `v1` texts, of before there were rings, name none.
AES-256-GCM, or SM4-GCM where the 密评 asks for it; the kind is the key's.
"""

import base64
import binascii
import hashlib
import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_TAG_BYTES = 16
_OLD, _PREFIX = "v1.", "v2."
AES, SM4 = "aes", "sm4"
KEY_BYTES = {AES: 32, SM4: 16}


class SecretUnreadable(Exception):
    """Sealed under a key that is not there, for another purpose, or altered."""


class _Key(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class _Sm4:
    """SM4-GCM, tag behind the text, as AESGCM has it."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        sealing = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data)
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        if len(data) < _TAG_BYTES:
            raise InvalidTag
        opening = Cipher(self._algorithm, modes.GCM(nonce, data[-_TAG_BYTES:])).decryptor()
        opening.authenticate_additional_data(associated_data)
        return opening.update(data[:-_TAG_BYTES]) + opening.finalize()


def new_sealing_key(kind: str = AES) -> str:
    """A fresh key, as one entry of a ring."""
    text = base64.b64encode(os.urandom(KEY_BYTES[kind])).decode()
    return text if kind == AES else f"{kind}:{text}"


class SecretBox:
    """ring: TIANWEI_SECRETS_KEY, a comma list of keys, the newest first.

    A key is base64 of 32 random bytes, or `sm4:` and base64 of 16. Raises ValueError for anything else.
    """

    def __init__(self, ring: str) -> None:
        keys = [_key(text.strip()) for text in ring.split(",")]
        self._keys = dict(keys)
        self._newest = keys[0][0]

    def seal(self, secret: str, purpose: str) -> str:
        """purpose: what the secret belongs to, like an endpoint's id; needed again to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys[self._newest].encrypt(nonce, secret.encode(), purpose.encode())
        return f"{_PREFIX}{self._newest}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, purpose: str) -> str:
        """The secret; raises SecretUnreadable."""
        try:
            keys, text = self._of(sealed)
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise SecretUnreadable(purpose) from error
        for key in keys:
            try:
                return key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        raise SecretUnreadable(purpose)

    def is_newest(self, sealed: str) -> bool:
        """Whether it was sealed under the key that seals now."""
        return sealed.startswith(f"{_PREFIX}{self._newest}.")

    def _of(self, sealed: str) -> tuple[list[_Key], str]:
        """The keys it may be sealed under, and the rest of it."""
        if not sealed.startswith(_PREFIX):
            return list(self._keys.values()), sealed.removeprefix(_OLD)
        key_id, _, text = sealed.removeprefix(_PREFIX).partition(".")
        key = self._keys.get(key_id)
        return ([] if key is None else [key]), text


def _key(text: str) -> tuple[str, _Key]:
    """Its id and the cipher under it."""
    kind, colon, rest = text.partition(":")
    kind, encoded = (kind, rest) if colon else (AES, text)
    if kind not in KEY_BYTES:
        raise ValueError(f"a sealing key of an unknown kind: {kind[:20]}")
    raw = base64.b64decode(encoded, validate=True)
    if len(raw) != KEY_BYTES[kind]:
        raise ValueError(f"the secrets key must be {KEY_BYTES[kind]} bytes in base64")
    # Sixteen hexadecimal digits of a digest tell nothing of 128 random bits.
    key_id = hashlib.sha256(f"tianwei sealing key {kind} ".encode() + raw).hexdigest()[:16]
    return key_id, (AESGCM(raw) if kind == AES else _Sm4(raw))
