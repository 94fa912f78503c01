"""Secrets of one stack: made once, kept in the data folder (mode 0600), given only to the process that needs them."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.cli.stack.layout import Home, write_private
from shared import keys
from shared.sealing import AES, new_sealing_key

DATABASES = ("cases", "agencies", "notify", "gateway")
SEALING = ("cases", "agencies", "notify")


@dataclass(frozen=True)
class Secrets:
    """Passwords are URL-safe. Never printed: `repr` hides them."""

    signing_key: str  # base64 of the raw Ed25519 private key
    public_key: str  # base64 of the raw public key
    postgres_password: str  # of the superuser, used by the supervisor only
    bus_password: str
    role_passwords: dict[str, str]  # database role -> password
    sealing_keys: dict[str, str]  # service -> ring of keys (shared/sealing.py) by which it seals secrets at rest
    office_key: str  # private key (shared/keys.py) by which the office signs its documents

    def __repr__(self) -> str:
        return "Secrets(…)"


def load_or_make(home: Home) -> Secrets:
    """The stack's secrets; what an older version did not have yet is made and added."""
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
    keep(home, made)
    return made


def rotated(old: Secrets, kind: str = AES) -> Secrets:
    """New keys for sealing before the old ones, which stay: what is sealed under them is still there.

    kind: of the new keys, aes or sm4.
    """
    rings = {name: f"{new_sealing_key(kind)},{ring}" for name, ring in old.sealing_keys.items()}
    return replace(old, sealing_keys=rings)


def keep(home: Home, made: Secrets) -> None:
    write_private(home.secrets_file, json.dumps(asdict(made), indent=1))


def _fresh() -> dict[str, Any]:
    key = Ed25519PrivateKey.generate()
    return {
        "signing_key": _text(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())),
        "public_key": _text(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)),
        "postgres_password": secrets.token_urlsafe(24),
        "bus_password": secrets.token_urlsafe(24),
        "role_passwords": {
            f"{name}_{kind}": secrets.token_urlsafe(24) for name in DATABASES for kind in ("owner", "app")
        },
        "office_key": keys.new_key(keys.ED25519),
        "sealing_keys": {name: new_sealing_key() for name in SEALING},
    }


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
