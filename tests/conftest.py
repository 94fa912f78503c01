"""What all tests share: one private PostgreSQL, in which every test or package makes its own databases."""

from collections.abc import Iterator

import pytest

from tests.support.nodes import PostgresNode


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresNode]:
    """Database names and role names are of the whole server: they begin with the package's own word."""
    with PostgresNode() as node:
        yield node
