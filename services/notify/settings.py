"""Settings of notify's processes, from TIANWEI_*."""

from pydantic import SecretStr

from shared.settings import BusSettings, ProcessSettings


class NotifySettings(BusSettings):
    """The service. notice_office, notice_mark: 发文机关 and 机关代字 of the own county, else those of the register.

    secrets_key: 32 bytes in base64; seals endpoint secrets. webhook_allowed_hosts: hosts that may be plain http or
    private.
    """

    notify_dsn: SecretStr
    notice_office: str | None = None
    notice_mark: str | None = None
    secrets_key: SecretStr
    webhook_allowed_hosts: str = ""


class SenderSettings(ProcessSettings):
    """The sender. public_url: how recipients reach the gateway, for the link in a webhook."""

    notify_dsn: SecretStr
    notice_office: str | None = None
    notice_mark: str | None = None
    secrets_key: SecretStr
    webhook_allowed_hosts: str = ""
    public_url: str = ""


class MigrationSettings(ProcessSettings):
    """Migrations run as the owner of the schema; notify_role is the service's own, which gets its rights."""

    notify_owner_dsn: SecretStr
    notify_role: str = "notify_app"
