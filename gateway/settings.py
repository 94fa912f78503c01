"""Settings of the gateway and of the two small programs that prepare its database."""

from typing import Annotated, Any

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
    rpc_in_flight: calls waiting for services at once; more are refused with 503.
    secrets_key: base64 of 32 bytes; seals the secrets of second factors.
    session_hours, session_idle_minutes: how long a session lasts at most, and how long unused.
    second_factor_roles: who must show a code beside the password, like `administrator,coordinator`.
    cookie_secure: the console's cookie travels by https alone; false only for plain http on one machine.
    public_url: how browsers reach the gateway; OpenID providers send people back there.
    oidc_providers: the providers that are trusted, as TOML (gateway/auth/oidc_providers.py); empty: none.
    The file store is shared with the services that read what was uploaded.
    """

    bus_url: SecretStr
    gateway_dsn: SecretStr
    signing_key: SecretStr
    secrets_key: SecretStr
    http_host: str = "127.0.0.1"
    http_port: int = 8600
    max_body_bytes: int = MIB
    max_import_bytes: int = 64 * MIB
    max_evidence_bytes: int = 2048 * MIB
    rpc_in_flight: int = 128
    rpc_deadline_s: float = 5.0
    session_hours: Annotated[float, Field(gt=0, le=24)] = 12.0
    session_idle_minutes: Annotated[float, Field(gt=0, le=240)] = 30.0
    second_factor_roles: Roles = frozenset()
    cookie_secure: bool = True
    public_url: str = ""
    oidc_providers: SecretStr = SecretStr("")


class SeedSettings(ProcessSettings):
    """Of `python -m gateway.seed_accounts`."""

    gateway_dsn: SecretStr


class MigrationSettings(ProcessSettings):
    """Of `python -m gateway.storage.migrate`."""

    gateway_owner_dsn: SecretStr
    gateway_role: str = "gateway_app"
