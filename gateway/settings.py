"""Settings of the gateway and of the two small programs that prepare its database."""

from pydantic import PositiveFloat, PositiveInt, SecretStr

from shared.settings import BlobSettings, ProcessSettings

MIB = 1024 * 1024


class GatewaySettings(BlobSettings):
    """Of `python -m gateway`.

    signing_key: base64 of the raw Ed25519 private key; signs principals and access tokens.
    max_body_bytes: of any request but an upload; max_import_bytes: of a file of patches with its multipart frame;
    max_evidence_bytes: of one piece of evidence with its frame.
    rpc_in_flight: calls waiting for services at once; more are refused with 503.
    rate_*, requests_in_work, uploads_in_work: gateway/bounds.py. service_*: the gate before each service, gate.py.
    most_connections: open at once; more are answered 503 and closed.
    trusted_proxies: comma list of addresses or networks whose X-Forwarded-For and -Proto are believed; nobody's unless
    named, or every client could say that it comes from elsewhere.
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
    rate_account_per_s: PositiveFloat = 200.0
    rate_account_burst: PositiveInt = 1000
    rate_address_per_s: PositiveFloat = 20.0
    rate_address_burst: PositiveInt = 300
    requests_in_work: PositiveInt = 96
    uploads_in_work: PositiveInt = 64
    service_in_flight: PositiveInt = 16
    service_waiting: int = 16
    service_wait_s: PositiveFloat = 0.4
    most_connections: PositiveInt = 1000
    trusted_proxies: str = ""


class SeedSettings(ProcessSettings):
    """Of `python -m gateway.seed_accounts`."""

    gateway_dsn: SecretStr


class MigrationSettings(ProcessSettings):
    """Of `python -m gateway.storage.migrate`."""

    gateway_owner_dsn: SecretStr
    gateway_role: str = "gateway_app"
