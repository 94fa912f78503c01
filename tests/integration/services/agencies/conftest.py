"""One database for the package, emptied for every test."""

import base64
import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from psycopg2.errors import DeadlockDetected
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from services.agencies.storage.migrate import MIGRATIONS
from shared.delivery.log import GENESIS
from shared.migration import upgrade
from tests.integration.services.agencies.house import House, open_house
from tests.support.nodes import PostgresNode

_ROLE = "agencies_app"
_KEPT = {"alembic_version", "log_head"}


@pytest.fixture(scope="session")
def owner_dsn(postgres: PostgresNode) -> str:
    dsn = postgres.create_database("agencies")
    postgres.create_role(_ROLE)
    assert upgrade(MIGRATIONS, SecretStr(dsn), _ROLE) == "0008"
    return dsn


@pytest.fixture(scope="session")
def run_dsn(postgres: PostgresNode, owner_dsn: str) -> str:
    """Of the migrated database, as the run-time role."""
    assert owner_dsn
    return postgres.dsn("agencies", user=_ROLE)


@pytest.fixture
def house(postgres: PostgresNode, owner_dsn: str) -> Iterator[House]:
    _surely_empty(owner_dsn)
    opened = open_house(postgres.dsn("agencies", user=_ROLE), base64.b64encode(os.urandom(32)).decode())
    yield opened
    opened.engine.dispose()


def _surely_empty(owner_dsn: str) -> None:
    """Sender and receiver of the protocols' suite may be at work: who loses a deadlock begins again."""
    for _ in range(20):
        try:
            return _empty(owner_dsn)
        except OperationalError as error:
            if not isinstance(error.orig, DeadlockDetected):
                raise
    raise AssertionError("the database could not be emptied")


def _empty(owner_dsn: str) -> None:
    """The append-only triggers hold for everybody, so the owner takes them off for this."""
    engine = sa.create_engine(owner_dsn, poolclass=sa.NullPool)
    with engine.begin() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name not in _KEPT]
        for name in names:
            connection.execute(sa.text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        connection.execute(sa.text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY"))
        for name in names:
            connection.execute(sa.text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))
        connection.execute(sa.text("UPDATE log_head SET position = 0, published = 0, hash = :hash"), {"hash": GENESIS})
