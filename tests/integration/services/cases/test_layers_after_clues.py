"""A layer that comes after the clues it concerns: laid over again beside what was; a new year's survey as a check."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.cases.rebuild import PROJECTIONS
from shared.rebuild.comparison import OwnProjection
from shared.rebuild.own_log import OwnLog
from tests.integration.services.cases.clue_desk import CITY, PROOF, REGION
from tests.integration.services.cases.land_desk import LandDesk, classes, patch_clue
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Refused,
    filing,
    verified,
)
from tests.integration.services.cases.patch_writing import square
from tests.integration.services.cases.test_main_path import close_case, strike_off

pytestmark = pytest.mark.evidence_not_asked

PBF = "permanent_basic_farmland"


def overlays(desk: LandDesk, clue: str, by: Any = COORDINATOR) -> list[dict[str, Any]]:
    return list(desk.office.query(by, "clue.list-overlays", id=clue)["items"])


def changes(desk: LandDesk, by: Any = COORDINATOR) -> list[dict[str, Any]]:
    return list(desk.office.query(by, "overlay.changes")["items"])


def survey(desk: LandDesk, folder: Path, code: str = "0102", day: str = "2024-12-31", size: float = 300) -> Any:
    shape = [square(-50, -50, size)]
    layer = desk.loaded(folder, "cultivated_land", classes(code), shape, day=day, name=f"{day}-{code}")
    desk.finish()
    return layer


def basic(desk: LandDesk, folder: Path, name: str, *shapes: Any, day: str = "2024-12-31") -> Any:
    layer = desk.loaded(folder, PBF, [{"NAME": "a"} for _ in shapes], list(shapes), day=day, name=name)
    desk.finish()
    return layer


def on_the_workers_clock(desk: LandDesk) -> None:
    """The worker goes by the system's clock: what is decided now is decided after what it has made."""
    desk.office.clock.at = datetime.now(UTC)


def reviewed(desk: LandDesk, clue: str) -> dict[str, Any]:
    """The case of a clue of which every level has ended its review."""
    on_the_workers_clock(desk)
    verified(desk.office, clue, proof=PROOF)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), clue)
    desk.office.command(COORDINATOR, "clue.start-review", {}, clue)
    for by in (COORDINATOR, CITY, REGION):
        desk.office.command(by, "clue.pass-review", {}, clue)
    return case


def test_a_layer_that_comes_after_a_clue_lays_it_over(desk: LandDesk, tmp_path: Path) -> None:
    clue = patch_clue(desk, tmp_path, square())
    desk.finish()
    with pytest.raises(Refused) as none:
        desk.overlay(clue)
    assert none.value.code == "overlay.none"
    layer = survey(desk, tmp_path)
    found = desk.overlay(clue)
    assert (found["state"], found["day_basis"], found["purpose"]) == ("finished", "received", "act")
    assert found["result"]["farmland_m2"] > 9000
    assert found["again"]["cause"] == {
        "kind": "cultivated_land",
        "layer_id": layer["id"],
        "version_name": layer["version_name"],
    }
    assert found["again"]["earlier_id"] is None
    (change,) = changes(desk)
    assert (change["id"], change["changed_after"], change["case_no"]) == (found["id"], [], None)


def test_a_changed_overlay_stands_beside_the_one_that_the_filing_rests_on(desk: LandDesk, tmp_path: Path) -> None:
    survey(desk, tmp_path)
    clue = patch_clue(desk, tmp_path, square())
    desk.finish()
    before = desk.overlay(clue)
    assert (before["result"]["pbf_m2"], before["again"]) == (None, None)
    on_the_workers_clock(desk)
    verified(desk.office, clue)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), clue)
    assert changes(desk) == []
    basic(desk, tmp_path, "2024", square(-50, -50, 300))
    after, first = overlays(desk, clue)
    assert {name: first[name] for name in before if name != "why"} == before
    assert (first["rested_on"], after["rested_on"]) == (["filing"], [])
    assert after["again"]["earlier_id"] == before["id"]
    pbf = next(one for one in after["again"]["changes"] if one["field"] == "pbf_m2")
    assert (pbf["before_m2"], pbf["after_m2"]) == (None, after["result"]["pbf_m2"])
    assert "pbf" in after["again"]["flags"]
    (change,) = changes(desk)
    assert (change["case_no"], change["changed_after"]) == (case["case_no"], ["filing"])
    assert desk.overlay(clue)["id"] == after["id"]


def test_a_version_that_takes_land_away_from_under_a_clue_changes_its_overlay(desk: LandDesk, tmp_path: Path) -> None:
    """The corrected layer of the same day holds nothing near; the box of the one before it counts too."""
    basic(desk, tmp_path, "first", square(-50, -50, 300))
    clue = patch_clue(desk, tmp_path, square())
    desk.finish()
    assert desk.overlay(clue)["result"]["pbf_m2"] > 9000
    basic(desk, tmp_path, "corrected", square(5000, 5000, 300))
    after = desk.overlay(clue)
    assert (after["result"]["pbf_m2"], after["result"]["flags"]["pbf"]) == (0.0, False)
    assert [one["field"] for one in after["again"]["changes"]] == ["pbf_m2"]
    assert "pbf" in after["again"]["flags"]


def test_what_the_layer_does_not_concern_is_left_alone(desk: LandDesk, tmp_path: Path) -> None:
    """Another place, a day before the survey, a clue that is over."""
    survey(desk, tmp_path)
    clue = patch_clue(desk, tmp_path, square(), QSX="2025-01-10")
    desk.finish()
    basic(desk, tmp_path, "elsewhere", square(5000, 5000, 300))
    basic(desk, tmp_path, "later", square(-50, -50, 300), day="2025-06-30")
    assert len(overlays(desk, clue)) == 1
    case = reviewed(desk, clue)
    strike_off(desk.office, case)
    close_case(desk.office, case)
    basic(desk, tmp_path, "after the end", square(-50, -50, 300))
    assert len(overlays(desk, clue)) == 1
    assert changes(desk) == []


def test_a_new_years_survey_checks_what_was_struck_off_and_touches_no_area_of_the_act(
    desk: LandDesk, tmp_path: Path
) -> None:
    survey(desk, tmp_path)
    clue = patch_clue(desk, tmp_path, square(), QSX="2025-01-10")
    desk.finish()
    case = reviewed(desk, clue)
    act = desk.overlay(clue)
    item = strike_off(desk.office, case)
    close_case(desk.office, case)
    layer = survey(desk, tmp_path, code="0702", day="2025-12-31")
    check, first = overlays(desk, clue)
    assert (check["purpose"], check["day_basis"], check["on_day"]) == ("check", "survey", "2025-12-31")
    assert (check["again"]["cause"]["layer_id"], check["again"]["earlier_id"]) == (layer["id"], first["id"])
    lost = next(one for one in check["again"]["changes"] if one["field"] == "farmland_m2")
    assert (lost["before_m2"], lost["after_m2"]) == (act["result"]["farmland_m2"], 0.0)
    assert desk.overlay(clue) == act
    for operation, id_ in (("case.get-overlay", case["id"]), ("rectification.get-overlay", item["id"])):
        assert desk.office.query(COORDINATOR, operation, id=id_)["id"] == act["id"]
    (change,) = changes(desk)
    # The decision came when the party's days had passed: by the clock of the office after the check.
    assert (change["purpose"], change["changed_after"]) == ("check", ["filing", "strike_off"])
    assert desk.office.query(COORDINATOR, "rectification.get", id=item["id"])["state"] == "struck_off"


def test_a_survey_that_finds_the_tillage_back_is_no_change(desk: LandDesk, tmp_path: Path) -> None:
    survey(desk, tmp_path)
    clue = patch_clue(desk, tmp_path, square(), QSX="2025-01-10")
    desk.finish()
    case = reviewed(desk, clue)
    strike_off(desk.office, case)
    survey(desk, tmp_path, day="2025-12-31")
    check, _ = overlays(desk, clue)
    assert (check["purpose"], check["again"]["changes"], check["again"]["flags"]) == ("check", [], [])
    assert changes(desk) == []


def test_overlays_that_a_layer_asked_for_follow_from_the_log(desk: LandDesk, tmp_path: Path) -> None:
    survey(desk, tmp_path)
    patch_clue(desk, tmp_path, square())
    desk.finish()
    basic(desk, tmp_path, "2024", square(-50, -50, 300))
    projection = next(one for one in PROJECTIONS if one.name == "overlay")
    assert isinstance(projection, OwnProjection)
    log = OwnLog(desk.office.parts.engine, "cases", projection, lambda *_: None)
    assert log.rebuild(None).differences == []


def test_whom_it_does_not_concern_sees_neither_overlays_nor_changes(desk: LandDesk, tmp_path: Path) -> None:
    clue = patch_clue(desk, tmp_path, square())
    survey(desk, tmp_path)
    assert changes(desk, OTHER_COUNTY) == []
    for by in (OTHER_COUNTY, AGENCY):
        with pytest.raises(Refused) as hidden:
            overlays(desk, clue, by)
        assert hidden.value.kind == "not-found"
    for by in (OFFICER, AGENCY):
        with pytest.raises(Refused) as refused:
            changes(desk, by)
        assert refused.value.kind == "not-allowed"
