"""Settings of cases' processes, from TIANWEI_*."""

from pydantic import SecretStr

from shared.settings import BusSettings, ProcessSettings


class CasesData(ProcessSettings):
    """What every process that works on the database of cases is told. cases_dsn: the limited run-time role."""

    cases_dsn: SecretStr


class CasesSettings(CasesData, BusSettings):
    """Of `python -m services.cases`."""


class MigrationSettings(ProcessSettings):
    """The owner of the schema migrates; cases_role is the service's own role, which gets its rights."""

    cases_owner_dsn: SecretStr
    cases_role: str = "cases_app"
