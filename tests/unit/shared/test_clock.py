"""The training clock: stands where its file says and goes on from there; without a file it is the system's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import SHANGHAI, SystemClock, TrainingClock, open_clock

_MOMENT = timedelta(seconds=5)


def test_without_a_file_named_the_clock_is_the_systems() -> None:
    assert isinstance(open_clock(None), SystemClock)


def test_a_file_that_is_not_there_moves_nothing(tmp_path: Path) -> None:
    assert TrainingClock(tmp_path / "clock").ahead == timedelta()


@pytest.mark.parametrize("at", [datetime(2026, 4, 20, 9, 12, tzinfo=SHANGHAI), datetime(2031, 1, 1, tzinfo=UTC)])
def test_every_reader_of_the_file_stands_where_it_was_set_and_goes_on(tmp_path: Path, at: datetime) -> None:
    file = tmp_path / "clock"
    TrainingClock(file).set(at)
    other = open_clock(file)
    first = other.now()
    assert at <= first <= at + _MOMENT
    assert first < other.now() <= at + _MOMENT


def test_a_clock_set_again_stands_at_the_last_instant(tmp_path: Path) -> None:
    clock = TrainingClock(tmp_path / "clock")
    for day in (20, 21):
        clock.set(datetime(2026, 4, day, tzinfo=UTC))
    assert clock.now().day == 21
    assert list(tmp_path.iterdir()) == [tmp_path / "clock"]


@pytest.mark.parametrize("text", ["", "20", "2026-04-20T09:12:00"])
def test_a_file_that_names_no_instant_stops_who_asks(tmp_path: Path, text: str) -> None:
    file = tmp_path / "clock"
    file.write_text(text)
    with pytest.raises((ValueError, TypeError)):
        TrainingClock(file).now()
