"""How much land an act takes may be known only after the visit: by the opinion, by an overlay (domain.md 6.8)."""

from pathlib import Path
from typing import Any

import pytest

from services.cases.rebuild import PROJECTIONS
from shared.rebuild.own_log import OwnLog
from tests.integration.services.cases.land_desk import LandDesk, patch_clue
from tests.integration.services.cases.office import COORDINATOR, OFFICER, Office, filing, verified
from tests.integration.services.cases.patch_writing import square
from tests.integration.services.cases.test_layers_after_clues import basic, survey

pytestmark = pytest.mark.evidence_not_asked

SMALL = {"area_m2": 8400, "farmland_area_m2": 100, "pbf_area_m2": 0}
LARGE = {"area_m2": 8400, "farmland_area_m2": 7000, "pbf_area_m2": 4200}
VISIT = {"officers": ["甲", "乙"]}


def told_small(desk: LandDesk, folder: Path) -> str:
    """A patch of a hectare whose table says that it hardly takes farmland."""
    survey(desk, folder, code="0702")
    clue = patch_clue(desk, folder, square(), ZGDMJ="0.15", ZJBNTMJ="0")
    desk.finish()
    return clue


def protected(desk: LandDesk, folder: Path) -> None:
    """The layer of permanent basic farmland comes, and all of the patch lies on it."""
    basic(desk, folder, "2024", square(-50, -50, 300))


def signed(office: Office, clue: str) -> None:
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue)
    office.command(OFFICER, "clue.sign", {}, clue)


def running(seen: dict[str, Any]) -> set[str]:
    return {clock["rule_id"] for clock in seen["deadlines"] if clock["met_at"] is None}


def begun(seen: dict[str, Any], rule_id: str) -> int:
    return sum(clock["rule_id"] == rule_id for clock in seen["deadlines"])


def clue_of(desk: LandDesk, clue: str) -> dict[str, Any]:
    return desk.office.query(COORDINATOR, "clue.get", id=clue)


def case_of(desk: LandDesk, case: dict[str, Any], by: Any = COORDINATOR) -> dict[str, Any]:
    return desk.office.query(by, "case.get", id=case["id"])


def told_of(desk: LandDesk, case: dict[str, Any], by: Any = COORDINATOR) -> set[str]:
    return {one["what"] for one in desk.office.query(by, "case.timeline", id=case["id"])["items"]}


def test_a_visit_to_what_an_overlay_found_large_starts_the_report_whatever_was_told(
    desk: LandDesk, tmp_path: Path
) -> None:
    clue = told_small(desk, tmp_path)
    protected(desk, tmp_path)
    signed(desk.office, clue)
    assert "D07" not in running(clue_of(desk, clue)), "nobody has been there"
    assert "D07" in running(desk.office.command(OFFICER, "clue.start-verification", VISIT, clue))


def test_an_overlay_after_the_visit_starts_the_report_and_once(desk: LandDesk, tmp_path: Path) -> None:
    clue = told_small(desk, tmp_path)
    signed(desk.office, clue)
    assert "D07" not in running(desk.office.command(OFFICER, "clue.start-verification", VISIT, clue))
    protected(desk, tmp_path)
    assert "D07" in running(clue_of(desk, clue))
    for _ in range(2):
        desk.office.command(COORDINATOR, "clue.overlay", {}, clue)
        desk.finish()
    assert begun(clue_of(desk, clue), "D07") == 1


def test_what_was_found_lawful_owes_no_report(desk: LandDesk, tmp_path: Path) -> None:
    clue = told_small(desk, tmp_path)
    verified(desk.office, clue, opinion="legal", **SMALL)
    protected(desk, tmp_path)
    assert desk.overlay(clue)["result"]["flags"]["area_threshold_met"] is True
    assert begun(clue_of(desk, clue), "D07") == 0


@pytest.mark.parametrize(
    ("areas", "opinion", "owed"),
    [
        (LARGE, "non_agri_illegal", 1),
        ({**LARGE, "farmland_area_m2": 3333.33, "pbf_area_m2": 3333.33}, "non_agri_illegal", 0),
        ({**LARGE, "farmland_area_m2": 3333.34, "pbf_area_m2": 3333.34}, "non_agri_illegal", 1),
        (LARGE, "legal", 0),
    ],
)
def test_areas_that_only_the_opinion_states_start_the_report(
    office: Office, areas: dict[str, Any], opinion: str, owed: int
) -> None:
    """A clue told by its place alone: nobody knew at the visit how much it takes."""
    assert begun(verified(office, opinion=opinion, **areas), "D07") == owed


def test_a_report_that_the_opinion_began_is_owed_by_the_case_as_of_the_same_day(office: Office) -> None:
    clue = verified(office)
    owed = next(one for one in clue["deadlines"] if one["rule_id"] == "D07")
    office.days_pass(2)
    case = office.command(COORDINATOR, "clue.file-case", filing(), clue["id"])
    (carried,) = (one for one in case["deadlines"] if one["rule_id"] == "D07")
    assert (carried["due_on"], carried["met_at"]) == (owed["due_on"], None)


def test_an_overlay_after_the_filing_tells_the_case_and_proposes(desk: LandDesk, tmp_path: Path) -> None:
    """The report, the appraisal, a joint action and a listing: a person decides on each."""
    clue = told_small(desk, tmp_path)
    verified(desk.office, clue, **SMALL)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(violation_types=["VT01"]), clue)
    assert running(case).isdisjoint({"D07", "S10"})
    protected(desk, tmp_path)
    found = case_of(desk, case)
    assert {"D07", "S10"} <= running(found)
    assert found["procedure"]["crime"]["area_threshold_met"] is True
    assert found["pbf_area_m2"] == desk.overlay(clue)["result"]["pbf_m2"], "what is official counts"
    assert found["basis"]["claimed"]["pbf_area_m2"] == 0, "what was claimed stays beside it"
    (proposal,) = desk.office.query(COORDINATOR, "action_proposal.list", case_id=case["id"])["items"]
    assert "large_area" in proposal["triggers"]
    (listing,) = desk.office.query(COORDINATOR, "listing.list", case_id=case["id"])["items"]
    assert listing["state"] == "proposed"
    desk.office.command(COORDINATOR, "clue.overlay", {}, clue)
    desk.finish()
    assert case_of(desk, case)["version"] == found["version"], "it is told once"
    for name in ("clue", "case"):
        projection = next(one for one in PROJECTIONS if one.name == name)
        log = OwnLog(desk.office.parts.engine, "cases", projection, lambda *_: None)
        assert log.rebuild(None).differences == []


def test_that_a_case_reaches_the_crime_is_not_told_to_who_has_no_insight(desk: LandDesk, tmp_path: Path) -> None:
    clue = told_small(desk, tmp_path)
    verified(desk.office, clue, **SMALL)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), clue)
    protected(desk, tmp_path)
    told = "tianwei.cases.case-land-found.v1"
    assert told in told_of(desk, case)
    assert told not in told_of(desk, case, OFFICER)
