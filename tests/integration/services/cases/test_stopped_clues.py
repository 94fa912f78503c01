"""A clue whose act was stopped has a case beside it: it goes on to be verified, reviewed, filed, and nowhere else."""

from typing import Any

import pytest

from tests.integration.services.cases.clue_desk import (
    TOWNSHIP,
    box,
    clue,
    look,
    opinion,
    parts,
    proposals,
    refusal,
    take_in,
    under_verification,
)
from tests.integration.services.cases.office import COORDINATOR, OFFICER, Office, filing, papers, sand_yard
from tests.integration.services.cases.test_case_paths import stop_order
from tests.integration.services.cases.test_duplicates import decide

pytestmark = pytest.mark.evidence_not_asked


def stopped(office: Office, number: int) -> tuple[str, dict[str, Any]]:
    """A patch under verification whose act was stopped, and the case that began."""
    (id_,) = take_in(office, (number, box(105.3 + number * 0.01)))
    look(office)
    under_verification(office, id_)
    return id_, office.command(OFFICER, "clue.stop", stop_order(office), id_)


def test_it_is_not_cut_passed_on_or_linked_away_from_its_case(office: Office) -> None:
    id_, case = stopped(office, 1)
    take_in(office, (2, box(105.31)))
    look(office)
    ((proposal, one, other, *_),) = proposals(office)
    into = other if one == id_ else one
    refusals = [
        refusal(office, OFFICER, "clue.split", parts(5000, 3400), id_),
        refusal(office, COORDINATOR, "clue_duplicate.decide", link(into), proposal),
    ]
    office.command(OFFICER, "clue.submit-opinion", opinion(), id_)
    refusals.append(refusal(office, COORDINATOR, "clue.transfer-out", {"body": "水务局", "reason": "河道"}, id_))
    assert [(one.code, one.facts["verb"], one.facts["law"]) for one in refusals] == [
        ("cases.case-beside", "split", "HOUSE.clue"),
        ("cases.case-beside", "link", "HOUSE.clue"),
        ("cases.case-beside", "transfer-out", "NRP 11"),
    ]
    assert (clue(office, id_)["state"], clue(office, id_)["case_id"]) == ("opinion_submitted", case["id"])


def test_the_other_clue_of_the_place_is_linked_to_it(office: Office) -> None:
    id_, case = stopped(office, 1)
    (later,) = take_in(office, (2, box(105.31)))
    look(office)
    ((proposal, *_),) = proposals(office)
    assert decide(office, proposal, "link", into_id=id_)["state"] == "linked"
    assert clue(office, later)["linked_to_id"] == id_
    assert clue(office, id_)["case_id"] == case["id"]


@pytest.mark.parametrize("verb", ["file-case", "decline-filing"])
def test_it_is_filed_or_declined_under_the_number_of_its_case_also_while_it_is_reviewed(
    office: Office, verb: str
) -> None:
    id_, case = stopped(office, 1)
    # Small enough to be minor: an area of the crime is filed (T310 11).
    office.command(OFFICER, "clue.submit-opinion", opinion(farmland_area_m2=700, pbf_area_m2=0), id_)
    office.command(COORDINATOR, "clue.start-review", {}, id_)
    decline = {**head(), "ground": "minor_and_corrected", "reason": "已自行纠正", **papers("not_filed_approval")}
    ended = office.command(COORDINATOR, f"clue.{verb}", filing() if verb == "file-case" else decline, id_)
    assert (ended["case_no"], ended["id"]) == (case["case_no"], case["id"])
    assert clue(office, id_)["state"] == "to_case"
    assert clue(office, id_)["review_state"] == "county_review", "the review goes on beside the case"


def test_an_act_that_goes_on_is_stopped_also_after_the_proof_was_sent_back(office: Office) -> None:
    (id_,) = take_in(office, (1, box()))
    look(office)
    under_verification(office, id_)
    office.command(OFFICER, "clue.submit-opinion", opinion(), id_)
    office.command(COORDINATOR, "clue.start-review", {}, id_)
    office.command(COORDINATOR, "clue.send-back", {"reasons": ["no_azimuth"], "note": "无方位角"}, id_)
    assert office.command(OFFICER, "clue.stop", stop_order(office), id_)["state"] == "stopped"
    assert clue(office, id_)["state"] == "sent_back"


@pytest.mark.parametrize("going_on", [True, False])
@pytest.mark.parametrize("pbf_area_m2", [4200, 100])
def test_a_visit_starts_the_clock_of_the_stop_order_and_of_a_large_case_only_where_they_are_due(
    office: Office, going_on: bool, pbf_area_m2: int
) -> None:
    told = office.command(COORDINATOR, "clue.report", sand_yard(farmland_area_m2=pbf_area_m2, pbf_area_m2=pbf_area_m2))
    office.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    office.command(OFFICER, "clue.sign", {}, told["id"])
    visit = {"officers": ["甲", "乙"], "act_going_on": going_on}
    started = office.command(OFFICER, "clue.start-verification", visit, told["id"])
    due = {"D03", "D08"} | ({"D04"} if going_on else set()) | ({"D07"} if pbf_area_m2 == 4200 else set())
    assert {clock["rule_id"] for clock in started["deadlines"] if clock["met_at"] is None} == due


def link(into: str) -> dict[str, Any]:
    return {"decision": "link", "reason": "同一处", "into_id": into}


def head() -> dict[str, Any]:
    return {name: value for name, value in filing().items() if name not in ("documents", "reason")}
