"""A database with the kernel and the audit, as a migration makes it: for the run-time role, and for the owner."""

from collections.abc import Iterator
from itertools import count

import pytest
import sqlalchemy as sa

from shared.audit.schema import create_audit
from shared.database import open_engine
from shared.delivery.schema import create_kernel, grant_to_service
from tests.integration.shared.audit.archive import Archive
from tests.support.nodes import PostgresNode

_ROLE = "audit_app"
_numbers = count(1)


@pytest.fixture(scope="session")
def audit_role(postgres: PostgresNode) -> str:
    postgres.create_role(_ROLE)
    return _ROLE


@pytest.fixture
def archive(postgres: PostgresNode, audit_role: str) -> Iterator[Archive]:
    name = f"audit_{next(_numbers)}"
    owner = open_engine(postgres.create_database(name), pool_size=2)
    with owner.begin() as connection:
        create_kernel(connection)
        create_audit(connection)
        grant_to_service(connection, audit_role)
    engine = open_engine(postgres.dsn(name, user=audit_role), pool_size=12)
    yield Archive(engine, owner)
    for each in (engine, owner):
        each.dispose()
    postgres.drop_database(name)


def refused(engine: sa.Engine, statement: str) -> bool:
    """Whether the database does not do it, for want of a right."""
    try:
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
    except sa.exc.DBAPIError as error:
        return getattr(error.orig, "pgcode", "") == "42501"
    return False
