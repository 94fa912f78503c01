"""A county with cases and notify on private databases: what one tells, the other counts."""

import base64
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.cases.settings import CasesSettings
from services.cases.storage.migrate import MIGRATIONS as CASES_MIGRATIONS
from services.cases.wiring import wire
from services.notify.storage.migrate import MIGRATIONS
from shared.clock import FixedClock
from shared.migration import upgrade
from shared.principal import PrincipalSigner
from tests.integration.services.bulletins.telling import Telling, not_asked
from tests.integration.services.cases.conftest import START
from tests.integration.services.cases.office import Office, new_signing_key
from tests.integration.services.notify.document_desk import DocumentDesk
from tests.integration.services.notify.house import House
from tests.support.nodes import PostgresNode

# Roles are of the whole server: other packages have theirs.
_CASES_ROLE, _ROLE = "cases_bulletins_app", "notify_bulletins_app"
_numbers = count(1)


@pytest.fixture(scope="session")
def migrated(postgres: PostgresNode) -> tuple[str, str]:
    """Names of migrated databases of cases and notify that nobody uses."""
    for role in (_CASES_ROLE, _ROLE):
        postgres.create_role(role)
    upgrade(CASES_MIGRATIONS, SecretStr(postgres.create_database("cases_for_bulletins")), _CASES_ROLE)
    upgrade(MIGRATIONS, SecretStr(postgres.create_database("notify_for_bulletins")), _ROLE)
    return "cases_for_bulletins", "notify_for_bulletins"


def _open(postgres: PostgresNode, migrated: tuple[str, str], home: Path) -> Iterator[Telling]:
    number = next(_numbers)
    names = (f"cases_told_{number}", f"notify_told_{number}")
    for name, like in zip(names, migrated, strict=True):
        postgres.create_database(name, like=like)
    signer, clock = PrincipalSigner(new_signing_key()), FixedClock(START)
    settings = CasesSettings(
        home=home,
        bus_url=SecretStr("amqp://unused"),
        principal_public_key=signer.public_key_base64,
        cases_dsn=SecretStr(postgres.dsn(names[0], _CASES_ROLE)),
        secrets_key=SecretStr(base64.b64encode(os.urandom(32)).decode()),
    )
    office = Office(wire(settings, lambda: None, clock), signer, clock)
    not_asked(office)
    house = House(postgres.dsn(names[1], user=_ROLE))
    yield Telling(office, house, DocumentDesk(house, home / "files"))
    office.parts.engine.dispose()
    house.close()
    for name in names:
        postgres.drop_database(name)


@pytest.fixture
def telling(postgres: PostgresNode, migrated: tuple[str, str], tmp_path: Path) -> Iterator[Telling]:
    yield from _open(postgres, migrated, tmp_path)


@pytest.fixture(scope="module")
def shared_telling(
    postgres: PostgresNode, migrated: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Telling]:
    """One pair of databases for the tests of a module."""
    yield from _open(postgres, migrated, tmp_path_factory.mktemp("county"))
