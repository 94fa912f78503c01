"""Settings of the processes of cases, from TIANWEI_*."""

from pydantic import SecretStr

from shared.settings import BlobSettings, BusSettings, ProcessSettings


class CasesData(ProcessSettings):
    """What every process that works on the database of cases is told. cases_dsn: the limited run-time role.

    secrets_key: a ring of keys (shared/sealing.py) by which clues on officials, who reported and the numbers of parties
    are sealed; without it none can be made or opened, and no named report is taken in.
    """

    cases_dsn: SecretStr
    secrets_key: SecretStr | None = None


class CasesSettings(CasesData, BusSettings):
    """Of `python -m services.cases`."""


class WorkerSettings(CasesData, BlobSettings):
    """Of `python -m services.cases.worker`. The file store is the gateway's.

    import_max_rows: patches in one file. import_lease_s: how long a worker that was killed holds its job.
    """

    import_max_rows: int = 100_000
    import_lease_s: float = 15.0


class EvidenceWorkerSettings(CasesData, BlobSettings):
    """Of `python -m services.cases.evidence_worker`.

    clamd: host:port or the path of a socket of a virus scanner; without it nothing is scanned, and the record says so.
    evidence_lease_s: how long a worker that was killed holds what it was doing.
    """

    clamd: str = ""
    evidence_lease_s: float = 15.0


class SchedulerSettings(CasesData):
    """Of `python -m services.cases.scheduler`."""


class MigrationSettings(ProcessSettings):
    """The owner of the schema migrates; cases_role is the service's own role, which gets its rights."""

    cases_owner_dsn: SecretStr
    cases_role: str = "cases_app"
