"""Settings of the processes of cases, from TIANWEI_*."""

from pathlib import Path

from pydantic import SecretStr

from shared.settings import BusSettings, ProcessSettings


class CasesData(ProcessSettings):
    """What every process that works on the database of cases is told. cases_dsn: the limited run-time role."""

    cases_dsn: SecretStr


class CasesSettings(CasesData, BusSettings):
    """Of `python -m services.cases`.

    secrets_key: base64 of 32 bytes; seals who reported. Without it no named report can be taken in.
    """

    secrets_key: SecretStr = SecretStr("")


class WorkerSettings(CasesData):
    """Of `python -m services.cases.worker`.

    blob_dir: shared with the gateway that stores what was uploaded; default `blobs` in home.
    import_max_rows: patches in one file. import_lease_s: how long a worker that was killed holds its job.
    """

    blob_dir: Path | None = None
    import_max_rows: int = 100_000
    import_lease_s: float = 15.0

    @property
    def blobs(self) -> Path:
        return self.blob_dir or self.home / "blobs"


class MigrationSettings(ProcessSettings):
    """The owner of the schema migrates; cases_role is the service's own role, which gets its rights."""

    cases_owner_dsn: SecretStr
    cases_role: str = "cases_app"
