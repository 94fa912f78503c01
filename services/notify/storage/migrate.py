"""`python -m services.notify.storage.migrate`: bring notify's database to the newest revision. Safe to repeat."""

from pathlib import Path

from services.notify.settings import MigrationSettings
from shared.migration import upgrade

MIGRATIONS = Path(__file__).parent / "migrations"


def main() -> None:
    settings = MigrationSettings()
    print(upgrade(MIGRATIONS, settings.notify_owner_dsn, settings.notify_role))


if __name__ == "__main__":
    main()
