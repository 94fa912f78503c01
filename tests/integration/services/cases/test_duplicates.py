"""Clues that are one: found by number and place, proposed by the system, decided by a person, never deleted."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.cases.adapters.duplicate_checker import DuplicateChecker, OverlapChild
from tests.integration.services.cases.clue_desk import (
    CITY,
    COLLEAGUE,
    PROOF,
    box,
    importing,
    look,
    proposals,
    reported,
    review,
    take_in,
)
from tests.integration.services.cases.import_desk import Desk
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    Refused,
    filing,
    papers,
    sand_yard,
)
from tests.integration.services.cases.patch_writing import geojson, row, square
from tests.integration.services.cases.test_main_path import strike_off
from tests.support.nodes import wait_until

pytestmark = pytest.mark.evidence_not_asked

TOWNSHIP = {"township_code": "640521104000"}
FAR = box(105.6, 37.5)


def decide(office: Office, proposal: str, decision: str, by: Any = COORDINATOR, **more: Any) -> dict[str, Any]:
    body = {"decision": decision, "reason": "现场核对", **more}
    return office.command(by, "clue_duplicate.decide", body, proposal)


def clue(office: Office, id_: str) -> dict[str, Any]:
    return office.query(COORDINATOR, "clue.get", id=id_)


def refusal(office: Office, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        office.command(*args, **more)
    return caught.value


def test_a_hotline_clue_inside_a_new_patch_is_found_and_linked_and_keeps_its_number(office: Office) -> None:
    hotline = office.command(COORDINATOR, "clue.report", reported())
    office.days_pass(4)
    (patch,) = take_in(office, (1, box()))
    look(office)
    [(proposal, newer, older, grounds)] = proposals(office, state="proposed")
    assert (newer, older, grounds) == (patch, hotline["id"], ["centre_inside"])
    decided = decide(office, proposal, "link", into_id=patch)
    assert (decided["state"], decided["decided_by"], decided["reason"]) == ("linked", "王协调", "现场核对")
    ended, goes_on = clue(office, hotline["id"]), clue(office, patch)
    assert (ended["state"], ended["linked_to_id"], ended["due_on"]) == ("linked_to_existing", patch, None)
    assert ended["clue_no"] == hotline["clue_no"]
    assert {"number": hotline["clue_no"], "kind": "clue"} in goes_on["aliases"]
    assert goes_on["state"] == "deduplicated"
    found = office.query(COORDINATOR, "clue.list", no=hotline["clue_no"])["items"]
    assert {row["id"] for row in found} == {hotline["id"], patch}


@pytest.mark.parametrize(
    ("shape", "grounds"),
    [
        (box(), ["overlap", "centre_inside", "same_period"]),
        (box(105.5002), ["overlap", "centre_inside", "same_period"]),
        (box(105.50045), ["centre_inside", "same_period"]),
        (box(105.5006), None),
        (FAR, None),
    ],
    ids=["same", "two-thirds", "centre-only", "touching", "far"],
)
def test_two_patches_are_one_by_how_they_lie_to_each_other(
    office: Office, shape: dict[str, Any], grounds: list[str] | None
) -> None:
    take_in(office, (1, box()))
    office.days_pass(1)
    take_in(office, (2, shape))
    look(office)
    assert [found[3] for found in proposals(office)] == ([] if grounds is None else [grounds])


def test_two_points_are_one_when_they_are_near(office: Office) -> None:
    for west in (105.5005, 105.5008, 105.52):
        office.command(COORDINATOR, "clue.report", reported(longitude=west, reporter=None))
    look(office)
    assert [found[3] for found in proposals(office)] == [["near_point"]]


def test_a_number_that_another_is_known_by_is_found_wherever_it_lies(office: Office) -> None:
    (patch,) = take_in(office, (1, FAR))
    number = clue(office, patch)["patch_no"]
    alias = {"aliases": [{"number": number, "kind": "patch"}]}
    told = office.command(COORDINATOR, "clue.report", sand_yard(source="superior_assignment", **alias))
    look(office)
    [(_, newer, older, grounds)] = proposals(office)
    assert (newer, older, grounds) == (told["id"], patch, ["number"])
    found = office.query(COORDINATOR, "clue.list", no=number)["items"]
    assert {row["id"] for row in found} == {patch, told["id"]}


def test_a_number_noted_later_is_looked_for_again(office: Office) -> None:
    (patch,) = take_in(office, (1, FAR))
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    look(office)
    assert proposals(office) == []
    number = clue(office, patch)["patch_no"]
    noted = {"aliases": [{"number": number, "kind": "patch"}, {"number": told["clue_no"], "kind": "clue"}]}
    again = office.command(COORDINATOR, "clue.add-aliases", noted, told["id"])
    assert again["aliases"] == [{"number": number, "kind": "patch"}], "its own number is no outside number"
    look(office)
    assert [found[3] for found in proposals(office)] == [["number"]]


def test_a_pair_is_proposed_once_whoever_looks_and_however_often(office: Office) -> None:
    ids = take_in(office, (1, box()), (2, box()))
    for _ in range(2):
        look(office)
        with office.parts.engine.begin() as connection:
            for id_ in ids:
                connection.execute(sa.text("INSERT INTO clue_check (clue_id) VALUES (:id)"), {"id": id_})
    look(office)
    assert len(proposals(office)) == 1


def test_of_a_place_reported_over_and_over_only_the_likeliest_are_proposed(office: Office) -> None:
    ids = take_in(office, *((number, box(105.5 + number * 0.00001)) for number in range(1, 9)))
    look(office)
    found = proposals(office, limit=200)
    of_last = [older for _, newer, older, _ in found if newer == ids[-1]]
    assert sorted(of_last) == sorted(ids[4:7]), "those that overlap most"
    assert len(found) == 0 + 1 + 2 + 3 * 5


def test_a_clue_with_an_undecided_proposal_is_not_given_out(office: Office) -> None:
    first, second = take_in(office, (1, box()), (2, box()))
    look(office)
    for id_ in (first, second):
        refused = refusal(office, COORDINATOR, "clue.assign", TOWNSHIP, id_)
        assert (refused.kind, refused.code) == ("conflict", "cases.duplicates-undecided")
        assert refusal(office, COORDINATOR, "clue.deduplicate", {}, id_).code == "cases.duplicates-undecided"
    decide(office, proposals(office)[0][0], "separate")
    assert [clue(office, id_)["state"] for id_ in (first, second)] == ["deduplicated"] * 2
    assert office.command(COORDINATOR, "clue.assign", TOWNSHIP, first)["state"] == "assigned"


def test_a_clue_that_is_being_verified_can_still_turn_out_to_be_another(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", reported())
    office.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    office.command(OFFICER, "clue.sign", {}, told["id"])
    (patch,) = take_in(office, (1, box()))
    look(office)
    [(proposal, *_)] = proposals(office)
    decide(office, proposal, "link", into_id=patch)
    assert clue(office, told["id"])["state"] == "linked_to_existing"


def test_the_same_place_in_the_next_batch_is_a_possible_rebound_of_the_struck_off_item(office: Office) -> None:
    (patch,) = take_in(office, (1, box()))
    case, item = struck_off(office, patch)
    office.days_pass(60)
    (again,) = take_in(office, (2, box()), batch_no="2026年三季度")
    look(office)
    [row] = office.query(COORDINATOR, "clue_duplicate.list")["items"]
    assert (row["kind"], row["item_id"], row["item_no"]) == ("rebound", item["id"], item["item_no"])
    assert (row["clue"]["id"], row["other"]["id"]) == (again, patch)
    assert refusal(
        office, COORDINATOR, "clue_duplicate.decide", {"decision": "link", "into_id": patch, "reason": "x"}, row["id"]
    ).code == ("cases.duplicate-into-unknown")
    decide(office, row["id"], "link")
    new = clue(office, again)
    assert (new["state"], new["rebound_item_id"]) == ("deduplicated", item["id"])
    assert new["rebound"]["case_id"] == case["id"]
    assert clue(office, patch)["state"] == "to_case"
    told = [event.type for event in office.events(again)]
    assert "tianwei.cases.clue-rebound-noted.v1" in told
    assert office.command(COORDINATOR, "clue.assign", TOWNSHIP, again)["state"] == "assigned"


def struck_off(office: Office, id_: str) -> tuple[dict[str, Any], dict[str, Any]]:
    office.command(COORDINATOR, "clue.assign", TOWNSHIP, id_)
    office.command(OFFICER, "clue.sign", {}, id_)
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, id_)
    areas = {"area_m2": 8400, "farmland_area_m2": 7000, "pbf_area_m2": 4200}
    opinion = {"opinion": "non_agri_illegal", "facts": "占用耕地", "proof": PROOF, **areas}
    office.command(OFFICER, "clue.submit-opinion", {**opinion, **papers("verification_report", "site_photos")}, id_)
    case = office.command(COORDINATOR, "clue.file-case", filing(), id_)
    review(office, id_)
    return case, strike_off(office, case)


# --- two at once


def at_once(*acts: Any) -> list[Any]:
    def attempt(act: Any) -> Any:
        try:
            return act()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(attempt, acts))


def test_two_officers_who_decide_at_once_leave_one_decision_and_nothing_half_done(office: Office) -> None:
    for number in range(4):
        shape = box(105.5 + number * 0.01)
        first, second = take_in(office, (number * 2 + 1, shape), (number * 2 + 2, shape))
        look(office)
        [(proposal, *_)] = proposals(office, state="proposed")
        answers = at_once(
            lambda id_=proposal, into=first: decide(office, id_, "link", into_id=into),
            lambda id_=proposal, into=second: decide(office, id_, "link", COLLEAGUE, into_id=into),
        )
        [late] = [answer for answer in answers if isinstance(answer, Refused)]
        [done] = [answer for answer in answers if not isinstance(answer, Refused)]
        assert (late.kind, late.code) == ("conflict", "cases.duplicate-decided")
        assert late.facts["decided_by"] == done["decided_by"]
        states = sorted(clue(office, id_)["state"] for id_ in (first, second))
        assert states == ["deduplicated", "linked_to_existing"]
        decisions = [event for event in office.events(proposal) if event.type.endswith("decided.v1")]
        assert len(decisions) == 1


def test_two_decisions_over_one_clue_in_a_circle_do_not_lock_each_other_up(office: Office) -> None:
    ids = take_in(office, *((number, box()) for number in range(1, 5)))
    look(office)
    open_ = proposals(office, state="proposed")
    assert len(open_) == 6
    at_once(*(lambda id_=found[0]: decide(office, id_, "link") for found in open_))
    states = [clue(office, id_)["state"] for id_ in ids]
    assert states.count("linked_to_existing") == 3
    [survivor] = [id_ for id_ in ids if clue(office, id_)["linked_to_id"] is None]
    assert office.command(COORDINATOR, "clue.assign", TOWNSHIP, survivor)["state"] == "assigned"
    look(office)
    assert len(proposals(office)) == 6


def test_a_decided_proposal_is_not_decided_again_and_not_proposed_again(office: Office) -> None:
    take_in(office, (1, box()), (2, box()))
    look(office)
    [(proposal, *_)] = proposals(office)
    decide(office, proposal, "separate")
    assert refusal(office, COLLEAGUE, "clue_duplicate.decide", {"decision": "link", "reason": "是"}, proposal).facts[
        "state"
    ] == ("separate")
    take_in(office, (3, FAR))
    look(office)
    assert len(proposals(office)) == 1


@pytest.mark.parametrize(
    "stranger", [OTHER_COUNTY, OFFICER, AGENCY, CITY], ids=["county", "township", "agency", "city"]
)
def test_nobody_but_the_county_sees_or_decides_a_proposal(office: Office, stranger: Any) -> None:
    take_in(office, (1, box()), (2, box()))
    look(office)
    [(proposal, *_)] = proposals(office)
    assert office.query(stranger, "clue_duplicate.list")["items"] == []
    with pytest.raises(Refused) as caught:
        office.query(stranger, "clue_duplicate.get", id=proposal)
    assert caught.value.kind == "not-found"
    refused = refusal(office, stranger, "clue_duplicate.decide", {"decision": "link", "reason": "是"}, proposal)
    assert refused.kind == ("not-found" if stranger is OTHER_COUNTY else "not-allowed")


def test_clues_of_other_counties_are_never_compared(office: Office) -> None:
    take_in(office, (1, box()))
    take_in(office, (2, box()), division_code="640522100000", township_code="640522100000")
    look(office)
    assert proposals(office) == []


def test_a_geometry_child_that_does_not_answer_leaves_the_clues_waiting(office: Office) -> None:
    take_in(office, (1, box()), (2, box()))
    with importing(office) as runner:
        assert DuplicateChecker(runner, OverlapChild(most_s=0.001)).run_once()
        assert not DuplicateChecker(runner).run_once(), "held by the one that failed"
    assert proposals(office) == []
    with office.parts.engine.begin() as connection:
        left = connection.execute(sa.text("UPDATE clue_check SET lease_until = NULL RETURNING tries")).scalars()
        assert list(left) == [1, 1]
    look(office)
    assert len(proposals(office)) == 1


def test_what_cannot_be_looked_at_is_left_for_a_person_and_told_by_the_health_answer(office: Office) -> None:
    take_in(office, (1, box()), (2, box()))
    with importing(office) as runner, office.parts.engine.connect() as connection:
        for _ in range(2 + 2 * 3):  # twice together, then three times each by itself
            assert DuplicateChecker(runner, OverlapChild(most_s=0.001), lease_s=0).run_once()
        assert not DuplicateChecker(runner).run_once()
        health = office.parts.health(connection)
    assert (health["duplicate_checks_given_up"], health["duplicate_checks_waiting"]) == (2, 0)


def test_the_shipped_worker_looks_at_what_was_imported_and_at_what_was_reported(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path)
    told = office.command(COORDINATOR, "clue.report", reported(longitude=105.739, latitude=37.5440, reporter=None))
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson([row(1)], [square(side=200)]))
    desk.ask(path)
    process = desk.process(tmp_path / "worker.log")
    try:
        wait_until(lambda: bool(proposals(office)), what="a proposal")
    finally:
        process.terminate()
        process.wait(10)
    [(_, newer, older, grounds)] = proposals(office)
    [patch] = office.query(COORDINATOR, "clue.list", no=row(1)["JCBH"])["items"]
    assert ({newer, older}, grounds) == ({patch["id"], told["id"]}, ["centre_inside"])
    with office.parts.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM clue_check")).scalar_one() == 0
