"""Settings of the processes of the agencies service."""

from typing import Literal

from pydantic import SecretStr

from shared.settings import BusSettings, ProcessSettings


class OutgoingSettings(ProcessSettings):
    """What the service and its sender share.

    secrets_key: base64 of 32 bytes; seals webhook secrets at rest; the same for both processes.
    webhook_allowed_hosts: comma list of host or host:port that may be plain http, loopback or private.
    agencies_webhook_body: the whole task letter, or only its id and link.
    public_url: where agencies reach the gateway, for links; without it links are paths.
    """

    agencies_dsn: SecretStr
    secrets_key: SecretStr
    webhook_allowed_hosts: str = ""
    agencies_webhook_body: Literal["letter", "link"] = "letter"
    public_url: str = ""


class AgenciesSettings(OutgoingSettings, BusSettings):
    """Of `python -m services.agencies`."""


class SenderSettings(OutgoingSettings):
    """Of `python -m services.agencies.sender`: needs no bus."""


class MigrationSettings(ProcessSettings):
    agencies_owner_dsn: SecretStr
    agencies_role: str = "agencies_app"
