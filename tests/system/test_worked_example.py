"""The acceptance test of domain.md 8.2 and 8.3: 41 steps on their own days (tests.system.worked_example)."""

from collections.abc import Callable, Iterator

import pytest

from tests.system.running_house import TrainingHouse
from tests.system.worked_example import april
from tests.system.worked_example.desk import Desk

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("worked-example")]

Day = Callable[[Desk], None]
DAYS: tuple[Day, ...] = (
    april.before,
    april.step_1,
    april.step_2,
    april.step_3,
    april.step_4,
    april.step_5,
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with TrainingHouse(tmp_path_factory.mktemp("example"), None) as house:
        yield Desk(house, tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.__name__)
def test_the_sand_yard(desk: Desk, day: Day) -> None:
    day(desk)
