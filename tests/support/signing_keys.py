"""A fresh key pair as TIANWEI_SIGNING_KEY and TIANWEI_PRINCIPAL_PUBLIC_KEY carry it."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def fresh_signing_key() -> tuple[str, str]:
    """(private, public), both base64 of the raw key."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return base64.b64encode(key.private_bytes_raw()).decode(), base64.b64encode(public).decode()
