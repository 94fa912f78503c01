"""Settings of the processes of agencies, from TIANWEI_*."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from shared.contracts.codes import Agency
from shared.outgoing.settings import OutgoingSettings
from shared.settings import BlobSettings, BusSettings, ProcessSettings

# Of domain.md 2 and issue 5: each as its systems are; the endpoint's own record wins.
DEFAULT_PROTOCOLS: Mapping[Agency, str] = {
    Agency.NATURAL_RESOURCES: "signed_webhook",
    Agency.AGRICULTURE: "polled_mailbox",
    Agency.PUBLIC_SECURITY: "file_exchange",
    Agency.COMPREHENSIVE_ENFORCEMENT: "bus_queue",
    Agency.TOWNSHIP: "console_inbox",
}


class AgenciesData(OutgoingSettings):
    """What every process that works on the database of agencies is told. agencies_dsn: the limited run-time role.

    agencies_protocols: comma list like `agriculture=signed_webhook,township=console_inbox`, over the defaults.
    agencies_webhook_body: the whole task letter, or only its id and link.
    agencies_package_signature: of our packages, where the endpoint does not say.
    agencies_certificate_days: for how long a certificate of the conformance kit holds.
    agencies_late_minutes, agencies_late_urgent_minutes: what has waited so long unarrived makes an outage notice.
    exchange_dir: exchange folders on this machine, one below it an agency; default `exchange` in home.
    """

    agencies_dsn: SecretStr
    agencies_protocols: str = ""
    agencies_webhook_body: Literal["letter", "link"] = "letter"
    agencies_package_signature: Literal["ed25519", "sm2"] = "ed25519"
    agencies_certificate_days: Annotated[int, Field(ge=1, le=3650)] = 365
    agencies_late_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    agencies_late_urgent_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    exchange_dir: Path | None = None

    @property
    def exchange(self) -> Path:
        return self.exchange_dir or self.home / "exchange"

    def protocol_of(self, agency: Agency) -> str:
        return self._protocols.get(agency.value) or DEFAULT_PROTOCOLS[agency]

    @property
    def _protocols(self) -> dict[str, str]:
        pairs = (entry.partition("=") for entry in self.agencies_protocols.split(",") if entry.strip())
        return {name.strip(): protocol.strip() for name, _, protocol in pairs}


class AgenciesSettings(AgenciesData, BusSettings):
    """Of `python -m services.agencies`."""


class SenderSettings(AgenciesData):
    """Of `python -m services.agencies.sender`. bus_url: for agencies with queues of their own; else not needed.

    receipt_hours: after that a package is laid once more for which no receipt has come.
    """

    bus_url: SecretStr = SecretStr("")
    receipt_hours: float = 4.0


class ReceiverSettings(AgenciesData, BlobSettings):
    """Of `python -m services.agencies.receiver`. The file store is the gateway's: what packages bring is kept there.

    bus_url: as above. folder_poll_s: how often folders are looked at. look_s: how often it is looked up which endpoints
    there are.
    """

    bus_url: SecretStr = SecretStr("")
    folder_poll_s: float = 2.0
    look_s: float = 3.0


class MigrationSettings(ProcessSettings):
    """The owner of the schema migrates; agencies_role is the service's own role, which gets its rights."""

    agencies_owner_dsn: SecretStr
    agencies_role: str = "agencies_app"
