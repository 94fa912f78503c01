"""Settings of the processes of notify, from TIANWEI_*."""

from pathlib import Path
from typing import Annotated

from pydantic import DirectoryPath, Field, SecretStr, StringConstraints

from shared.outgoing.settings import OutgoingSettings
from shared.settings import BlobSettings, BusSettings, ProcessSettings


class DocumentSettings(ProcessSettings):
    """What whoever writes documents is told. notify_dsn: the limited run-time role.

    notice_office, notice_mark: 发文机关 and 机关代字 of the own county; without them those of register/offices.toml.
    public_url: where whoever holds a copy reaches the gateway, for the QR code.
    """

    notify_dsn: SecretStr
    notice_office: str | None = None
    notice_mark: str | None = None
    public_url: str = ""


class NotifyData(DocumentSettings, OutgoingSettings):
    """What a process that reaches recipients is told beside."""


class NotifySettings(NotifyData, BusSettings):
    """Of `python -m services.notify`."""


class SenderSettings(NotifyData, BlobSettings):
    """Of `python -m services.notify.sender`: needs no bus. It attaches what lies in the file store.

    recipient_exchange_dir: exchange folders of recipients on this machine; default `recipient-exchange` in home.
    exchange_poll_s: how often they are looked into for receipts.
    """

    recipient_exchange_dir: Path | None = None
    exchange_poll_s: Annotated[float, Field(gt=0, le=3600)] = 5.0

    @property
    def exchange(self) -> Path:
        return self.recipient_exchange_dir or self.home / "recipient-exchange"


class WorkerSettings(DocumentSettings, BlobSettings):
    """Of `python -m services.notify.worker`, the press.

    office_key: private key of the office, `ed25519:` or `sm2:` and base64 (shared/keys.py); which of the two signs is
    said by the key. The press alone has it. public_url cannot be left out here: it is printed.
    font_dir: the office's own licensed fonts, which come first; free_font_dir: what `make fonts` fetched, if elsewhere.
    A folder that is named and not there is an error: the office would not notice what its documents are set in.
    """

    public_url: Annotated[str, StringConstraints(pattern=r"^https?://")]
    office_key: SecretStr
    font_dir: DirectoryPath | None = None
    free_font_dir: DirectoryPath | None = None


class MigrationSettings(ProcessSettings):
    """The owner of the schema migrates; notify_role is the service's own role, which gets its rights."""

    notify_owner_dsn: SecretStr
    notify_role: str = "notify_app"
