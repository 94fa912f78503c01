"""The acceptance test of domain.md 8.2 and 8.3: 41 steps on their own days (tests.system.worked_example)."""

from collections.abc import Callable, Iterator

import pytest

from tests.system.running_house import TrainingHouse
from tests.system.worked_example import april, bulletin, july, june, may, messages, quarters
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
    april.step_6,
    april.step_7,
    april.step_8,
    april.step_9,
    april.step_10,
    april.step_11,
    may.step_12,
    may.step_13,
    may.step_14,
    may.step_15_township,
    may.step_16,
    may.step_15_agriculture,
    may.step_15_enforcement,
    may.step_16_sent,
    may.step_15_police,
    may.step_19,
    may.step_20,
    may.step_21,
    may.step_22,
    may.step_23,
    may.step_24,
    june.step_25,
    june.step_26,
    june.step_27,
    june.step_28,
    june.step_29,
    june.step_30,
    june.step_31,
    july.step_32,
    july.step_33,
    july.step_34,
    july.step_35,
    july.step_36,
    july.step_37,
    july.step_38,
    july.step_39,
    july.step_40,
    july.step_41,
    july.reachable,
    quarters.both_stand,
    bulletin.third_shows_it_rectified,
    messages.all_are_as_promised,
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with TrainingHouse(tmp_path_factory.mktemp("example"), None) as house:
        yield Desk(house, tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.__name__)
def test_the_sand_yard(desk: Desk, day: Day) -> None:
    """In order: what follows a day that failed is not tried."""
    assert desk.stopped_at is None, f"the story stopped at {desk.stopped_at}"
    desk.stopped_at = day.__name__
    day(desk)
    desk.stopped_at = None
