"""To whom a clue is given: an agency and its terms, passing on once, and the ruling whose duty it is."""

from typing import Any

import pytest

from services.cases.rebuild import PROJECTIONS
from shared.rebuild.own_log import OwnLog
from tests.integration.services.cases.clue_desk import AGRICULTURE, TOWNSHIP, clocks_of, held, refusal
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    Office,
    papers,
    sand_yard,
)
from tests.integration.services.cases.path_people import AG_CHIEF

pytestmark = pytest.mark.evidence_not_asked


def test_a_clue_given_to_an_agency_is_seen_and_verified_there_and_only_there(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    other = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    assert [row["id"] for row in office.query(AGRICULTURE, "clue.list")["items"]] == [told["id"]]
    assert refusal(office, AGRICULTURE, "clue.sign", {}, other["id"]).kind == "not-found"
    assert office.command(AGRICULTURE, "clue.sign", {}, told["id"])["state"] == "signed"
    assert refusal(office, OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, told["id"]).code == (
        "cases.clue-not-assigned"
    )


def test_the_clocks_of_a_clue_are_those_of_whom_it_was_given_to(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    assert held(office, AGRICULTURE) == {"D01", "D03", "D09"}
    assert held(office, OFFICER) == set()
    returned = {"return_reason": "place_outside", "reason": "不在本部门职责内"}
    office.command(AGRICULTURE, "clue.return", returned, told["id"])
    office.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    assert held(office, AGRICULTURE) == set()
    assert held(office, OFFICER) == {"D01", "D03"}
    # The clock that the agency had met is told of the clue as it is now, as the log says when it is replayed.
    projection = next(projection for projection in PROJECTIONS if projection.name == "clue")
    assert OwnLog(office.parts.engine, "cases", projection, lambda *_: None).rebuild(None).differences == []


def test_agriculture_decides_on_a_filing_in_seven_days_of_getting_the_clue(office: Office) -> None:
    """D09 instead of D08; a return restarts nothing, and who else gets the clue has no such term."""
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    first = office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    due_on = clocks_of(first)["D09"]
    assert due_on == "2026-04-27"  # seven days from Monday 20 April
    returned = {"return_reason": "place_outside", "reason": "不在本部门职责内"}
    office.command(AGRICULTURE, "clue.return", returned, told["id"])
    elsewhere = office.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    assert "D09" not in clocks_of(elsewhere)
    office.days_pass(1)
    office.command(OFFICER, "clue.return", returned, told["id"])
    again = office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    assert clocks_of(again)["D09"] == due_on
    office.command(AGRICULTURE, "clue.sign", {}, told["id"])
    visited = office.command(AGRICULTURE, "clue.start-verification", {"officers": ["甲", "乙"]}, told["id"])
    assert {"D08", "D09"} & set(clocks_of(visited)) == {"D09"}


def test_agriculture_gets_seven_days_more_once_and_keeps_them_through_a_return(office: Office) -> None:
    """D09, with its extension."""
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    more = {"days": 7, "approved_by": "农业局长", "reason": "须检测土样", **papers("extension_approval")}
    office.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    none = refusal(office, COORDINATOR, "clue.extend-filing", more, told["id"])
    assert (none.code, none.facts["rule"]) == ("cases.clock-not-running", "D09")
    returned = {"return_reason": "not_our_duty", "reason": "属农业农村部门"}
    office.command(OFFICER, "clue.return", returned, told["id"])
    office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    bare = refusal(office, AG_CHIEF, "clue.extend-filing", {**more, "documents": []}, told["id"])
    assert (bare.code, bare.facts["missing"], bare.facts["law"]) == (
        "cases.document-missing",
        ["extension_approval"],
        "AGP",
    )
    assert refusal(office, AGRICULTURE, "clue.extend-filing", more, told["id"]).code == "role-not-allowed"
    long = refusal(office, AG_CHIEF, "clue.extend-filing", {**more, "days": 8}, told["id"])
    assert (long.code, long.facts["most"]) == ("cases.extension-too-long", 7)
    extended = office.command(AG_CHIEF, "clue.extend-filing", more, told["id"])
    assert (extended["state"], clocks_of(extended)["D09"]) == ("assigned", "2026-05-04")
    again = refusal(office, AG_CHIEF, "clue.extend-filing", {**more, "days": 1}, told["id"])
    assert (again.code, again.facts["rule"]) == ("cases.extension-not-allowed", "D09")
    outside = {"return_reason": "place_outside", "reason": "地块在邻县"}
    office.command(AGRICULTURE, "clue.return", outside, told["id"])
    back = office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    assert clocks_of(back)["D09"] == "2026-05-04"
    assert refusal(office, AG_CHIEF, "clue.extend-filing", more, told["id"]).code == "cases.extension-not-allowed"


NOT_OURS = {"return_reason": "not_our_duty", "reason": "不属本单位职责"}


def test_a_clue_is_passed_on_once_and_then_the_coordinator_rules(office: Office) -> None:
    """domain.md 4.7, 9: no second pass-on; the ruling is logged with its reason and ends the question."""
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    early = {"agency": "agriculture", "reason": "r"}
    assert refusal(office, COORDINATOR, "clue.rule-duty", early, told["id"]).code == "cases.duty-undisputed"
    back = office.command(OFFICER, "clue.return", NOT_OURS, told["id"])
    assert (back["state"], back["duty"]["returned_by"]) == ("returned_unit_wrong", ["640521104000"])
    again = refusal(office, COORDINATOR, "clue.assign", TOWNSHIP, told["id"])
    assert (again.code, again.field) == ("cases.ruling-needed", "township_code")
    office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    second = refusal(office, AGRICULTURE, "clue.return", NOT_OURS, told["id"])
    assert (second.code, second.kind, second.facts["law"]) == ("cases.duty-passed-on", "conflict", "NRP 11")
    office.command(AGRICULTURE, "clue.sign", {}, told["id"])
    assert refusal(office, AGRICULTURE, "clue.return", NOT_OURS, told["id"]).code == "cases.duty-passed-on"
    bare = refusal(office, COORDINATOR, "clue.rule-duty", {"agency": "agriculture"}, told["id"])
    assert bare.field == "reason"
    assert refusal(office, AGRICULTURE, "clue.rule-duty", early, told["id"]).code == "role-not-allowed"
    nobody = refusal(office, COORDINATOR, "clue.rule-duty", {"reason": "r"}, told["id"])
    assert nobody.code == "cases.assignee-unclear"
    ruling = {**TOWNSHIP, "reason": "属乡镇日常监管范围"}
    ruled = office.command(COORDINATOR, "clue.rule-duty", ruling, told["id"])
    assert (ruled["state"], ruled["township_code"], ruled["agency"]) == ("assigned", "640521104000", None)
    assert (ruled["duty"]["ruling"], ruled["duty"]["ruled_by"]) == ("属乡镇日常监管范围", COORDINATOR.name)
    assert {"D01", "D03"} == set(clocks_of(ruled))
    logged = office.events(told["id"])[-1]
    assert logged.type == "tianwei.cases.clue-duty-ruled.v1"
    assert (logged.actor, logged.payload["reason"]) == (COORDINATOR.account_id, "属乡镇日常监管范围")
    stays = refusal(office, OFFICER, "clue.return", NOT_OURS, told["id"])
    assert (stays.code, stays.facts["ruling"]) == ("cases.duty-ruled", "属乡镇日常监管范围")
    outside = {"return_reason": "place_outside", "reason": "地块在邻县"}
    assert office.command(OFFICER, "clue.return", outside, told["id"])["state"] == "returned_unit_wrong"
    projection = next(projection for projection in PROJECTIONS if projection.name == "clue")
    assert OwnLog(office.parts.engine, "cases", projection, lambda *_: None).rebuild(None).differences == []


def test_more_time_for_a_filing_is_asked_for_while_it_runs(office: Office) -> None:
    told = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"agency": "agriculture"}, told["id"])
    office.days_pass(8)
    more = {"days": 7, "approved_by": "农业局长", "reason": "须检测土样", **papers("extension_approval")}
    late = refusal(office, AG_CHIEF, "clue.extend-filing", more, told["id"])
    assert (late.code, late.facts["last_on"]) == ("cases.extension-too-late", "2026-04-27")


@pytest.mark.parametrize("given", [{}, {**TOWNSHIP, "agency": "agriculture"}], ids=["nobody", "both"])
def test_a_clue_is_given_to_one(shared_office: Office, given: dict[str, Any]) -> None:
    told = shared_office.command(COORDINATOR, "clue.report", sand_yard())
    assert refusal(shared_office, COORDINATOR, "clue.assign", given, told["id"]).code == "cases.assignee-unclear"
