"""A county on private databases of both services."""

import base64
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.agencies.settings import AgenciesSettings
from services.agencies.storage.migrate import MIGRATIONS
from services.agencies.wiring import wire
from services.cases.settings import CasesSettings
from services.cases.storage import migrate as cases_migrate
from services.cases.wiring import wire as wire_cases
from shared.clock import FixedClock
from shared.contracts.codes import COUNTY_AGENCIES
from shared.migration import upgrade
from shared.principal import PrincipalSigner
from tests.integration.services.agencies.house import SECRETS_KEY, House
from tests.integration.services.cases.conftest import START
from tests.integration.services.cases.office import Office, new_signing_key
from tests.integration.services.hand_over.county import County
from tests.support.nodes import PostgresNode

# Roles are of the whole server: other packages have theirs.
ROLE, _AGENCIES_ROLE = "cases_hand_over_app", "agencies_hand_over_app"
_numbers = count(1)


@pytest.fixture(scope="session")
def migrated(postgres: PostgresNode) -> tuple[str, str]:
    """Names of migrated databases of cases and agencies that nobody uses."""
    postgres.create_role(ROLE)
    postgres.create_role(_AGENCIES_ROLE)
    number = next(_numbers)
    cases, agencies = f"cases_hand_over_{number}", f"agencies_hand_over_{number}"
    upgrade(cases_migrate.MIGRATIONS, SecretStr(postgres.create_database(cases)), ROLE)
    upgrade(MIGRATIONS, SecretStr(postgres.create_database(agencies)), _AGENCIES_ROLE)
    return cases, agencies


@pytest.fixture(scope="module")
def open_county(
    postgres: PostgresNode, migrated: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], County]]:
    """Makes counties, each on databases of its own."""
    made: list[tuple[County, str, str]] = []

    def make() -> County:
        county, *names = _open(postgres, migrated, tmp_path_factory.mktemp("county"))
        made.append((county, names[0], names[1]))
        return county

    yield make
    for county, *names in made:
        county.office.parts.engine.dispose()
        county.house.engine.dispose()
        for name in names:
            postgres.drop_database(name)


@pytest.fixture
def county(open_county: Callable[[], County]) -> County:
    return open_county()


def _open(postgres: PostgresNode, migrated: tuple[str, str], home: Path) -> tuple[County, str, str]:
    number = next(_numbers)
    cases, agencies = f"cases_county_{number}", f"agencies_county_{number}"
    for name, like in zip((cases, agencies), migrated, strict=True):
        postgres.create_database(name, like=like)
    signer, clock = PrincipalSigner(new_signing_key()), FixedClock(START)
    office_settings = CasesSettings(
        home=home,
        bus_url=SecretStr("amqp://unused"),
        principal_public_key=signer.public_key_base64,
        cases_dsn=SecretStr(postgres.dsn(cases, ROLE)),
        secrets_key=SecretStr(base64.b64encode(os.urandom(32)).decode()),
    )
    office = Office(wire_cases(office_settings, lambda: None, clock), signer, clock)
    dsn = postgres.dsn(agencies, user=_AGENCIES_ROLE)
    settings = AgenciesSettings.model_validate(
        {
            "bus_url": "redis://127.0.0.1:1/0",
            "principal_public_key": signer.public_key_base64,
            "agencies_dsn": dsn,
            "secrets_key": SECRETS_KEY,
            "webhook_allowed_hosts": "127.0.0.1",
        }
    )
    house = House(dsn, settings, wire(settings, lambda: None, clock), signer)
    for agency in COUNTY_AGENCIES:
        house.activate(agency)
    return County(office, house), cases, agencies
