"""Brings the gateway's database to the newest revision: `python -m gateway.storage.migrate`."""

from pathlib import Path

from gateway.settings import MigrationSettings
from shared.migration import upgrade

MIGRATIONS = Path(__file__).parent / "migrations"


def main() -> None:
    settings = MigrationSettings()
    print(upgrade(MIGRATIONS, settings.gateway_owner_dsn, settings.gateway_role))


if __name__ == "__main__":
    main()
