"""A settled county for the tests of a module."""

from typing import Any

import pytest

from tests.integration.services.cases.office import Office
from tests.integration.services.cases.work.county import settle


@pytest.fixture(scope="module")
def county(shared_office: Office) -> tuple[Office, dict[str, Any]]:
    """The office, and what it has made. Tests of the module add nothing."""
    return shared_office, settle(shared_office)
