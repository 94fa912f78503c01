"""Secrets at rest: sealed with AES-256-GCM under a key from the settings, bound to what they belong to."""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12
_PREFIX = "v1."


class SecretUnreadable(Exception):
    """Sealed under another key, for another purpose, or altered."""


class SecretBox:
    """key_base64: 32 random bytes (TIANWEI_SECRETS_KEY). Raises ValueError for anything else."""

    def __init__(self, key_base64: str) -> None:
        key = base64.b64decode(key_base64, validate=True)
        if len(key) != _KEY_BYTES:
            raise ValueError(f"the secrets key must be {_KEY_BYTES} bytes in base64")
        self._cipher = AESGCM(key)

    def seal(self, secret: str, purpose: str) -> str:
        """purpose: what the secret belongs to, like an endpoint's id; needed again to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.encode(), purpose.encode())
        return _PREFIX + base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, purpose: str) -> str:
        """The secret; raises SecretUnreadable."""
        try:
            raw = base64.b64decode(sealed.removeprefix(_PREFIX), validate=True)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise SecretUnreadable(purpose) from error
