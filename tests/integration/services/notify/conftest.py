"""A fresh database of notify for every test, migrated by its owner and used by the limited role."""

from collections.abc import Iterator
from itertools import count

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from services.notify.storage.migrate import MIGRATIONS
from shared.migration import upgrade
from tests.integration.services.notify.house import House
from tests.support.nodes import PostgresNode
from tests.unit.services.notify import facts

ROLE = "notify_app"
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresNode]:
    with PostgresNode() as node:
        owner = sa.create_engine(node.create_database("roles"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with owner.connect() as connection:
            connection.execute(sa.text(f"CREATE ROLE {ROLE} LOGIN"))
        yield node


@pytest.fixture
def house(postgres: PostgresNode) -> Iterator[House]:
    name = f"notify_{next(_numbers)}"
    upgrade(MIGRATIONS, SecretStr(postgres.create_database(name)), ROLE)
    made = House(postgres.dsn(name, user=ROLE))
    yield made
    made.close()


@pytest.fixture
def filed(house: House) -> House:
    """A house that has heard of one filed case and written its notice."""
    house.tell(facts.case_filed())
    return house
