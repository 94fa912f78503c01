"""Brings the database of cases to the newest revision: `python -m services.cases.storage.migrate`."""

from pathlib import Path

from services.cases.settings import MigrationSettings
from shared.migration import upgrade

MIGRATIONS = Path(__file__).parent / "migrations"


def main() -> None:
    settings = MigrationSettings()
    print(upgrade(MIGRATIONS, settings.cases_owner_dsn, settings.cases_role))


if __name__ == "__main__":
    main()
