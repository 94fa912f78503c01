"""The training clock: ahead by what its file says, never behind, honest when there is none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import SystemClock, TrainingClock, open_clock


def test_without_a_file_named_the_clock_is_the_systems() -> None:
    assert isinstance(open_clock(None), SystemClock)


def test_the_clock_is_ahead_by_the_days_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = open_clock(file)
    assert isinstance(clock, TrainingClock)
    assert clock.days == 0
    file.write_text("20")
    before = datetime.now(UTC) + timedelta(days=20)
    assert before <= clock.now() <= datetime.now(UTC) + timedelta(days=20)


@pytest.mark.parametrize("text", ["", "soon", "-3"])
def test_a_file_that_says_no_days_moves_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "clock"
    file.write_text(text)
    assert TrainingClock(file).days == 0
