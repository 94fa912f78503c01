"""Cases on a private PostgreSQL, migrated as in production, run under its limited role."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.cases.settings import CasesSettings
from services.cases.storage.migrate import MIGRATIONS
from services.cases.wiring import wire
from shared.clock import SHANGHAI, FixedClock
from shared.contracts.codes import Role
from shared.migration import upgrade
from shared.principal import PrincipalSigner
from tests.integration.services.cases.land_desk import LandDesk
from tests.integration.services.cases.office import COUNTY, Office, actor, new_signing_key
from tests.support.nodes import PostgresNode

ROLE = "cases_app"
SECRETS_KEY = base64.b64encode(bytes(range(32))).decode()
START = datetime(2026, 4, 20, 9, 12, tzinfo=SHANGHAI).astimezone(UTC)
_numbers = count(1)
_ASKED_AT = "evidence_asked_at"


@pytest.fixture(scope="session")
def migrated(postgres: PostgresNode) -> str:
    """Name of a migrated database nobody uses: the others are copies of it."""
    postgres.create_role(ROLE)
    upgrade(MIGRATIONS, SecretStr(postgres.create_database("cases_migrated")), ROLE)
    return "cases_migrated"


def open_office(postgres: PostgresNode, migrated: str, home: Path) -> Iterator[Office]:
    name = f"cases_{next(_numbers)}"
    postgres.create_database(name, like=migrated)
    signer = PrincipalSigner(new_signing_key())
    settings = CasesSettings(
        home=home,
        bus_url=SecretStr("amqp://unused"),
        principal_public_key=signer.public_key_base64,
        cases_dsn=SecretStr(postgres.dsn(name, ROLE)),
        secrets_key=SecretStr(SECRETS_KEY),
    )
    clock = FixedClock(START)
    parts = wire(settings, lambda: None, clock)
    yield Office(parts, signer, clock)
    parts.engine.dispose()
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def evidence_not_asked(postgres: PostgresNode, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database whose county has, by command, taken every step off the list of those that ask."""
    offices = open_office(postgres, migrated, tmp_path_factory.mktemp("rules"))
    office = next(offices)
    admin, which = actor(Role.ADMINISTRATOR, COUNTY, "钱管理"), {"register_name": "configuration", "key": _ASKED_AT}
    (shipped,) = office.query(admin, "rule.get", **which)["rows"]
    edit: dict[str, Any] = {"value": {"title": "须有证据的环节", "value": []}, "valid_from": START.date().isoformat()}
    edit |= {"reason": "试点期间线下核对证据", "source": {"text": "县级文件"}, "replaces": shipped["row_id"]}
    office.command(admin, "rule.set", {**which, **edit})
    name = str(office.parts.engine.url.database)
    office.parts.engine.dispose()
    postgres.disconnect_all(name)
    postgres.create_database("cases_not_asked", like=name)
    next(offices, None)
    return "cases_not_asked"


def _like(request: pytest.FixtureRequest) -> str:
    """The database to start with, by the mark of the test or of its module."""
    marked = request.node.get_closest_marker("evidence_not_asked") is not None
    return str(request.getfixturevalue("evidence_not_asked" if marked else "migrated"))


@pytest.fixture
def office(postgres: PostgresNode, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A service with an empty database, on Monday 2026-04-20 09:12."""
    yield from open_office(postgres, _like(request), tmp_path)


@pytest.fixture(scope="module")
def shared_office(
    postgres: PostgresNode, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """One database for the tests of a module that do not count rows."""
    yield from open_office(postgres, _like(request), tmp_path_factory.mktemp("home"))


@pytest.fixture
def same_office(shared_office: Office) -> Office:
    """The module's database, at the morning of START again: for tests that look at objects of their own only."""
    shared_office.clock.at = START
    return shared_office


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[LandDesk]:
    """The import desk of the office."""
    opened = LandDesk(office, tmp_path)
    yield opened
    for engine in opened.engines:
        engine.dispose()
