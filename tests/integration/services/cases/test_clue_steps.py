"""Clues beside their main path: reviewed above, sent back, transferred, archived."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.codes import Role
from tests.integration.services.cases.clue_desk import (
    CITY,
    COLLEAGUE,
    OTHER_CITY,
    REGION,
    TOWNSHIP,
    a_patch,
    clue,
    opinion,
    parts,
    refusal,
    review,
    submitted,
    under_verification,
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
from tests.integration.services.cases.test_main_path import strike_off
from tests.support.nodes import PostgresNode

pytestmark = pytest.mark.evidence_not_asked


@pytest.fixture
def office(shared_office: Office) -> Office:
    """One database for all but the tests that count what is in it."""
    return shared_office


@pytest.fixture
def empty(postgres: PostgresNode, migrated: str, tmp_path: Path) -> Iterator[Office]:
    yield from open_office(postgres, migrated, tmp_path)


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
    assert "cases.proof-missing" in [warning["code"] for warning in shown["warnings"]]
    refused = refusal(office, COORDINATOR, "clue.start-review", {}, id_)
    assert (refused.code, refused.facts["missing"]) == ("cases.proof-missing", shown["missing_proofs"])


def test_a_road_too_wide_is_no_rural_road(office: Office) -> None:
    id_ = a_patch(office)
    under_verification(office, id_)
    wide = opinion(opinion="rural_road", proof={"road_width_m": 12, "road_outside_network": True})
    refused = refusal(office, OFFICER, "clue.submit-opinion", wide, id_)
    assert (refused.code, refused.field) == ("cases.proof-out-of-range", "proof.road_width_m")


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
