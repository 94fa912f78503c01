"""A fresh database of notify for every test, migrated by its owner and used by the limited role."""

from collections.abc import Iterator
from itertools import count

import pytest
from pydantic import SecretStr

from services.notify.storage.migrate import MIGRATIONS
from shared.migration import upgrade
from tests.integration.services.notify.house import House
from tests.support.nodes import PostgresNode
from tests.unit.services.notify import facts

_numbers = count(1)


@pytest.fixture(scope="session")
def role(postgres: PostgresNode) -> str:
    """Of the run-time role."""
    postgres.create_role("notify_app")
    return "notify_app"


@pytest.fixture(scope="session")
def migrated(postgres: PostgresNode, role: str) -> str:
    """Name of a migrated database nobody uses: the others are copies of it."""
    upgrade(MIGRATIONS, SecretStr(postgres.create_database("notify_migrated")), role)
    return "notify_migrated"


@pytest.fixture
def house(postgres: PostgresNode, migrated: str, role: str) -> Iterator[House]:
    name = f"notify_{next(_numbers)}"
    postgres.create_database(name, like=migrated)
    made = House(postgres.dsn(name, user=role), postgres.dsn(name))
    yield made
    made.close()
    postgres.drop_database(name)


@pytest.fixture
def filed(house: House) -> House:
    """A house that has heard of one filed case and issued its notice."""
    house.tell(facts.case_filed())
    house.press()
    return house
