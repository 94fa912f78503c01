"""A desk over an office of its own, or one for the tests of a module that do not count."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.services.cases.evidence.desk import Desk
from tests.integration.services.cases.office import Office


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(office, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_desk(shared_office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(shared_office, tmp_path_factory.mktemp("desk"))
    yield made
    made.close()
