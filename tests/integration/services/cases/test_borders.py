"""Who sees and does what, versions, repetition, bad input: what the service refuses, whatever the gateway let pass."""

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from shared.principal import Actor
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OFFICERS,
    OTHER_COUNTY,
    OTHER_OFFICER,
    Office,
    Refused,
    correction,
    filed,
    filing,
    invitation,
    papers,
    sand_yard,
    verified,
)

pytestmark = pytest.mark.evidence_not_asked


def refusal(office: Office, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        office.command(*args, **more)
    return caught.value


@pytest.mark.parametrize("stranger", [OTHER_OFFICER, OTHER_COUNTY, AGENCY], ids=["township", "county", "agency"])
def test_what_is_not_yours_to_see_does_not_exist(shared_office: Office, stranger: Actor) -> None:
    office = shared_office
    case = filed(office)
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    asked = [
        ("clue.get", case["clue_id"]),
        ("case.get", case["id"]),
        ("case.timeline", case["id"]),
        ("case.deadlines", case["id"]),
        ("rectification.get", item["id"]),
    ]
    for operation, id_ in asked:
        with pytest.raises(Refused) as caught:
            office.query(stranger, operation, id=id_)
        assert (caught.value.kind, caught.value.code) == ("not-found", "not-found")
    for listing in ("clue.list", "case.list", "rectification.list", "joint_action.list"):
        assert office.query(stranger, listing, with_total=True) == {"items": [], "next_cursor": None, "total": 0}
    assert not any(office.query(stranger, "cases.statistics").values())


def test_commands_on_what_is_not_yours_to_see_are_not_found(shared_office: Office) -> None:
    office = shared_office
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
    assert refusal(office, OTHER_OFFICER, "clue.sign", {}, clue["id"]).kind == "not-found"
    assert refusal(office, OTHER_COUNTY, "clue.sign", {}, clue["id"]).kind == "not-found"
    assert refusal(office, COORDINATOR, "clue.sign", {}, uuid4()).kind == "not-found"
    assert office.command(OFFICER, "clue.sign", {}, clue["id"])["state"] == "signed"


def test_a_clue_assigned_to_another_township_is_seen_there_and_only_acted_on_there(shared_office: Office) -> None:
    office = shared_office
    clue = office.command(OFFICER, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521100000"}, clue["id"])
    assert refusal(office, OFFICER, "clue.sign", {}, clue["id"]).code == "cases.clue-not-assigned"
    assert office.query(OTHER_OFFICER, "clue.get", id=clue["id"])["township_code"] == "640521100000"
    assert office.command(OTHER_OFFICER, "clue.sign", {}, clue["id"])["state"] == "signed"


def test_a_returned_clue_is_assigned_again_while_its_clock_runs_on(shared_office: Office) -> None:
    office = shared_office
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
    returned = {"return_reason": "place_outside", "reason": "在邻镇"}
    assert office.command(OFFICER, "clue.return", returned, clue["id"])["state"] == "returned_unit_wrong"
    again = office.command(COORDINATOR, "clue.assign", {"township_code": "640521100000"}, clue["id"])
    running = [clock["rule_id"] for clock in again["deadlines"] if clock["met_at"] is None]
    assert sorted(running) == ["D01", "D03"]


@pytest.mark.parametrize(
    ("by", "operation"),
    [(OFFICER, "clue.assign"), (OFFICER, "clue.file-case"), (AGENCY, "clue.report"), (OFFICER, "case.close")],
)
def test_a_role_without_a_row_is_refused(shared_office: Office, by: Actor, operation: str) -> None:
    assert refusal(shared_office, by, operation, {}, uuid4()).kind == "not-allowed"


def test_a_stale_version_is_refused_and_changes_nothing(shared_office: Office) -> None:
    office = shared_office
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    assign = {"township_code": "640521104000"}
    assert office.command(COORDINATOR, "clue.assign", assign, clue["id"], version=1)["version"] == 2
    refused = refusal(office, OFFICER, "clue.sign", {}, clue["id"], version=1)
    assert (refused.kind, refused.facts) == ("stale-version", {"expected": 1, "actual": 2})
    assert office.query(OFFICER, "clue.get", id=clue["id"])["state"] == "assigned"


def test_the_same_key_has_one_effect_and_one_answer(office: Office) -> None:
    first = office.command(COORDINATOR, "clue.report", sand_yard(), key="k1")
    assert office.command(COORDINATOR, "clue.report", sand_yard(), key="k1") == first
    assert office.query(COORDINATOR, "clue.list", with_total=True)["total"] == 1
    assert len(office.events(first["id"])) == 1
    refused = refusal(office, COORDINATOR, "clue.report", sand_yard(place="别处"), key="k1")
    assert (refused.kind, refused.code) == ("conflict", "idempotency-key-reused")


def test_repeating_a_step_with_its_key_gives_the_first_answer_though_the_state_has_moved(office: Office) -> None:
    clue = verified(office)
    office.command(OFFICER, "clue.report", sand_yard(), key="other")
    closed = refusal(office, COORDINATOR, "clue.close", {"reason": "合法"}, clue["id"])
    assert closed.code == "cases.outcome-not-allowed"
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    reject = ({"reason": "非耕地"}, clue["id"])
    first = office.command(COORDINATOR, "clue.reject", *reject, key="r")
    assert office.command(COORDINATOR, "clue.reject", *reject, key="r") == first
    again = refusal(office, COORDINATOR, "clue.reject", *reject)
    assert (again.code, again.facts["state"], again.facts["allowed"]) == (
        "cases.transition-not-allowed",
        "rejected",
        [],
    )


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (sand_yard(colour="red"), "invalid-field", "colour"),
        (sand_yard(division_code="6405"), "invalid-field", "division_code"),
        (sand_yard(division_code="６４０５２１１０４０００"), "division.malformed", "division_code"),
        (sand_yard(division_code="640521999000"), "division.unknown", "division_code"),
        (sand_yard(division_code="640522100000"), "cases.division-outside-jurisdiction", "division_code"),
        (sand_yard(division_code="640521000000"), "cases.not-a-township", "division_code"),
        (sand_yard(area_m2=-1), "invalid-field", "area_m2"),
        (sand_yard(area_m2=1_000_000_001), "invalid-field", "area_m2"),
        (sand_yard(farmland_area_m2=8407), "cases.area-exceeds", "farmland_area_m2"),
        (sand_yard(farmland_area_m2=4200, pbf_area_m2=4300), "cases.area-exceeds", "pbf_area_m2"),
        (sand_yard(pbf_area_m2=8500), "cases.area-exceeds", "pbf_area_m2"),
        (sand_yard(longitude=105.7), "cases.position-incomplete", "latitude"),
        (sand_yard(latitude=37.5), "cases.position-incomplete", "longitude"),
        (sand_yard(longitude=116.4, latitude=37.5), "cases.position-outside-county", "longitude"),
        (sand_yard(longitude=105.7, latitude=0), "cases.position-outside-county", "latitude"),
        (sand_yard(place="a\u202eb"), "invalid-field", "place"),
        (sand_yard(found_at="2026-05-01T00:00:00+08:00"), "cases.in-the-future", "found_at"),
    ],
)
def test_bad_input_names_its_field(shared_office: Office, body: dict[str, Any], code: str, field: str) -> None:
    refused = refusal(shared_office, COORDINATOR, "clue.report", body)
    assert (refused.kind, refused.code, refused.field) == ("invalid-input", code, field)


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
def test_an_instant_centuries_off_is_bad_input(shared_office: Office, instant: str) -> None:
    office = shared_office
    case = filed(office)
    convene = invitation("agriculture", acting_at=instant)
    refused = refusal(office, COORDINATOR, "case.convene-joint-action", convene, case["id"])
    assert (refused.kind, refused.field) == ("invalid-input", "acting_at")
    assert refusal(office, COORDINATOR, "clue.report", sand_yard(found_at=instant)).field == "found_at"


def test_two_officers_are_needed(shared_office: Office) -> None:
    clue = shared_office.command(COORDINATOR, "clue.report", sand_yard())
    refused = refusal(shared_office, OFFICER, "clue.start-verification", {"officers": ["甲"]}, clue["id"])
    assert refused.field == "officers"


def test_areas_of_the_last_unit_of_an_older_tool_are_taken(shared_office: Office) -> None:
    body = sand_yard(farmland_area_m2=8406.66, pbf_area_m2=8406.66, longitude=105.68, latitude=37.52)
    assert shared_office.command(COORDINATOR, "clue.report", body)["farmland_area_m2"] == 8406.66


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"farmland_area_m2": 8500}, "farmland_area_m2"), ({"pbf_area_m2": 7100}, "pbf_area_m2")],
)
def test_an_opinion_states_no_part_larger_than_its_whole(
    shared_office: Office, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as caught:
        verified(shared_office, **changes)
    assert (caught.value.code, caught.value.field) == ("cases.area-exceeds", field)


def test_the_items_of_a_case_are_together_no_larger_than_it(shared_office: Office) -> None:
    office = shared_office
    case = filed(office)
    order = ("case.order-rectification", case["id"])
    alone = refusal(office, COORDINATOR, order[0], correction(area_m2=8407), order[1])
    assert (alone.code, alone.field) == ("cases.area-exceeds", "area_m2")
    for area in (8000, 400):
        office.command(COORDINATOR, order[0], correction(area_m2=area, farmland_area_m2=0), order[1])
    more = refusal(office, COORDINATOR, order[0], correction(area_m2=10, farmland_area_m2=0), order[1])
    assert (more.code, more.facts) == ("cases.area-exceeds", {"value_m2": 8410.0, "most_m2": 8400.0})


def test_no_more_is_reported_put_right_than_was_ordered(shared_office: Office) -> None:
    office = shared_office
    case = filed(office)
    item = office.command(COORDINATOR, "case.order-rectification", correction(area_m2=8000), case["id"])
    report = {"account": "完成", **papers("rectification_report")}
    more = refusal(office, OFFICER, "rectification.report", {**report, "rectified_area_m2": 8007}, item["id"])
    assert (more.code, more.field) == ("cases.area-exceeds", "rectified_area_m2")
    seen = office.command(OFFICER, "rectification.report", {**report, "rectified_area_m2": 8006.66}, item["id"])
    assert seen["remaining_area_m2"] == 0.0


TWICE = ["张三", "张 三"]


@pytest.mark.parametrize(
    ("operation", "body", "field"),
    [
        ("clue.start-verification", {"officers": TWICE}, "officers"),
        ("clue.file-case", filing(officers=TWICE), "officers"),
        ("case.investigate", {"officers": TWICE}, "officers"),
        (
            "rectification.accept",
            {
                "rectified_area_m2": 1,
                "tillage_state": "ready_to_sow",
                "members": [{"name": name, "agency": "township"} for name in TWICE],
            },
            "members",
        ),
    ],
)
def test_the_same_person_twice_is_not_two(
    shared_office: Office, operation: str, body: dict[str, Any], field: str
) -> None:
    refused = refusal(shared_office, COORDINATOR, operation, body, uuid4())
    assert (refused.code, refused.field, refused.facts["reason"]) == ("invalid-field", field, "names_repeated")


def test_a_clue_is_given_to_a_township_of_the_county(shared_office: Office) -> None:
    office = shared_office
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    for code, problem in [
        ("640521000000", "cases.not-a-township"),
        ("640522100000", "cases.division-outside-jurisdiction"),
    ]:
        assert refusal(office, COORDINATOR, "clue.assign", {"township_code": code}, clue["id"]).code == problem


def test_an_unknown_operation_and_a_forged_principal_are_refused(shared_office: Office) -> None:
    assert refusal(shared_office, COORDINATOR, "clue.burn").code == "operation-unknown"
    reply = shared_office.parts.dispatcher.query(
        {
            "operation": "clue.list",
            "body": {},
            "principal": "x.y.z",
            "deadline": 4102444800,
            "correlation_id": "c",
        }
    )
    assert reply["problem"]["kind"] == "unauthenticated"


def test_a_step_in_the_wrong_state_says_which_steps_there_are(shared_office: Office) -> None:
    case = filed(shared_office)
    refused = refusal(shared_office, COORDINATOR, "case.perform", {}, case["id"])
    assert refused.code == "cases.transition-not-allowed"
    assert {"convene-joint-action", "investigate", "order-rectification"} <= set(refused.facts["allowed"])
    assert not {"perform", "decide", "transfer-moved"} & set(refused.facts["allowed"])
    assert shared_office.command(COORDINATOR, "case.investigate", OFFICERS, case["id"])["version"] == 2


@pytest.mark.parametrize(
    "statement", ["UPDATE event_log SET actor = 'x'", "DELETE FROM event_log", "TRUNCATE log_order"]
)
def test_the_service_role_cannot_rewrite_the_log(shared_office: Office, statement: str) -> None:
    with shared_office.parts.engine.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(sa.text(statement))
