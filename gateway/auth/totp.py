"""One-time codes by time (RFC 6238) and codes for who has lost the device. Pure: the time comes in.

As every authenticator application takes it: SHA-1, six digits, thirty seconds.
"""

import base64
import hashlib
import secrets
from datetime import datetime

from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from gateway.fresh_password import fresh_password

STEP_S = 30
DIGITS = 6
ISSUER = "田卫"
RECOVERY_CODES = 10
_SECRET_BYTES = 20
# Clocks of devices differ: the step before and the one after are good too.
_AROUND = (0, -1, 1)


def fresh_secret() -> str:
    """160 bits in base32, as a person types them where a picture cannot be read."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def address(secret: str, login: str) -> str:
    """The otpauth:// address that the QR code holds."""
    return _totp(secret).get_provisioning_uri(login, ISSUER)


def code(secret: str, at: datetime) -> str:
    """What the device shows at an instant."""
    return _totp(secret).generate(int(at.timestamp())).decode("ascii")


def step_of(secret: str, shown: str, now: datetime) -> int | None:
    """The time step whose code this is, of those around now; None for any other."""
    given, present = shown.encode(), int(now.timestamp())
    totp = _totp(secret)
    matching = [
        present // STEP_S + around
        for around in _AROUND
        if constant_time.bytes_eq(totp.generate(present + around * STEP_S), given)
    ]
    return matching[0] if matching else None


def fresh_recovery_codes() -> list[str]:
    """About 79 bits each, so that a plain digest of one tells nothing."""
    return [fresh_password() for _ in range(RECOVERY_CODES)]


def recovery_digest(shown: str) -> bytes:
    """However it was typed: blanks, dashes and capitals are not part of it."""
    bare = "".join(character for character in shown.casefold() if character.isalnum())
    return hashlib.sha256(bare.encode()).digest()


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_S)
