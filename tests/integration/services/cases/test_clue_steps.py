"""Clues beside their main path: reviewed above, sent back, cut in parts, transferred, archived."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from services.cases.rebuild import PROJECTIONS
from shared.contracts.codes import Role
from shared.principal import Actor
from shared.rebuild.own_log import OwnLog
from tests.integration.services.cases.clue_desk import (
    CITY,
    COLLEAGUE,
    OTHER_CITY,
    PROOF,
    REGION,
    box,
    look,
    proposals,
    review,
    take_in,
)
from tests.integration.services.cases.conftest import open_office
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    Refused,
    actor,
    filing,
    papers,
    sand_yard,
    verified,
)
from tests.integration.services.cases.path_people import AG_CHIEF
from tests.integration.services.cases.test_main_path import strike_off
from tests.support.nodes import PostgresNode

pytestmark = pytest.mark.evidence_not_asked

TOWNSHIP = {"township_code": "640521104000"}
AGRICULTURE = type(COORDINATOR)("agriculture:1", "马农业", frozenset({Role.AGENCY_OFFICER}), "agriculture", "640521")


OPEN = {"type": "Polygon", "coordinates": [[[105.5, 37.4], [105.6, 37.4], [105.6, 37.5], [105.5, 37.5]]]}


_numbers = count(1)


@pytest.fixture
def office(shared_office: Office) -> Office:
    """One database for all but the tests that count what is in it."""
    return shared_office


@pytest.fixture
def empty(postgres: PostgresNode, migrated: str, tmp_path: Path) -> Iterator[Office]:
    yield from open_office(postgres, migrated, tmp_path)


def a_patch(office: Office) -> str:
    """A clue of a patch that lies by itself."""
    number = next(_numbers)
    (id_,) = take_in(office, (number, box(105.3 + number * 0.01)))
    return id_


def refusal(office: Office, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        office.command(*args, **more)
    return caught.value


def under_verification(office: Office, id_: str) -> None:
    office.command(COORDINATOR, "clue.assign", TOWNSHIP, id_)
    office.command(OFFICER, "clue.sign", {}, id_)
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, id_)


def opinion(**changes: Any) -> dict[str, Any]:
    return {
        "opinion": "non_agri_illegal",
        "facts": "占用耕地",
        "area_m2": 8400,
        "farmland_area_m2": 7000,
        "pbf_area_m2": 4200,
        "proof": PROOF,
        **papers("verification_report", "site_photos"),
        **changes,
    }


def submitted(office: Office, **changes: Any) -> str:
    """A patch with an opinion of the township."""
    id_ = a_patch(office)
    under_verification(office, id_)
    office.command(OFFICER, "clue.submit-opinion", opinion(**changes), id_)
    return id_


def clue(office: Office, id_: str, by: Any = COORDINATOR) -> dict[str, Any]:
    return office.query(by, "clue.get", id=id_)


# --- review


def test_a_patch_is_reviewed_by_county_city_and_region_and_then_closed(office: Office) -> None:
    id_ = submitted(office, opinion="legal", proof={"approval_no": "宁政土批〔2025〕1号", "approval_share": 100})
    assert refusal(office, COORDINATOR, "clue.close", {"reason": "有批文"}, id_).code == "cases.review-not-ended"
    states = [clue(office, id_)["state"]]
    for by, verb in [(COORDINATOR, "start-review"), (COORDINATOR, "pass-review"), (CITY, "pass-review")]:
        states.append(office.command(by, f"clue.{verb}", {}, id_)["state"])
    states.append(office.command(REGION, "clue.pass-review", {}, id_)["state"])
    assert states == ["opinion_submitted", "county_review", "city_review", "province_review", "review_ended"]
    assert office.command(COORDINATOR, "clue.close", {"reason": "有批文"}, id_)["state"] == "closed_legal"
    assert office.command(COORDINATOR, "clue.archive", {"archive_no": "2026-1"}, id_)["state"] == "archived"


def test_what_only_the_county_found_it_closes_by_itself(office: Office) -> None:
    found = verified(office, opinion="other", proof={"other_ground": "sliver"})
    assert not found["review_required"]
    assert office.command(COORDINATOR, "clue.close", {"reason": "边角"}, found["id"])["state"] == "closed_other"


def test_what_is_not_proved_is_not_closed(office: Office) -> None:
    """domain.md 3.1: approval number and the share of the land that it covers, as the land rules have it."""
    found = verified(office, opinion="legal")
    assert found["missing_proofs"] == ["approval_no", "approval_share"]
    bare = refusal(office, COORDINATOR, "clue.close", {"reason": "有批文"}, found["id"])
    assert (bare.code, bare.field, bare.facts["missing"]) == (
        "cases.proof-missing",
        "proof",
        ["approval_no", "approval_share"],
    )
    # Given with the opinion once more, if the approval covers the land.
    approved = {"approval_no": "宁政土批〔2025〕1号", "approval_share": 3}
    little = refusal(office, OFFICER, "clue.submit-opinion", opinion(opinion="legal", proof=approved), found["id"])
    assert (little.code, little.field) == ("cases.proof-out-of-range", "proof.approval_share")
    assert (little.facts["least"], little.facts["most"]) == (95, 100)
    whole = opinion(opinion="legal", proof={**approved, "approval_share": 95})
    assert office.command(OFFICER, "clue.submit-opinion", whole, found["id"])["missing_proofs"] == []
    assert office.command(COORDINATOR, "clue.close", {"reason": "有批文"}, found["id"])["state"] == "closed_legal"


def test_evidence_is_sent_back_more_than_once_while_the_case_goes_on(office: Office) -> None:
    id_ = submitted(office)
    case = office.command(COORDINATOR, "clue.file-case", filing(), id_)
    office.command(COORDINATOR, "clue.start-review", {}, id_)
    office.command(COORDINATOR, "clue.pass-review", {}, id_)
    back = {"reasons": ["no_azimuth", "no_azimuth"], "note": "两张照片无方位角"}
    sent = office.command(CITY, "clue.send-back", back, id_)
    assert (sent["state"], sent["review_state"]) == ("to_case", "sent_back")
    clocks = office.query(COORDINATOR, "case.deadlines", id=case["id"])["items"]
    assert "C01" in [clock["rule_id"] for clock in clocks if clock["met_at"] is None]
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, id_)
    office.command(OFFICER, "clue.submit-opinion", opinion(), id_)
    again = review(office, id_)
    assert (again["state"], again["review_state"]) == ("to_case", "review_ended")
    assert [(fact["level"], fact["reasons"]) for fact in again["sent_back"]] == [("city_review", ["no_azimuth"])]
    assert office.query(COORDINATOR, "case.get", id=case["id"])["state"] == "filed"
    assert strike_off(office, case)["state"] == "struck_off"
    titles = [entry["title"] for entry in office.query(COORDINATOR, "case.timeline", id=case["id"])["items"]]
    assert {"打回", "县级审核", "审核通过"} <= set(titles)


def test_strike_off_waits_for_the_end_of_the_review_above(office: Office) -> None:
    """domain.md 8.3, assertion 2: the item's own review has ended, that of the patch has not."""
    id_ = submitted(office)
    case = office.command(COORDINATOR, "clue.file-case", filing(), id_)
    with pytest.raises(Refused) as caught:
        strike_off(office, case)
    told = (caught.value.code, caught.value.facts["missing"], caught.value.facts["law"])
    assert told == ("cases.strike-off-awaits-review", ["clue"], "HOUSE.rectification")
    [item] = office.query(COORDINATOR, "rectification.list", case_id=case["id"])["items"]
    office.command(COORDINATOR, "clue.start-review", {}, id_)
    for by in (COORDINATOR, CITY, REGION):
        again = refusal(office, COORDINATOR, "rectification.strike-off", papers("strike_off_sheet"), item["id"])
        assert again.code == "cases.strike-off-awaits-review"
        office.command(by, "clue.pass-review", {}, id_)
    struck = office.command(COORDINATOR, "rectification.strike-off", papers("strike_off_sheet"), item["id"])
    assert struck["state"] == "struck_off"


def test_an_opinion_that_stops_being_a_violation_is_refused_once_there_is_a_case(office: Office) -> None:
    id_ = submitted(office)
    office.command(COORDINATOR, "clue.file-case", filing(), id_)
    office.command(COORDINATOR, "clue.start-review", {}, id_)
    office.command(COORDINATOR, "clue.send-back", {"reasons": ["judged_wrong"], "note": "判定错误"}, id_)
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, id_)
    changed = opinion(opinion="false_change", proof={"images_compared": True})
    assert refusal(office, OFFICER, "clue.submit-opinion", changed, id_).code == "cases.outcome-not-allowed"


def test_nobody_reviews_what_he_submitted_himself(office: Office) -> None:
    id_ = a_patch(office)
    under_verification(office, id_)
    office.command(COORDINATOR, "clue.submit-opinion", opinion(), id_)
    assert refusal(office, COORDINATOR, "clue.start-review", {}, id_).code == "cases.reviewer-submitted"
    office.command(COLLEAGUE, "clue.start-review", {}, id_)
    assert refusal(office, COORDINATOR, "clue.pass-review", {}, id_).code == "cases.reviewer-submitted"
    assert refusal(office, COORDINATOR, "clue.send-back", {"reasons": ["area_differs"], "note": "面积"}, id_).code == (
        "cases.reviewer-submitted"
    )


def test_each_level_reviews_at_its_turn_and_in_its_own_area(office: Office) -> None:
    id_ = submitted(office)
    office.command(COORDINATOR, "clue.start-review", {}, id_)
    assert refusal(office, CITY, "clue.pass-review", {}, id_).code == "role-not-allowed"
    office.command(COORDINATOR, "clue.pass-review", {}, id_)
    assert refusal(office, REGION, "clue.pass-review", {}, id_).code == "cases.review-level-wrong"
    assert refusal(office, OTHER_CITY, "clue.pass-review", {}, id_).kind == "not-found"
    assert refusal(office, COORDINATOR, "clue.pass-review", {}, id_).code == "role-not-allowed"
    assert office.command(CITY, "clue.pass-review", {}, id_)["state"] == "province_review"
    assert clue(office, id_, REGION)["state"] == "province_review"
    assert office.query(OTHER_CITY, "clue.list")["items"] == []


def test_an_opinion_without_its_proof_is_not_reviewed_and_says_what_is_missing(office: Office) -> None:
    id_ = submitted(office, proof={"party_name": "某砂场", "act_going_on": True})
    shown = clue(office, id_)
    assert shown["missing_proofs"] == ["use_class", "built_on", "stop_order_no"]
    assert [warning["code"] for warning in shown["warnings"]] == ["cases.proof-missing"]
    refused = refusal(office, COORDINATOR, "clue.start-review", {}, id_)
    assert (refused.code, refused.facts["missing"]) == ("cases.proof-missing", shown["missing_proofs"])


def test_a_road_too_wide_is_no_rural_road(office: Office) -> None:
    id_ = a_patch(office)
    under_verification(office, id_)
    wide = opinion(opinion="rural_road", proof={"road_width_m": 12, "road_outside_network": True})
    refused = refusal(office, OFFICER, "clue.submit-opinion", wide, id_)
    assert (refused.code, refused.field) == ("cases.proof-out-of-range", "proof.road_width_m")


# --- given to an agency


def test_a_clue_given_to_an_agency_is_seen_and_verified_there_and_only_there(empty: Office) -> None:
    told = empty.command(COORDINATOR, "clue.report", sand_yard())
    other = empty.command(COORDINATOR, "clue.report", sand_yard())
    empty.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    assert [row["id"] for row in empty.query(AGRICULTURE, "clue.list")["items"]] == [told["id"]]
    assert refusal(empty, AGRICULTURE, "clue.sign", {}, other["id"]).kind == "not-found"
    assert empty.command(AGRICULTURE, "clue.sign", {}, told["id"])["state"] == "signed"
    assert refusal(empty, OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, told["id"]).code == (
        "cases.clue-not-assigned"
    )


def test_the_clocks_of_a_clue_are_those_of_whom_it_was_given_to(empty: Office) -> None:
    told = empty.command(COORDINATOR, "clue.report", sand_yard())
    empty.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    assert held(empty, AGRICULTURE) == {"D01", "D03", "D09"}
    assert held(empty, OFFICER) == set()
    returned = {"return_reason": "place_outside", "reason": "不在本部门职责内"}
    empty.command(AGRICULTURE, "clue.return", returned, told["id"])
    empty.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    assert held(empty, AGRICULTURE) == set()
    assert held(empty, OFFICER) == {"D01", "D03"}
    # The clock that the agency had met is told of the clue as it is now, as the log says when it is replayed.
    projection = next(projection for projection in PROJECTIONS if projection.name == "clue")
    assert OwnLog(empty.parts.engine, "cases", projection, lambda *_: None).rebuild(None).differences == []


def test_agriculture_decides_on_a_filing_in_seven_days_of_getting_the_clue(empty: Office) -> None:
    """D09 instead of D08; a return restarts nothing, and who else gets the clue has no such term."""
    told = empty.command(COORDINATOR, "clue.report", sand_yard())
    first = empty.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    due_on = clocks_of(first)["D09"]
    assert due_on == "2026-04-27"  # seven days from Monday 20 April
    returned = {"return_reason": "place_outside", "reason": "不在本部门职责内"}
    empty.command(AGRICULTURE, "clue.return", returned, told["id"])
    elsewhere = empty.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    assert "D09" not in clocks_of(elsewhere)
    empty.days_pass(1)
    empty.command(OFFICER, "clue.return", returned, told["id"])
    again = empty.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    assert clocks_of(again)["D09"] == due_on
    empty.command(AGRICULTURE, "clue.sign", {}, told["id"])
    visited = empty.command(AGRICULTURE, "clue.start-verification", {"officers": ["甲", "乙"]}, told["id"])
    assert {"D08", "D09"} & set(clocks_of(visited)) == {"D09"}


def test_agriculture_gets_seven_days_more_once_and_keeps_them_through_a_return(empty: Office) -> None:
    """D09, with its extension."""
    told = empty.command(COORDINATOR, "clue.report", sand_yard())
    more = {"days": 7, "approved_by": "农业局长", "reason": "须检测土样", **papers("extension_approval")}
    empty.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    none = refusal(empty, COORDINATOR, "clue.extend-filing", more, told["id"])
    assert (none.code, none.facts["rule"]) == ("cases.clock-not-running", "D09")
    returned = {"return_reason": "not_our_duty", "reason": "属农业农村部门"}
    empty.command(OFFICER, "clue.return", returned, told["id"])
    empty.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    bare = refusal(empty, AG_CHIEF, "clue.extend-filing", {**more, "documents": []}, told["id"])
    assert (bare.code, bare.facts["missing"], bare.facts["law"]) == (
        "cases.document-missing",
        ["extension_approval"],
        "AGP",
    )
    assert refusal(empty, AGRICULTURE, "clue.extend-filing", more, told["id"]).code == "role-not-allowed"
    long = refusal(empty, AG_CHIEF, "clue.extend-filing", {**more, "days": 8}, told["id"])
    assert (long.code, long.facts["most"]) == ("cases.extension-too-long", 7)
    extended = empty.command(AG_CHIEF, "clue.extend-filing", more, told["id"])
    assert (extended["state"], clocks_of(extended)["D09"]) == ("assigned", "2026-05-04")
    again = refusal(empty, AG_CHIEF, "clue.extend-filing", {**more, "days": 1}, told["id"])
    assert (again.code, again.facts["rule"]) == ("cases.extension-not-allowed", "D09")
    outside = {"return_reason": "place_outside", "reason": "地块在邻县"}
    empty.command(AGRICULTURE, "clue.return", outside, told["id"])
    back = empty.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    assert clocks_of(back)["D09"] == "2026-05-04"
    assert refusal(empty, AG_CHIEF, "clue.extend-filing", more, told["id"]).code == "cases.extension-not-allowed"


NOT_OURS = {"return_reason": "not_our_duty", "reason": "不属本单位职责"}


def test_a_clue_is_passed_on_once_and_then_the_coordinator_rules(empty: Office) -> None:
    """domain.md 4.7, 9: no second pass-on; the ruling is logged with its reason and ends the question."""
    told = empty.command(COORDINATOR, "clue.report", sand_yard())
    empty.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    early = {"agency": "agriculture", "reason": "r"}
    assert refusal(empty, COORDINATOR, "clue.rule-duty", early, told["id"]).code == "cases.duty-undisputed"
    back = empty.command(OFFICER, "clue.return", NOT_OURS, told["id"])
    assert (back["state"], back["duty"]["returned_by"]) == ("returned_unit_wrong", ["640521104000"])
    again = refusal(empty, COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    assert (again.code, again.field) == ("cases.ruling-needed", "township_code")
    empty.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    second = refusal(empty, AGRICULTURE, "clue.return", NOT_OURS, told["id"])
    assert (second.code, second.kind, second.facts["law"]) == ("cases.duty-passed-on", "conflict", "NRP 11")
    empty.command(AGRICULTURE, "clue.sign", {}, told["id"])
    assert refusal(empty, AGRICULTURE, "clue.return", NOT_OURS, told["id"]).code == "cases.duty-passed-on"
    bare = refusal(empty, COORDINATOR, "clue.rule-duty", {"agency": "agriculture"}, told["id"])
    assert bare.field == "reason"
    assert refusal(empty, AGRICULTURE, "clue.rule-duty", early, told["id"]).code == "role-not-allowed"
    nobody = refusal(empty, COORDINATOR, "clue.rule-duty", {"reason": "r"}, told["id"])
    assert nobody.code == "cases.assignee-unclear"
    ruling = {**TOWNSHIP, "reason": "属乡镇日常监管范围"}
    ruled = empty.command(COORDINATOR, "clue.rule-duty", ruling, told["id"])
    assert (ruled["state"], ruled["township_code"], ruled["agency"]) == ("assigned", "640521104000", None)
    assert (ruled["duty"]["ruling"], ruled["duty"]["ruled_by"]) == ("属乡镇日常监管范围", COORDINATOR.name)
    assert {"D01", "D03"} == set(clocks_of(ruled))
    logged = empty.events(told["id"])[-1]
    assert logged.type == "tianwei.cases.clue-duty-ruled.v1"
    assert (logged.actor, logged.payload["reason"]) == (COORDINATOR.account_id, "属乡镇日常监管范围")
    stays = refusal(empty, OFFICER, "clue.return", NOT_OURS, told["id"])
    assert (stays.code, stays.facts["ruling"]) == ("cases.duty-ruled", "属乡镇日常监管范围")
    outside = {"return_reason": "place_outside", "reason": "地块在邻县"}
    assert empty.command(OFFICER, "clue.return", outside, told["id"])["state"] == "returned_unit_wrong"
    projection = next(projection for projection in PROJECTIONS if projection.name == "clue")
    assert OwnLog(empty.parts.engine, "cases", projection, lambda *_: None).rebuild(None).differences == []


def test_more_time_for_a_filing_is_asked_for_while_it_runs(empty: Office) -> None:
    told = empty.command(COORDINATOR, "clue.report", sand_yard())
    empty.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    empty.days_pass(8)
    more = {"days": 7, "approved_by": "农业局长", "reason": "须检测土样", **papers("extension_approval")}
    late = refusal(empty, AG_CHIEF, "clue.extend-filing", more, told["id"])
    assert (late.code, late.facts["last_on"]) == ("cases.extension-too-late", "2026-04-27")


def clocks_of(clue: dict[str, Any]) -> dict[str, str]:
    """Running clocks and their last days."""
    return {clock["rule_id"]: clock["due_on"] for clock in clue["deadlines"] if clock["met_at"] is None}


def held(office: Office, by: Actor) -> set[str]:
    return {clock["rule_id"] for clock in office.query(by, "deadline.mine")["items"]}


@pytest.mark.parametrize("given", [{}, {**TOWNSHIP, "agency": "agriculture"}], ids=["nobody", "both"])
def test_a_clue_is_given_to_one(office: Office, given: dict[str, Any]) -> None:
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    assert refusal(office, COORDINATOR, "clue.assign", given, told["id"]).code == "cases.assignee-unclear"


# --- cut in parts


def parts(*areas: float, **more: Any) -> dict[str, Any]:
    return {"children": [{"area_m2": area, **more} for area in areas], "reason": "用途不同"}


def test_a_patch_is_cut_in_children_that_get_opinions_of_their_own(office: Office) -> None:
    id_ = a_patch(office)
    under_verification(office, id_)
    due_on = clue(office, id_)["due_on"]
    (verification,) = (clock for clock in clue(office, id_)["deadlines"] if clock["rule_id"] == "D03")
    assert verification["holder"] == "township"
    assert verification["alarms"]
    west = clue(office, id_)["longitude"] - 0.0005
    half = box(west, side=0.0005)
    cut = {"children": [{"area_m2": 5000, "geometry": half}, {"area_m2": 3400, "note": "道路"}], "reason": "用途不同"}
    parent = office.command(OFFICER, "clue.split", cut, id_)
    assert (parent["state"], parent["is_split"], parent["warnings"]) == ("split", True, [])
    first, second = (clue(office, child["clue_id"]) for child in parent["split"]["children"])
    assert [first["patch_no"], second["patch_no"]] == [f"{parent['patch_no']}_1", f"{parent['patch_no']}_2"]
    assert [first["clue_no"], second["clue_no"]] == [f"{parent['clue_no']}_1", f"{parent['clue_no']}_2"]
    assert (first["geometry"], first["longitude"], second["geometry"]) == (half, pytest.approx(west + 0.00025), None)
    for child in (first, second):
        assert (child["state"], child["parent_id"], child["officers"]) == ("verifying", id_, ["甲", "乙"])
        assert child["due_on"] == due_on
        assert [clock for clock in child["deadlines"] if clock["rule_id"] == "D03"] == [verification]
    illegal = opinion(area_m2=5000, farmland_area_m2=5000, pbf_area_m2=4000)
    road = {"road_width_m": 4, "road_outside_network": True}
    legal = opinion(opinion="rural_road", area_m2=3400, farmland_area_m2=0, pbf_area_m2=0, proof=road)
    office.command(OFFICER, "clue.submit-opinion", illegal, first["id"])
    office.command(OFFICER, "clue.submit-opinion", legal, second["id"])
    assert office.command(COORDINATOR, "clue.file-case", filing(), first["id"])["area_m2"] == 5000
    assert review(office, second["id"])["state"] == "review_ended"
    assert office.command(COORDINATOR, "clue.close", {"reason": "农村道路"}, second["id"])["state"] == "closed_legal"


def test_originals_leave_children_out_and_verified_patches_leave_split_parents_out(empty: Office) -> None:
    first, second = take_in(empty, (1, box()), (2, box(105.6)))
    under_verification(empty, first)
    empty.command(OFFICER, "clue.split", parts(5000, 3400), first)

    def counted(how: str | None) -> int:
        asked = {"counted_as": how} if how else {}
        return int(empty.query(COORDINATOR, "clue.list", with_total=True, **asked)["total"])

    assert (counted(None), counted("original"), counted("verified")) == (4, 2, 3)
    assert not clue(empty, second)["is_split"]


@pytest.mark.parametrize(
    ("areas", "difference_mu"), [((5000, 3386.67), -0.02), ((5000, 3400.02), 0.0), ((8400, 13.34), 0.02)]
)
def test_areas_of_children_that_do_not_make_up_the_parent_are_warned_of(
    office: Office, areas: tuple[float, float], difference_mu: float
) -> None:
    """8400 m2 are 12.60 mu; 8386.67 are 12.58 (domain.md 8.5 g)."""
    id_ = a_patch(office)
    under_verification(office, id_)
    parent = office.command(OFFICER, "clue.split", parts(*areas), id_)
    warned = [warning["code"] for warning in parent["warnings"]]
    assert warned == (["cases.split-areas-differ"] if difference_mu else [])
    assert parent["split"]["difference_mu"] == pytest.approx(difference_mu, abs=1e-3)


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ({"type": "Point", "coordinates": [105.5, 37.4]}, "not-a-surface"),
        ({"type": "Polygon", "coordinates": []}, "not-a-surface"),
        (OPEN, "ring-open"),
        ({"type": "Polygon", "coordinates": [[[105.5, 37.4]] * 4]}, "no-area"),
        (box(116.0, 39.0), "outside-county"),
        ({"type": "Polygon", "coordinates": [[[105.5, "x"]] * 4]}, "not-a-surface"),
    ],
)
def test_a_shape_of_a_child_that_is_none_is_refused_and_nothing_is_cut(
    office: Office, geometry: dict[str, Any], reason: str
) -> None:
    id_ = a_patch(office)
    under_verification(office, id_)
    refused = refusal(office, OFFICER, "clue.split", parts(5000, 3400, geometry=geometry), id_)
    assert (refused.code, refused.facts["reason"]) == ("cases.shape-malformed", reason)
    assert refused.field == "children.0.geometry"
    assert clue(office, id_)["state"] == "verifying"


def test_a_child_is_not_cut_again_and_a_part_is_not_larger_than_its_whole(office: Office) -> None:
    id_ = a_patch(office)
    under_verification(office, id_)
    wrong = {"children": [{"area_m2": 10, "farmland_area_m2": 20}, {"area_m2": 10}], "reason": "x"}
    assert refusal(office, OFFICER, "clue.split", wrong, id_).code == "cases.area-exceeds"
    parent = office.command(OFFICER, "clue.split", parts(5000, 3400), id_)
    child = parent["split"]["children"][0]["clue_id"]
    assert refusal(office, OFFICER, "clue.split", parts(1, 2), child).code == "cases.child-not-split"
    assert refusal(office, OFFICER, "clue.split", parts(1, 2), id_).code == "cases.transition-not-allowed"


def test_children_are_no_duplicates_of_their_parent_or_of_each_other(empty: Office) -> None:
    id_ = take_in(empty, (1, box()))[0]
    look(empty)
    under_verification(empty, id_)
    empty.command(OFFICER, "clue.split", parts(5000, 3400, geometry=box()), id_)
    take_in(empty, (9, box()))
    look(empty)
    assert {frozenset(found[3]) for found in proposals(empty)} == {
        frozenset({"overlap", "centre_inside", "same_period"})
    }
    assert len(proposals(empty)) == 2, "the new patch with each child, and with nothing else"


# --- given away


def test_a_clue_is_transferred_once_and_comes_back_to_be_assigned(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    out = {"body": "林业和草原局", "reason": "属林地", "letter_no": "函1号"}
    sent = office.command(COORDINATOR, "clue.transfer-out", out, told["id"])
    assert (sent["state"], sent["transfer"]["reply"]) == ("transferred_out", None)
    assert [clock["rule_id"] for clock in sent["deadlines"] if clock["met_at"] is None] == ["C02"]
    assert refusal(office, COORDINATOR, "clue.archive", {}, told["id"]).code == "cases.outcome-not-allowed"
    early = {"reply": "returned", "replied_on": "2026-04-19"}
    assert refusal(office, COORDINATOR, "clue.answer-transfer", early, told["id"]).code == "cases.before-earlier-step"
    back = {"reply": "returned", "replied_on": "2026-04-20", "note": "不是林地"}
    assert office.command(COORDINATOR, "clue.answer-transfer", back, told["id"])["state"] == "returned_unit_wrong"
    again = refusal(office, COORDINATOR, "clue.transfer-out", out, told["id"])
    assert (again.code, again.facts["body"]) == ("cases.already-passed-on", "林业和草原局")
    assigned = office.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    assert sorted(clock["rule_id"] for clock in assigned["deadlines"] if clock["met_at"] is None) == ["D01", "D03"]


def test_a_transfer_that_was_accepted_is_archived(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.transfer-out", {"body": "水务局", "reason": "河道"}, told["id"])
    accepted = {"reply": "accepted", "replied_on": "2026-04-20"}
    office.command(COORDINATOR, "clue.answer-transfer", accepted, told["id"])
    assert office.command(COORDINATOR, "clue.archive", {}, told["id"])["state"] == "archived"


def test_why_a_clue_was_not_taken_up_is_kept(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    body = {"reject_reason": "anonymous_without_facts", "reason": "没有具体事实"}
    rejected = office.command(COORDINATOR, "clue.reject", body, told["id"])
    assert (rejected["state"], rejected["reject_reason"]) == ("rejected", "anonymous_without_facts")


@pytest.mark.parametrize(
    "verb",
    ["start-review", "pass-review", "send-back", "split", "transfer-out", "archive", "deduplicate", "add-aliases"],
)
def test_steps_on_what_is_not_yours_to_see_are_not_found_or_not_allowed(shared_office: Office, verb: str) -> None:
    told = shared_office.command(COORDINATOR, "clue.report", sand_yard())
    body: dict[str, Any] = {
        "send-back": {"reasons": ["no_azimuth"], "note": "x"},
        "split": parts(1, 2),
        "transfer-out": {"body": "x", "reason": "x"},
        "add-aliases": {"aliases": [{"number": "1", "kind": "other"}]},
    }.get(verb, {})
    assert refusal(shared_office, OTHER_COUNTY, f"clue.{verb}", body, told["id"]).kind == "not-found"
    clerk = actor(Role.RECIPIENT_CLERK, "640521")
    assert refusal(shared_office, clerk, f"clue.{verb}", body, told["id"]).kind == "not-allowed"
