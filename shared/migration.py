"""Runs a service's alembic migrations from code: `python -m services.<name>.storage.migrate`."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from pydantic import SecretStr

from shared.delivery.schema import grant_to_service
from shared.wall import require_held, walled

# Two machines may start at once; the second waits for the first.
_LOCK = 7_200_427


def upgrade(migrations: Path, owner_dsn: SecretStr, role: str) -> str:
    """Bring the database to the newest revision, grant the run-time role its rights, say the revision.

    Raises RoleTooStrong for a run-time role that row-level security would not hold.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations))
    engine = sa.create_engine(owner_dsn.get_secret_value(), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        require_held(connection, role, walled(connection))
        grant_to_service(connection, role)
        revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    return str(revision)


def run_environment() -> None:
    """What a migrations/env.py calls."""
    context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()
