"""Settings of the gateway and of the two small programs that prepare its database."""

from pydantic import SecretStr

from shared.settings import BlobSettings, ProcessSettings

MIB = 1024 * 1024


class GatewaySettings(BlobSettings):
    """Of `python -m gateway`.

    signing_key: Ed25519 private keys (shared/signing_keys.py); the first signs principals and access tokens.
    max_body_bytes: of any request but an upload; max_import_bytes: of a file of patches with its multipart frame;
    max_evidence_bytes: of one piece of evidence with its frame.
    rpc_in_flight: calls waiting for services at once; more are refused with 503.
    public_url: how browsers reach the gateway; OpenID providers send people back there.
    oidc_providers: the providers that are trusted, as TOML (gateway/auth/oidc_providers.py); empty: none.
    The file store is shared with the services that read what was uploaded.
    """

    bus_url: SecretStr
    gateway_dsn: SecretStr
    signing_key: SecretStr
    http_host: str = "127.0.0.1"
    http_port: int = 8600
    max_body_bytes: int = MIB
    max_import_bytes: int = 64 * MIB
    max_evidence_bytes: int = 2048 * MIB
    rpc_in_flight: int = 128
    rpc_deadline_s: float = 5.0
    public_url: str = ""
    oidc_providers: SecretStr = SecretStr("")


class SeedSettings(ProcessSettings):
    """Of `python -m gateway.seed_accounts`."""

    gateway_dsn: SecretStr


class MigrationSettings(ProcessSettings):
    """Of `python -m gateway.storage.migrate`."""

    gateway_owner_dsn: SecretStr
    gateway_role: str = "gateway_app"
