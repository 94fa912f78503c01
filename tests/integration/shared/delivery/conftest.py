"""A producer and a consumer of the kernel, each with its own database, on the private PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
import sqlalchemy as sa

from shared.database import open_engine
from shared.delivery.schema import create_kernel
from tests.integration.shared.delivery.ledger import Ledger, make_tables
from tests.support.nodes import PostgresNode

_numbers = count(1)


@contextmanager
def _database(postgres: PostgresNode) -> Iterator[sa.Engine]:
    name = f"kernel_{next(_numbers)}"
    engine = open_engine(postgres.create_database(name), pool_size=12)
    with engine.begin() as connection:
        create_kernel(connection)
        make_tables(connection)
    yield engine
    engine.dispose()
    postgres.drop_database(name)


@pytest.fixture
def producer(postgres: PostgresNode) -> Iterator[Ledger]:
    with _database(postgres) as engine:
        yield Ledger(engine)


@pytest.fixture
def consumer(postgres: PostgresNode) -> Iterator[sa.Engine]:
    with _database(postgres) as engine:
        yield engine
