"""What partners and the house share as secrets, sealed at rest (shared/sealing.py)."""

import base64
import os

from shared.sealing import SecretBox, SecretUnreadable

__all__ = ["SecretBox", "SecretUnreadable", "new_webhook_secret"]


def new_webhook_secret() -> str:
    """A fresh Standard Webhooks secret (whsec_…, 32 bytes)."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()
