"""One running stack for each bus, shared by the tests that ask for it, grouped by bus.

Of the package, not of the session: its processes end before other tests begin, which would share the machine with them.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.nodes import RabbitNode
from tests.system.books import Books
from tests.system.county import County
from tests.system.running_house import RunningHouse


@pytest.fixture(scope="package", params=["embedded", "rabbitmq"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with ExitStack() as stack:
        rabbit = stack.enter_context(RabbitNode()) if request.param == "rabbitmq" else None
        yield stack.enter_context(RunningHouse(tmp_path_factory.mktemp("house"), rabbit))


@pytest.fixture(scope="package")
def books(house: RunningHouse) -> Iterator[Books]:
    opened = Books(house.home)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def county(house: RunningHouse) -> County:
    return County(house)
