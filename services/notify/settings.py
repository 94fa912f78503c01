"""Settings of notify's processes, from TIANWEI_*."""

from pydantic import SecretStr

from shared.settings import BusSettings, ProcessSettings


class OutgoingSettings(ProcessSettings):
    """What the service and its sender share.

    notice_office, notice_mark: 发文机关 and 机关代字 of the own county; without them those of register/offices.toml.
    secrets_key: base64 of 32 bytes; seals webhook secrets at rest; the same for both processes.
    webhook_allowed_hosts: comma list of host or host:port that may be plain http, loopback or private.
    public_url: where recipients reach the gateway, for links; without it links are paths.
    """

    notify_dsn: SecretStr
    notice_office: str | None = None
    notice_mark: str | None = None
    secrets_key: SecretStr
    webhook_allowed_hosts: str = ""
    public_url: str = ""


class NotifySettings(OutgoingSettings, BusSettings):
    """Of `python -m services.notify`."""


class SenderSettings(OutgoingSettings):
    """Of `python -m services.notify.sender`: needs no bus."""


class MigrationSettings(ProcessSettings):
    """The owner of the schema migrates; notify_role is the service's own role, which gets its rights."""

    notify_owner_dsn: SecretStr
    notify_role: str = "notify_app"
