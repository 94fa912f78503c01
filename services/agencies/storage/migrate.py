"""Brings the agencies database to the newest revision: `python -m services.agencies.storage.migrate`."""

from pathlib import Path

from services.agencies.settings import MigrationSettings
from shared.migration import upgrade

MIGRATIONS = Path(__file__).parent / "migrations"


def main() -> None:
    settings = MigrationSettings()
    print(upgrade(MIGRATIONS, settings.agencies_owner_dsn, settings.agencies_role))


if __name__ == "__main__":
    main()
