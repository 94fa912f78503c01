"""Brings the database of cases to the newest revision: `python -m services.cases.storage.migrate`."""

from pathlib import Path

from pydantic import SecretStr

from shared.migration import upgrade
from shared.settings import ProcessSettings

MIGRATIONS = Path(__file__).parent / "migrations"


class MigrationSettings(ProcessSettings):
    """cases_owner_dsn: the role that owns the schema. cases_role: the run-time role that is granted its rights."""

    cases_owner_dsn: SecretStr
    cases_role: str = "cases_app"


def main() -> None:
    settings = MigrationSettings()
    print(upgrade(MIGRATIONS, settings.cases_owner_dsn, settings.cases_role))


if __name__ == "__main__":
    main()
