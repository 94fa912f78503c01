"""Makes the secrets of the compose file, once: `python3 deploy/make_secrets.py`. What is there stays as it is.

Needs Python 3 and `openssl` (for the Ed25519 key pair); no package.
"""

import base64
import hashlib
import json
import os
import secrets
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"
SERVICES = ("cases", "agencies", "notify")
DATABASES = (*SERVICES, "gateway")
# Agencies that may be given queues of their own; the user of one that has none reads and writes nothing that exists.
AGENCIES = ("public_security", "natural_resources", "agriculture", "comprehensive_enforcement")
VHOST = "tianwei"
# In the DER form of an Ed25519 key the last 32 bytes are the key itself.
_RAW = 32


def make(folder: Path) -> None:
    """Write every secret of the compose file. Raises SystemExit when the folder is there already."""
    if folder.exists():
        raise SystemExit(f"{folder} is there already; nothing was changed")

    def write(name: str, text: str) -> None:
        with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as file:
            file.write(text)

    # The containers' users must read the files; the folder keeps everybody else out.
    folder.mkdir(mode=0o700)
    passwords = {f"{name}_{kind}": secrets.token_urlsafe(32) for name in DATABASES for kind in ("owner", "app")}
    write("postgres_password", secrets.token_urlsafe(32))
    write("postgres_roles", "".join(f"{role} {password}\n" for role, password in passwords.items()))
    for name in DATABASES:
        write(f"{name}_dsn", dsn(name, f"{name}_app", passwords))
        write(f"{name}_owner_dsn", dsn(name, f"{name}_owner", passwords))
    for name in DATABASES:
        write(f"{name}_secrets_key", base64.b64encode(secrets.token_bytes(32)).decode())
    signing, public = key_pair()
    write("signing_key", signing)
    write("principal_public_key", public)
    # Which OpenID providers are trusted, with our secret at each: none until the county names one.
    write("oidc_providers", "# [[provider]] tables, see docs/运维手册.md\n")
    # By which the office signs its documents; an SM2 key (`sm2:` and base64) may take its place.
    write("office_key", f"ed25519:{key_pair()[0]}")
    # By which the gateway signs checkpoints of the audit.
    write("audit_key", f"ed25519:{key_pair()[0]}")
    broker = {name: secrets.token_urlsafe(32) for name in DATABASES}
    for name, password in broker.items():
        write(f"{name}_bus_url", f"amqp://{name}:{password}@rabbitmq:5672/{VHOST}")
    partners = {f"agency-{name}": secrets.token_urlsafe(32) for name in AGENCIES}
    for name, password in partners.items():
        write(f"{name}_bus_password", password)
    write("rabbitmq_definitions.json", json.dumps(definitions(broker, partners), indent=1))


def dsn(name: str, role: str, passwords: dict[str, str]) -> str:
    return f"postgresql+psycopg2://{role}:{passwords[role]}@postgres:5432/tianwei_{name}"


def key_pair() -> tuple[str, str]:
    """Base64 of the raw private and public Ed25519 keys."""
    private = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-outform", "DER"], check=True, capture_output=True
    ).stdout
    public = subprocess.run(
        ["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"],
        input=private,
        check=True,
        capture_output=True,
    ).stdout
    return base64.b64encode(private[-_RAW:]).decode(), base64.b64encode(public[-_RAW:]).decode()


def definitions(broker: dict[str, str], partners: dict[str, str]) -> dict[str, object]:
    """RabbitMQ's users: each may only declare and read its own queues, and tell only its own events.

    partners: the agencies' own users, who declare nothing.
    """
    return {
        "vhosts": [{"name": VHOST}],
        "users": [
            {
                "name": name,
                "password_hash": hashed(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": [],
            }
            for name, password in {**broker, **partners}.items()
        ],
        "permissions": [*(permission(name) for name in broker), *(partner_permission(name) for name in partners)],
        "topic_permissions": [
            {"user": name, "vhost": VHOST, "exchange": "tianwei.events", "write": f"^{name}$", "read": ".*"}
            for name in SERVICES
        ],
    }


def permission(name: str) -> dict[str, str]:
    own = r"nameko-rpc|rpc\.reply-.*"
    if name in SERVICES:
        own += rf"|tianwei\.events|rpc-{name}|events\.[a-z]+\.to\.{name}"
    if name == "agencies":
        own += r"|agency\.[a-z_]+\.(tasks|answers)"
    return {"user": name, "vhost": VHOST, "configure": f"^({own})$", "write": f"^({own})$", "read": f"^({own})$"}


def partner_permission(name: str) -> dict[str, str]:
    """An agency reads what is for it and writes its answers."""
    own = name.removeprefix("agency-")
    rights = {"configure": "^$", "write": rf"^agency\.{own}\.answers$", "read": rf"^agency\.{own}\.tasks$"}
    return {"user": name, "vhost": VHOST, **rights}


def hashed(password: str) -> str:
    """RabbitMQ's own form: base64 of a 4-byte salt and SHA-256 of salt and password."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


if __name__ == "__main__":
    make(FOLDER)
    print(f"secrets are in {FOLDER}")
