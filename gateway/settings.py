"""Settings of the gateway and of the two small programs that prepare its database."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from shared.contracts.codes import Role
from shared.settings import BlobSettings, ProcessSettings

MIB = 1024 * 1024


def _listed(said: Any) -> Any:
    """Words separated by commas, as a setting has them."""
    return [word.strip() for word in said.split(",") if word.strip()] if isinstance(said, str) else said


Roles = Annotated[frozenset[Role], NoDecode, BeforeValidator(_listed)]


class GatewaySettings(BlobSettings):
    """Of `python -m gateway`.

    signing_key: Ed25519 private keys (shared/signing_keys.py); the first signs principals and access tokens.
    max_body_bytes: of any request but an upload; max_import_bytes: of a file of patches with its multipart frame;
    max_evidence_bytes: of one piece of evidence with its frame.
    if_match_any: objects (clue, case, …) whose changes may say `If-Match: *`, for a system that cannot keep an ETag: it
    then writes over what others did meanwhile. None by default.
    most_streams: server-sent event streams open at once in this process; more are refused with 503.
    rpc_in_flight: calls waiting for services at once; more are refused with 503.
    secrets_key: base64 of 32 bytes; seals the secrets of second factors.
    session_hours, session_idle_minutes: how long a session lasts at most, and how long unused.
    second_factor_roles: who must show a code beside the password, like `administrator,coordinator`.
    cookie_secure: the console's cookie travels by https alone; false only for plain http on one machine.
    public_url: how browsers reach the gateway; OpenID providers send people back there.
    oidc_providers: the providers that are trusted, as TOML (gateway/auth/oidc_providers.py); empty: none.
    The file store is shared with the services that read what was uploaded.
    audit_key: private key of the audit, `ed25519:` or `sm2:` and base64 (shared/keys.py); signs checkpoints alone.
    audit_folder: the write-once folder of checkpoints; default `audit-checkpoints` in home.
    audit_checkpoint_s: between two checkpoints. audit_days: for which entries of the door are kept, 183 at least.
    """

    bus_url: SecretStr
    gateway_dsn: SecretStr
    signing_key: SecretStr
    secrets_key: SecretStr
    audit_key: SecretStr
    audit_folder: Path | None = None
    audit_checkpoint_s: Annotated[float, Field(ge=60, le=86_400)] = 3600.0
    audit_days: Annotated[int, Field(ge=183, le=36_500)] = 366
    log_digest: Literal["sha256", "sm3"] = "sha256"
    http_host: str = "127.0.0.1"
    http_port: int = 8600
    max_body_bytes: int = MIB
    max_import_bytes: int = 64 * MIB
    max_evidence_bytes: int = 2048 * MIB
    if_match_any: frozenset[str] = frozenset()
    most_streams: int = 200
    rpc_in_flight: int = 128
    rpc_deadline_s: float = 5.0
    session_hours: Annotated[float, Field(gt=0, le=24)] = 12.0
    session_idle_minutes: Annotated[float, Field(gt=0, le=240)] = 30.0
    second_factor_roles: Roles = frozenset()
    cookie_secure: bool = True
    public_url: str = ""
    oidc_providers: SecretStr = SecretStr("")

    @property
    def checkpoints(self) -> Path:
        return self.audit_folder or self.home / "audit-checkpoints"


class SeedSettings(ProcessSettings):
    """Of `python -m gateway.seed_accounts`."""

    gateway_dsn: SecretStr


class MigrationSettings(ProcessSettings):
    """Of `python -m gateway.storage.migrate`."""

    gateway_owner_dsn: SecretStr
    gateway_role: str = "gateway_app"
