"""Settings of the processes of agencies, from TIANWEI_*."""

from typing import Literal

from pydantic import SecretStr

from shared.outgoing.settings import OutgoingSettings
from shared.settings import BusSettings, ProcessSettings


class AgenciesData(OutgoingSettings):
    """What every process that works on the database of agencies is told. agencies_dsn: the limited run-time role.

    agencies_webhook_body: the whole task letter, or only its id and link.
    """

    agencies_dsn: SecretStr
    agencies_webhook_body: Literal["letter", "link"] = "letter"


class AgenciesSettings(AgenciesData, BusSettings):
    """Of `python -m services.agencies`."""


class SenderSettings(AgenciesData):
    """Of `python -m services.agencies.sender`: needs no bus."""


class MigrationSettings(ProcessSettings):
    """The owner of the schema migrates; agencies_role is the service's own role, which gets its rights."""

    agencies_owner_dsn: SecretStr
    agencies_role: str = "agencies_app"
