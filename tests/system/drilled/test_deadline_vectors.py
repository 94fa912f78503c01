"""The deadline test vectors of domain.md 8.4, as the API tells them of steps taken on those days."""

from typing import Any

import pytest

from tests.system.drill import OFFICERS, SAND_YARD, Body, Drill

pytestmark = pytest.mark.timeout(400)


def assigned(drill: Drill, **areas: Any) -> str:
    path = f"/clues/{drill.county.clue(drill.township, **areas)['id']}"
    drill.ask(path, "assign", township_code=f"{drill.township}000")
    return path


@pytest.mark.parametrize(
    ("day", "rule_id", "due_on"),
    [
        # Working days over New Year (a Sunday made up for), the Spring Festival, Labour Day, National Day.
        ("2025-12-31", "D01", "2026-01-04"),
        ("2026-02-13", "D01", "2026-02-14"),
        ("2026-04-30", "D03", "2026-05-11"),
        ("2026-09-30", "D03", "2026-10-13"),
    ],
)
def test_from_the_assignment(drill: Drill, day: str, rule_id: str, due_on: str) -> None:
    drill.at(day)
    assert drill.due(assigned(drill), rule_id) == [due_on]


@pytest.mark.parametrize(
    ("day", "rule_id", "due_on"),
    [
        ("2026-02-12", "D08", "2026-03-04"),
        ("2026-02-13", "D07", "2026-02-25"),
        ("2026-04-22", "D08", "2026-05-09"),
        ("2026-04-28", "D07", "2026-05-06"),
        ("2026-09-18", "D07", "2026-09-22"),
    ],
)
def test_from_the_visit(drill: Drill, day: str, rule_id: str, due_on: str) -> None:
    drill.at(day)
    path = assigned(drill, **SAND_YARD)
    drill.ask(path, "sign")
    drill.ask(path, "start-verification", officers=OFFICERS)
    assert drill.due(path, rule_id) == [due_on]


def test_a_partys_right_rolls_over_a_holiday(drill: Drill) -> None:
    order: Body = {"measures": ["correct"], "fine_yuan": 0}
    drill.at("2026-01-20")
    case = drill.noticed(**order)
    drill.at("2026-02-04")
    drill.decided(case, **order)
    drill.at("2026-02-05")
    drill.performing(case)
    clock = drill.deadlines(case)["D18"]
    assert (clock["ends_on"], clock["due_on"]) == ("2026-02-20", "2026-02-24")


def test_a_hearing_is_not_held_before_its_first_day_which_rests_on_local_holidays(drill: Drill) -> None:
    drill.at("06-09")
    case = drill.noticed(measures=["demolish"])
    drill.at("06-12")
    drill.ask(case, "request-hearing", "hearing_request", asked_on="2026-06-12")
    announced: Body = {"announced_on": "2026-06-12", "place": "会议室", "chair": "主持人"}
    early = drill.refused(
        case, "announce-hearing", "hearing_notice", **announced, hearing_at="2026-06-23T09:00:00+08:00"
    )
    assert (early["code"], early["facts"]["law"], early["facts"]["first_day_on"]) == (
        "cases.hearing-too-early",
        "APL 64",
        "2026-06-24",
    )
    drill.ask(case, "announce-hearing", "hearing_notice", **announced, hearing_at="2026-06-24T09:00:00+08:00")
    assert drill.due(case, "D16") == ["2026-06-24"]


def test_a_holiday_of_the_region_moves_a_partys_term_and_no_term_of_an_office(drill: Drill) -> None:
    """Two NX days on 27 and 28 May, told by the calendar itself."""
    drill.at("05-20")
    for day in ("2026-05-27", "2026-05-28"):
        said: Body = {"date": day, "jurisdiction": "NX", "kind": "holiday", "name": "试验假日", "reason": "试验。"}
        drill.house.account("admin").post("/calendar/set-day", {**said, "source": {"text": "试验"}})
    drill.at("05-26")
    clue = assigned(drill)
    case = drill.noticed(measures=["demolish"])
    # A process may have started the clocks by the calendar of a second ago: they are counted again.
    drill.house.until(lambda: drill.due(case, "D14", "D15") == ["2026-06-04", "2026-06-04"], "the days of the region")
    assert drill.due(clue, "D03") == ["2026-06-02"]


def test_without_the_calendar_of_a_year_its_dates_are_provisional_and_it_is_asked_for(drill: Drill) -> None:
    drill.at("12-30")
    path = assigned(drill)
    clocks = drill.deadlines(path)
    assert {rule: clocks[rule]["provisional"] for rule in ("D01", "D03")} == {"D01": False, "D03": True}
    assert drill.house.coordinator.get("/calendar/2027")["known"] is False
    assert drill.house.readiness().json()["services"]["cases"]["calendar_missing_year"] == 2027
    # No step is refused for it.
    drill.ask(path, "sign")
