"""One house for all of them: each test looks at objects of its own, on days of its own."""

from collections.abc import Iterator

import pytest

from tests.system.drill import Drill
from tests.system.running_house import TrainingHouse


@pytest.fixture(scope="package")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    with TrainingHouse(tmp_path_factory.mktemp("drill"), None) as house:
        yield Drill(house)
