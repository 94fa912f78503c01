"""A producer and a consumer of the kernel, each with its own database, on one private PostgreSQL."""

from collections.abc import Iterator
from itertools import count

import pytest
import sqlalchemy as sa

from shared.database import open_engine
from shared.delivery.schema import create_kernel
from tests.integration.shared.delivery.ledger import Ledger, make_tables
from tests.support.nodes import PostgresNode

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresNode]:
    with PostgresNode() as node:
        yield node


def _database(postgres: PostgresNode) -> sa.Engine:
    dsn = postgres.create_database(f"kernel_{next(_numbers)}")
    engine = open_engine(dsn, pool_size=12)
    with engine.begin() as connection:
        create_kernel(connection)
        make_tables(connection)
    return engine


@pytest.fixture
def producer(postgres: PostgresNode) -> Iterator[Ledger]:
    engine = _database(postgres)
    yield Ledger(engine)
    engine.dispose()


@pytest.fixture
def consumer(postgres: PostgresNode) -> Iterator[sa.Engine]:
    engine = _database(postgres)
    yield engine
    engine.dispose()
