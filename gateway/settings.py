"""Settings of the gateway and of the two small programs that prepare its database."""

from pydantic import SecretStr

from shared.settings import BlobSettings, ProcessSettings

MIB = 1024 * 1024


class GatewaySettings(BlobSettings):
    """Of `python -m gateway`.

    signing_key: base64 of the raw Ed25519 private key; signs principals and access tokens.
    max_body_bytes: of any request but an upload; max_import_bytes: of a file of patches with its multipart frame;
    max_evidence_bytes: of one piece of evidence with its frame.
    if_match_any: objects (clue, case, …) whose changes may say `If-Match: *`, for a system that cannot keep an ETag: it
    then writes over what others did meanwhile. None by default.
    most_streams: server-sent event streams open at once in this process; more are refused with 503.
    rpc_in_flight: calls waiting for services at once; more are refused with 503.
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
    if_match_any: frozenset[str] = frozenset()
    most_streams: int = 200
    rpc_in_flight: int = 128
    rpc_deadline_s: float = 5.0


class SeedSettings(ProcessSettings):
    """Of `python -m gateway.seed_accounts`."""

    gateway_dsn: SecretStr


class MigrationSettings(ProcessSettings):
    """Of `python -m gateway.storage.migrate`."""

    gateway_owner_dsn: SecretStr
    gateway_role: str = "gateway_app"
