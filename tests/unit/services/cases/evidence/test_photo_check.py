"""What photographs are marked with (domain.md 3.6), and which show one point."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.cases.domain.photo_check import Place, check, likeness, may_pair
from services.cases.domain.photo_pairs import Shot, propose
from shared.contracts.codes import EvidenceFlagCode, EvidenceSource, EvidenceStage
from shared.contracts.evidence import EvidenceFlag, StatedFacts
from shared.ids import new_id
from tests.unit.services.cases.evidence.builders import ADDED, PLACE, RULE, TAKEN, YARD, photo, taking

DAY = timedelta(days=1)


def flags(place: Place = PLACE, told: dict[str, Any] | None = None, **changes: Any) -> list[EvidenceFlag]:
    return check(photo(**changes), taking(**(told or {})), place, RULE)[1]


def codes(place: Place = PLACE, told: dict[str, Any] | None = None, **changes: Any) -> list[str]:
    return [flag.code.value for flag in flags(place, told, **changes)]


def test_a_good_photograph_is_marked_with_nothing() -> None:
    assert codes() == []
    assert check(photo(), taking(), PLACE, RULE)[0] == 0


@pytest.mark.parametrize(
    ("changes", "told", "expected"),
    [
        ({"taken_at": None, "gps_at": None, "modified_at": None}, {}, ["no_time"]),
        ({"taken_at": ADDED + 400 * DAY, "gps_at": None, "modified_at": None}, {}, ["future_time"]),
        ({"gps_at": TAKEN + timedelta(hours=2)}, {}, ["clock_wrong"]),
        ({}, {"stated": StatedFacts(taken_at=TAKEN - timedelta(hours=3))}, ["time_differs"]),
        ({}, {"added_at": ADDED + 4 * DAY}, ["late_upload"]),
        ({"longitude": None, "latitude": None}, {}, ["no_position"]),
        ({"datum": "GCJ-02"}, {}, ["datum_unknown"]),
        ({"azimuth_deg": None, "azimuth_ref": None}, {}, ["no_azimuth"]),
        ({"azimuth_ref": "M"}, {}, ["magnetic_azimuth"]),
        ({}, {"source": EvidenceSource.ALBUM}, ["album"]),
        ({"software": "Adobe Photoshop 25.0"}, {}, ["edited"]),
        ({"software": "美图秀秀"}, {}, ["edited"]),
        ({"software": "ELS-AN00 12.0"}, {}, []),
        ({"modified_at": TAKEN + timedelta(hours=1)}, {}, ["edited"]),
        ({"datum": None}, {}, []),
        ({"datum": "CGCS2000"}, {}, []),
    ],
)
def test_every_fault_has_its_flag(changes: dict[str, Any], told: dict[str, Any], expected: list[str]) -> None:
    assert codes(told=told, **changes) == expected


def test_a_photograph_of_april_18_for_a_batch_of_april_20_is_before_issue() -> None:
    """domain.md 8.5 f."""
    early = TAKEN - 4 * DAY
    [flag] = [flag for flag in flags(taken_at=early, gps_at=early, modified_at=early) if flag.code != "late_upload"]
    assert flag.code is EvidenceFlagCode.BEFORE_ISSUE
    assert flag.facts == {"taken_on": "2026-04-18", "issued_on": "2026-04-20"}


def test_the_day_of_the_issue_is_not_before_it() -> None:
    early = TAKEN - 2 * DAY  # 10:05 in Shanghai on the day of the issue
    assert "before_issue" not in codes(taken_at=early, gps_at=early, modified_at=early)


@pytest.mark.parametrize(("stage", "marked"), [("before", False), ("after", True), ("check", True)])
def test_an_after_photograph_is_taken_after_the_order(stage: str, marked: bool) -> None:
    place = Place(geometry=YARD, ordered_on=date(2026, 6, 22))
    assert ("before_rectification" in codes(place, {"stage": EvidenceStage(stage)})) is marked


@pytest.mark.parametrize(("longitude", "marked"), [(105.6805, False), (105.68106, False), (105.6812, True)])
def test_within_fifty_metres_of_the_patch_is_near_enough(longitude: float, marked: bool) -> None:
    assert ("too_far" in codes(longitude=longitude)) is marked


def test_where_no_place_is_known_nothing_is_said_of_distance() -> None:
    assert check(photo(longitude=100.0), taking(), Place(), RULE) == (None, [])


def test_a_place_without_outline_is_its_point() -> None:
    distance, _ = check(photo(), taking(), Place(point=(105.681, 37.42)), RULE)
    assert distance == pytest.approx(88.5, abs=0.2)


@pytest.mark.parametrize(
    ("longitude", "azimuth", "alike"),
    [
        (105.68, 10.0, True),
        (105.68, 350.0, True),
        (105.68, 340.5, True),
        (105.68, 41.0, False),
        (105.6803, 10.0, False),
    ],
)
def test_pairs_lie_within_twenty_metres_and_thirty_degrees(longitude: float, azimuth: float, alike: bool) -> None:
    found = likeness(photo(), photo(longitude=longitude, azimuth_deg=azimuth))
    assert found is not None
    assert may_pair(*found, RULE) is alike


@pytest.mark.parametrize("missing", ["longitude", "azimuth_deg"])
def test_without_position_or_azimuth_nothing_is_compared(missing: str) -> None:
    assert likeness(photo(), photo(**{missing: None})) is None


def test_each_photograph_is_proposed_once_with_the_likest() -> None:
    before = [Shot(new_id(), f"B{n}", photo(azimuth_deg=azimuth)) for n, azimuth in enumerate((10.0, 100.0))]
    after = [
        Shot(new_id(), f"A{n}", photo(azimuth_deg=azimuth, longitude=105.68 + shift))
        for n, (azimuth, shift) in enumerate([(12.0, 0.0), (14.0, 0.00001), (95.0, 0.0), (200.0, 0.0)])
    ]
    pairs = [(pair.before_no, pair.after_no) for pair in propose(before, after, RULE)]
    assert pairs == [("B0", "A0"), ("B1", "A2")]
