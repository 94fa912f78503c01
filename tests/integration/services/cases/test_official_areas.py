"""Official areas stand beside the claim and count; the claim lowers nothing (domain.md 2.6, 3.7, 9 #10)."""

from pathlib import Path
from typing import Any

import pytest

from services.cases.rebuild import PROJECTIONS
from shared.rebuild.own_log import OwnLog
from tests.integration.services.cases.land_desk import LandDesk, patch_clue
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    Office,
    Refused,
    acceptance,
    correction,
    filing,
    papers,
    verified,
)
from tests.integration.services.cases.patch_writing import square
from tests.integration.services.cases.path_people import refused
from tests.integration.services.cases.test_large_areas import begun, case_of, clue_of, running
from tests.integration.services.cases.test_layers_after_clues import basic, survey

pytestmark = pytest.mark.evidence_not_asked

TINY = {"area_m2": 100, "farmland_area_m2": 50, "pbf_area_m2": 0}


def laid_over(desk: LandDesk, folder: Path) -> tuple[str, dict[str, Any]]:
    """A patch of a hectare, all of it permanent basic farmland by the layers of the day before the act."""
    survey(desk, folder)
    basic(desk, folder, "2024", square(-50, -50, 300))
    clue = patch_clue(desk, folder, square(), QSX="2025-09-12")
    desk.finish()
    result = desk.overlay(clue)["result"]
    assert result["flags"]["area_threshold_met"] is True
    return clue, result


def differing(view: dict[str, Any]) -> dict[str, str]:
    """Codes of the warnings about areas, by area."""
    told = [one for one in view["warnings"] if one["code"].startswith("cases.area-differs")]
    return {one["facts"]["what"]: one["code"] for one in told}


def test_a_smaller_claim_is_flagged_and_hides_nothing(desk: LandDesk, tmp_path: Path) -> None:
    """The opinion warns, the case counts what is official, and everything that hangs on the area is there."""
    clue, official = laid_over(desk, tmp_path)
    told = verified(desk.office, clue, **TINY)
    assert (told["area_m2"], told["basis"]["official"]["pbf_area_m2"]) == (100.0, official["pbf_m2"])
    overlaid = "cases.area-differs-from-overlay"
    assert differing(told) == dict.fromkeys(("area_m2", "farmland_area_m2", "pbf_area_m2"), overlaid)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(violation_types=["VT01"]), clue)
    assert (case["area_m2"], case["farmland_area_m2"], case["pbf_area_m2"]) == (
        official["area_m2"],
        official["farmland_m2"],
        official["pbf_m2"],
    )
    assert case["basis"]["claimed"] == {name: float(value) for name, value in TINY.items()}
    assert set(differing(case)) == set(TINY)
    assert case["procedure"]["crime"]["area_threshold_met"] is True
    assert {"S10", "D07"} <= running(case)
    (proposal,) = desk.office.query(COORDINATOR, "action_proposal.list", case_id=case["id"])["items"]
    assert "large_area" in proposal["triggers"]
    assert [one["state"] for one in desk.office.query(COORDINATOR, "listing.list", case_id=case["id"])["items"]] == [
        "proposed"
    ]
    for operation, id_ in (("clue.get-overlay", clue), ("case.get-overlay", case["id"])):
        beside = desk.office.query(COORDINATOR, operation, id=id_)["result"]["differences"]
        assert {one["field"]: (one["claimed_m2"], one["flagged"]) for one in beside} == {
            name: (float(value), True) for name, value in TINY.items()
        }


def test_statistics_and_rectification_go_by_the_official_areas(desk: LandDesk, tmp_path: Path) -> None:
    clue, official = laid_over(desk, tmp_path)
    verified(desk.office, clue, **TINY)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), clue)
    for kind in ("clue", "case"):
        total = desk.office.query(COORDINATOR, "cases.statistic_table", kind=kind)["total"]["amounts"]["total"]
        assert (total["area_m2"], total["pbf_area_m2"]) == (official["area_m2"], official["pbf_m2"])
    papers_only = correction(method="complete_formalities", **TINY)
    hidden = refused(desk.office, COORDINATOR, "case.order-rectification", papers_only, case["id"])
    assert (hidden.code, hidden.facts["least_m2"]) == ("cases.pbf-understated", 100.0)
    on_pbf = correction(method="complete_formalities", area_m2=100, farmland_area_m2=100)
    never = refused(desk.office, COORDINATOR, "case.order-rectification", on_pbf, case["id"])
    assert (never.code, never.facts["law"]) == ("cases.formalities-on-pbf", "LAL 44")
    whole = {"area_m2": official["area_m2"], "farmland_area_m2": official["farmland_m2"]}
    item = desk.office.command(COORDINATOR, "case.order-rectification", correction(**whole), case["id"])
    assert (item["area_m2"], item["facts"]["pbf_area_m2"]) == (official["area_m2"], official["pbf_m2"])


def test_a_larger_claim_lowers_nothing_and_does_not_count(desk: LandDesk, tmp_path: Path) -> None:
    clue, official = laid_over(desk, tmp_path)
    told = verified(desk.office, clue, area_m2=99999, farmland_area_m2=99999, pbf_area_m2=0)
    assert set(differing(told)) == set(TINY)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), clue)
    assert (case["area_m2"], case["pbf_area_m2"]) == (official["area_m2"], official["pbf_m2"])
    assert case["procedure"]["crime"]["area_threshold_met"] is True


def test_a_claim_within_the_tolerance_is_no_word_worth(desk: LandDesk, tmp_path: Path) -> None:
    clue, official = laid_over(desk, tmp_path)
    near = {"area_m2": official["area_m2"] - 6, "farmland_area_m2": official["farmland_m2"] - 6}
    assert differing(verified(desk.office, clue, **near, pbf_area_m2=official["pbf_m2"] - 6)) == {}


def test_an_overlay_of_another_day_is_no_official_one(desk: LandDesk, tmp_path: Path) -> None:
    """A person may lay the shape over later layers, which know no farmland any more: that takes nothing away."""
    clue, official = laid_over(desk, tmp_path)
    basic(desk, tmp_path, "2026", square(5000, 5000, 300), day="2026-03-31")
    desk.office.command(COORDINATOR, "clue.overlay", {"on_day": "2026-04-01"}, clue)
    desk.finish()
    assert desk.overlay(clue)["result"]["pbf_m2"] == 0.0
    told = verified(desk.office, clue, **TINY)
    assert told["basis"]["official"]["pbf_area_m2"] == official["pbf_m2"]
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), clue)
    assert case["pbf_area_m2"] == official["pbf_m2"]


def test_a_large_act_is_not_declined_by_a_small_claim(desk: LandDesk, tmp_path: Path) -> None:
    clue, _ = laid_over(desk, tmp_path)
    verified(desk.office, clue, **TINY)
    body = {**filing(), "ground": "minor_and_corrected", "documents": [{"kind": "not_filed_approval", "title": "批"}]}
    assert refused(desk.office, COORDINATOR, "clue.decline-filing", body, clue).code == "cases.too-large-to-be-minor"


def test_the_opinion_of_a_large_act_owes_the_report_whatever_it_claims(desk: LandDesk, tmp_path: Path) -> None:
    clue, _ = laid_over(desk, tmp_path)
    verified(desk.office, clue, **TINY)
    assert begun(clue_of(desk, clue), "D07") == 1


def test_without_layers_the_shape_itself_tells_of_a_claim_far_from_it(desk: LandDesk, tmp_path: Path) -> None:
    clue = patch_clue(desk, tmp_path, square())
    measured = clue_of(desk, clue)["area_m2"]
    told = verified(desk.office, clue, area_m2=0.01, farmland_area_m2=0, pbf_area_m2=0)
    assert differing(told) == {"area_m2": "cases.area-differs-from-shape"}
    (found,) = told["basis"]["differences"]
    assert found["measured_m2"] == pytest.approx(measured, abs=0.05)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), clue)
    assert (case["area_m2"], differing(case)) == (0.01, {"area_m2": "cases.area-differs-from-shape"})


def test_without_layers_a_claim_like_the_shape_is_taken_as_it_is(desk: LandDesk, tmp_path: Path) -> None:
    clue = patch_clue(desk, tmp_path, square())
    measured = clue_of(desk, clue)["area_m2"]
    told = verified(desk.office, clue, area_m2=measured, farmland_area_m2=0, pbf_area_m2=0)
    assert (differing(told), told["basis"]["official"]) == ({}, None)


def test_a_late_overlay_counts_from_then_on_and_the_claim_stays_beside_it(desk: LandDesk, tmp_path: Path) -> None:
    survey(desk, tmp_path, code="0702")
    clue = patch_clue(desk, tmp_path, square())
    verified(desk.office, clue, **TINY)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), clue)
    assert (case["area_m2"], "S10" in running(case)) == (100.0, False)
    basic(desk, tmp_path, "2024", square(-50, -50, 300))
    official = desk.overlay(clue)["result"]
    found = case_of(desk, case)
    assert (found["area_m2"], found["pbf_area_m2"]) == (official["area_m2"], official["pbf_m2"])
    assert (found["basis"]["claimed"]["area_m2"], set(differing(found))) == (100.0, set(TINY))
    total = desk.office.query(COORDINATOR, "cases.statistic_table", kind="case")["total"]["amounts"]["total"]
    assert (total["area_m2"], total["pbf_area_m2"]) == (official["area_m2"], official["pbf_m2"])
    for name in ("clue", "case"):
        projection = next(one for one in PROJECTIONS if one.name == name)
        log = OwnLog(desk.office.parts.engine, "cases", projection, lambda *_: None)
        assert log.rebuild(None).differences == []


def formalities(desk: LandDesk, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """A case told to be small, and its item for which papers were to be completed, before the layer came."""
    survey(desk, folder, code="0702")
    clue = patch_clue(desk, folder, square())
    verified(desk.office, clue, **TINY)
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), clue)
    item = order(desk, case, method="complete_formalities", **TINY)
    assert (item["state"], item["warnings"]) == ("rectifying", [])
    basic(desk, folder, "2024", square(-50, -50, 300))
    return case, item


def order(desk: LandDesk, case: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return desk.office.command(COORDINATOR, "case.order-rectification", correction(**changes), case["id"])


def item_of(desk: LandDesk, item: dict[str, Any]) -> dict[str, Any]:
    return desk.office.query(COORDINATOR, "rectification.get", id=item["id"])


def item_step(desk: LandDesk, item: dict[str, Any], verb: str, by: Any = OFFICER, **body: Any) -> dict[str, Any]:
    return desk.office.command(by, f"rectification.{verb}", body, item["id"])


def checked(desk: LandDesk, item: dict[str, Any]) -> dict[str, Any]:
    done = {"rectified_area_m2": 100, "account": "补办", **papers("rectification_report")}
    item_step(desk, item, "report", **done)
    return item_step(desk, item, "check", passed=True, account="属实", **papers("township_check_record"))


ACCEPT = acceptance(rectified_area_m2=100)


def test_papers_on_what_turns_out_to_be_basic_farmland_wait_for_a_person(desk: LandDesk, tmp_path: Path) -> None:
    """Nothing that was ordered is rewritten: the item says what was found, and goes no further on papers."""
    case, item = formalities(desk, tmp_path)
    seen = item_of(desk, item)
    assert (seen["method"], seen["facts"]["pbf_area_m2"]) == ("complete_formalities", 0)
    (warning,) = seen["warnings"]
    assert (warning["code"], warning["facts"]["least_m2"]) == ("cases.pbf-found-later", pytest.approx(98.94, abs=5))
    assert warning["facts"]["most_m2"] == 100.0
    checked(desk, item)
    accept = refused(desk.office, COORDINATOR, "rectification.accept", ACCEPT, item["id"])
    assert (accept.code, accept.facts["law"]) == ("cases.pbf-undecided", "LAL 44")
    said = {"pbf_area_m2": 100, "reason": "套合结果属实"}
    papers_only = refused(desk.office, COORDINATOR, "rectification.decide-pbf", said, item["id"])
    assert papers_only.code == "cases.formalities-on-pbf"
    low = refused(desk.office, COORDINATOR, "rectification.decide-pbf", {**said, "pbf_area_m2": 0}, item["id"])
    assert low.code == "cases.pbf-understated"
    body = {**said, "method": "demolish_and_restore"}
    decided = item_step(desk, item, "decide-pbf", COORDINATOR, **body)
    assert (decided["method"], decided["facts"]["pbf_area_m2"], decided["warnings"]) == (
        "demolish_and_restore",
        100.0,
        [],
    )
    assert item_step(desk, item, "accept", COORDINATOR, **ACCEPT)["state"] == "accepted_county"
    again = refused(desk.office, COORDINATOR, "rectification.decide-pbf", body, item["id"])
    assert (again.code, again.facts["law"]) == ("cases.no-pbf-found", "LAL 44")
    events = [event.type for event in desk.office.events(item["id"])]
    assert "tianwei.cases.rectification-pbf-found.v1" in events
    projection = next(one for one in PROJECTIONS if one.name == "rectification")
    log = OwnLog(desk.office.parts.engine, "cases", projection, lambda *_: None)
    assert log.rebuild(None).differences == []
    assert case_of(desk, case)["rectification_ids"] == [item["id"]]


def test_items_of_one_case_cannot_leave_its_basic_farmland_out_together(desk: LandDesk) -> None:
    """Each part fits beside the farmland; the parts together do not."""
    case = desk.office.command(COORDINATOR, "clue.file-case", filing(), verified(desk.office)["id"])
    half = {"method": "complete_formalities", "farmland_area_m2": 0, "pbf_area_m2": 0}
    order(desk, case, area_m2=4200, **half)
    more = refused(desk.office, COORDINATOR, "case.order-rectification", correction(area_m2=4200, **half), case["id"])
    assert (more.code, more.facts["least_m2"]) == ("cases.pbf-understated", 4200.0)


def test_nobody_states_the_official_areas(office: Office) -> None:
    with pytest.raises(Refused) as stated:
        verified(office, basis={"claimed": TINY, "official": None, "differences": []})
    assert (stated.value.code, stated.value.field) == ("invalid-field", "basis")
