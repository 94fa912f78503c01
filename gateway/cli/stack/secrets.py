"""Secrets of one stack: made once, kept in the data folder (mode 0600), given only to the process that needs them."""

import base64
import errno
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from gateway.cli.stack.layout import Home, write_private
from shared import keys, signing_keys

DATABASES = ("cases", "agencies", "notify", "gateway")
SEALING = DATABASES


@dataclass(frozen=True)
class Secrets:
    """Passwords are URL-safe. Never printed: `repr` hides them."""

    signing_key: str  # the gateway's private keys (shared/signing_keys.py), the first signs
    public_key: str  # their public halves, line by line
    postgres_password: str  # of the superuser, used by the supervisor only
    bus_password: str
    role_passwords: dict[str, str]  # database role -> password
    sealing_keys: dict[str, str]  # service -> base64 of 32 bytes, by which it seals secrets at rest
    office_key: str  # private key (shared/keys.py) by which the office signs its documents
    audit_key: str  # private key (shared/keys.py) by which checkpoints of the audit are signed

    def __repr__(self) -> str:
        return "Secrets(…)"


def load_or_make(home: Home) -> Secrets:
    """The stack's secrets, laid out for its processes; what an older version did not have yet is made and added."""
    made = _load_or_make(home)
    _lay_out(home, made)
    return made


def rotate_signing_key(home: Home, now: float, good_for_s: float) -> Secrets:
    """A new key signs in every running process within seconds; the old one verifies for so long.

    Raises FileNotFoundError where no house has been started, KeyUnusable.
    """
    if not home.secrets_file.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(home.secrets_file))
    kept = _load_or_make(home)
    keys_now = signing_keys.rotated(signing_keys.Texts(kept.signing_key, kept.public_key), now, good_for_s)
    made = replace(kept, signing_key=keys_now.private, public_key=keys_now.public)
    write_private(home.secrets_file, json.dumps(asdict(made), indent=1))
    _lay_out(home, made)
    return made


def _lay_out(home: Home, made: Secrets) -> None:
    """The public keys first, and a little later the private ones: nothing is signed by a key that nobody can verify."""
    for file, text in ((home.public_key_file, made.public_key), (home.signing_key_file, made.signing_key)):
        there = file.exists()
        if not there or file.read_text(encoding="utf-8") != text:
            write_private(file, text)
            if there:
                time.sleep(signing_keys.BETWEEN_FILES_S)


def _load_or_make(home: Home) -> Secrets:
    kept = {}
    if home.secrets_file.exists():
        kept = json.loads(home.secrets_file.read_text(encoding="utf-8"))
    known = {field.name for field in fields(Secrets)}
    sealing = kept.get("sealing_keys", {})
    if known <= kept.keys() and set(SEALING) <= sealing.keys():
        return Secrets(**{name: kept[name] for name in known})
    fresh = _fresh()
    old = {name: kept[name] for name in known & kept.keys()}
    made = Secrets(**{**fresh, **old, "sealing_keys": {**fresh["sealing_keys"], **sealing}})
    write_private(home.secrets_file, json.dumps(asdict(made), indent=1))
    return made


def _fresh() -> dict[str, Any]:
    signing = signing_keys.fresh()
    return {
        "signing_key": signing.private,
        "public_key": signing.public,
        "postgres_password": secrets.token_urlsafe(24),
        "bus_password": secrets.token_urlsafe(24),
        "role_passwords": {
            f"{name}_{kind}": secrets.token_urlsafe(24) for name in DATABASES for kind in ("owner", "app")
        },
        "office_key": keys.new_key(keys.ED25519),
        "audit_key": keys.new_key(keys.ED25519),
        "sealing_keys": {name: _text(secrets.token_bytes(32)) for name in SEALING},
    }


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
