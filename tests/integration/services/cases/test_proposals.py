"""Joint actions that the rules propose and a person decides; actions put off and called off (domain.md 4.2, 4.3)."""

from typing import Any

import pytest

from services.cases.handlers.on_agencies import REACTIONS
from shared.contracts.agencies import TaskReportedV1, TaskSignedV1
from tests.integration.services.cases.office import COORDINATOR, OFFICER, Office, correction, invitation
from tests.integration.services.cases.path_people import DEPUTY, clock_of, investigating, new_case, refused, step, today

SMALL = {"area_m2": 200, "farmland_area_m2": 200, "pbf_area_m2": 0}
PLAIN = {"violation_types": ["VT01"], "party_kind": "person"}


def waiting(office: Office, case: Any) -> dict[str, Any]:
    [row] = office.query(COORDINATOR, "action_proposal.list", case_id=case["id"], state="proposed")["items"]
    return office.query(COORDINATOR, "action_proposal.get", id=row["id"])


def none(office: Office, case: Any) -> bool:
    return not office.query(COORDINATOR, "action_proposal.list", case_id=case["id"])["items"]


def test_a_small_plain_case_proposes_nothing(office: Office) -> None:
    assert none(office, new_case(office, SMALL, **PLAIN))


@pytest.mark.parametrize(
    ("opinion", "changes", "trigger"),
    [
        ({}, PLAIN, "large_area"),
        (SMALL, {**PLAIN, "violation_types": ["VT01", "VT04"]}, "several_leads"),
        (SMALL, {**PLAIN, "party_kind": "village_collective"}, "official_or_collective"),
        # Whoever is charged: only the collective can let its land.
        (SMALL, {**PLAIN, "violation_types": ["VT07"]}, "official_or_collective"),
    ],
)
def test_the_facts_of_a_filed_case_raise_their_trigger(
    office: Office, opinion: dict[str, Any], changes: dict[str, Any], trigger: str
) -> None:
    proposal = waiting(office, new_case(office, opinion, **changes))
    assert [(one["trigger"], one["raised_by"]) for one in proposal["raised"]] == [(trigger, "system")]
    assert clock_of(proposal, "J01")["limit"] == 2


def test_the_same_party_again_within_twelve_months(office: Office) -> None:
    first = new_case(office, SMALL, **PLAIN)
    office.days_pass(100)
    second = new_case(office, SMALL, **PLAIN)
    [raised] = waiting(office, second)["raised"]
    assert (raised["trigger"], raised["fact"]) == ("repeated", first["case_no"])


def test_what_is_seen_later_is_raised_in_the_proposal_that_waits(office: Office) -> None:
    case = investigating(office, {}, **PLAIN)
    office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    step(office, case, "report-stop", OFFICER, continues=True, people_resisting=3, violence=True)
    step(office, case, "report-stop", OFFICER, continues=True)
    proposal = step(office, case, "propose-joint-action", DEPUTY, reason="请求支援")
    assert [one["trigger"] for one in proposal["raised"]] == [
        "large_area",
        "demolition_on_site",
        "stop_order_ignored",
        "resistance",
        "lead_asks",
    ]
    assert proposal["urgent"]
    assert proposal["raised"][-1]["raised_by"] == "副局长"


def test_who_asks_is_answered_within_a_term_of_its_own(office: Office) -> None:
    case = investigating(office, {}, **PLAIN)
    proposed = waiting(office, case)
    office.days_pass(1)
    asked = step(office, case, "propose-joint-action", DEPUTY, reason="请求支援")
    terms = [clock for clock in asked["deadlines"] if clock["rule_id"] == "J01"]
    assert [clock["started_at"] for clock in terms] == [proposed["proposed_at"], asked["raised"][-1]["raised_at"]]
    action = office.command(COORDINATOR, "action_proposal.approve", invitation("natural_resources"), asked["id"])
    decided = office.query(COORDINATOR, "action_proposal.get", id=asked["id"])
    assert all(clock["met_at"] == action["convened_at"] for clock in decided["deadlines"])


def test_an_urgent_asking_makes_what_waits_urgent(office: Office) -> None:
    """J01U from the asking on, beside the term that runs: the earlier end is its day."""
    case = investigating(office, {}, **PLAIN)
    assert not waiting(office, case)["urgent"]
    office.days_pass(1)
    wish = {"reason": "暴力抗法", "wished": ["public_security"], "urgent": True}
    asked = step(office, case, "propose-joint-action", OFFICER, **wish)
    assert (asked["urgent"], asked["wished"]) == (True, ["public_security"])
    urgent = clock_of(asked, "J01U")
    assert (urgent["limit"], urgent["unit"], urgent["started_at"]) == (4, "hour", asked["raised"][-1]["raised_at"])
    assert asked["due_on"] == min(clock["due_on"] for clock in asked["deadlines"]) == urgent["due_on"]
    # Another asks for the same: kept with who and why; it was urgent already, so no term is added.
    again = step(office, case, "propose-joint-action", DEPUTY, reason="请求支援", wished=["agriculture"])
    assert [(one["raised_by"], one["fact"]) for one in again["raised"][-2:]] == [
        (OFFICER.name, "暴力抗法"),
        (DEPUTY.name, "请求支援"),
    ]
    assert again["wished"] == ["public_security", "agriculture"]
    assert [one["rule_id"] for one in again["deadlines"]] == ["J01", "J01U"]
    same = step(office, case, "propose-joint-action", DEPUTY, reason="请求支援", wished=["agriculture"])
    assert same["version"] == again["version"]


def test_an_urgent_asking_after_a_plain_one_is_urgent_too(office: Office) -> None:
    case = investigating(office, {}, **PLAIN)
    step(office, case, "propose-joint-action", DEPUTY, reason="请求支援")
    asked = step(office, case, "propose-joint-action", OFFICER, reason="暴力抗法", urgent=True)
    assert (asked["urgent"], clock_of(asked, "J01U")["met_at"]) == (True, None)
    stays = step(office, case, "propose-joint-action", DEPUTY, reason="再次请求支援")
    assert stays["urgent"]


def test_resistance_seen_later_makes_what_waits_urgent(office: Office) -> None:
    case = investigating(office, {}, **PLAIN)
    step(office, case, "report-stop", OFFICER, continues=True, people_resisting=3, violence=True)
    proposal = waiting(office, case)
    assert (proposal["urgent"], clock_of(proposal, "J01U")["limit"]) == (True, 4)


def test_the_coordinator_approves_and_the_action_is_convened_in_one_step(office: Office) -> None:
    case = new_case(office)
    proposal = waiting(office, case)
    assert refused(office, DEPUTY, "action_proposal.approve", invitation("natural_resources"), proposal["id"]).code == (
        "role-not-allowed"
    )
    action = office.command(COORDINATOR, "action_proposal.approve", invitation("natural_resources"), proposal["id"])
    assert action["state"] == "notified"
    decided = office.query(COORDINATOR, "action_proposal.get", id=proposal["id"])
    assert (decided["state"], decided["action_id"], decided["decided_by"], decided["due_on"]) == (
        "approved",
        action["id"],
        "王协调",
        None,
    )


def test_a_bad_invitation_leaves_the_proposal_waiting(office: Office) -> None:
    proposal = waiting(office, new_case(office))
    twice = invitation("natural_resources", "natural_resources")
    assert refused(office, COORDINATOR, "action_proposal.approve", twice, proposal["id"]).code == "cases.agency-twice"
    assert office.query(COORDINATOR, "action_proposal.get", id=proposal["id"])["state"] == "proposed"


def test_declined_with_a_reason_and_proposed_anew_for_something_new(office: Office) -> None:
    case = investigating(office)
    proposal = waiting(office, case)
    assert refused(office, COORDINATOR, "action_proposal.decline", {}, proposal["id"]).field == "reason"
    declined = office.command(COORDINATOR, "action_proposal.decline", {"reason": "已停工"}, proposal["id"])
    assert (declined["state"], declined["reason"], declined["decided_by"]) == ("declined", "已停工", "王协调")
    step(office, case, "report-stop", OFFICER, continues=True)
    assert [one["trigger"] for one in waiting(office, case)["raised"]] == ["stop_order_ignored"]


def test_an_action_convened_straight_away_answers_the_proposal(office: Office) -> None:
    case = new_case(office)
    proposal = waiting(office, case)
    action = office.command(COORDINATOR, "case.convene-joint-action", invitation("natural_resources"), case["id"])
    answered = office.query(COORDINATOR, "action_proposal.get", id=proposal["id"])
    assert (answered["state"], answered["action_id"]) == ("approved", action["id"])


def convened(office: Office) -> dict[str, Any]:
    case = new_case(office)
    asked = invitation("natural_resources", "agriculture")
    return office.command(COORDINATOR, "case.convene-joint-action", asked, case["id"])


def fact(office: Office, action: Any, event: type[Any], number: int = 0, **more: Any) -> None:
    task = action["tasks"][number]
    head = {
        "task_id": task["task_id"],
        "action_id": action["id"],
        "case_id": action["case_id"],
        "agency": task["agency"],
    }
    office.react(REACTIONS, event(at=office.clock.at, **head, **more))


def act(office: Office, action: Any, verb: str, **body: Any) -> dict[str, Any]:
    return office.command(COORDINATOR, f"joint_action.{verb}", body, action["id"])


def test_an_action_is_put_off_and_goes_on_at_a_new_date(office: Office) -> None:
    action = convened(office)
    put_off = act(office, action, "postpone", reason="暴雨")
    assert (put_off["state"], clock_of(put_off, "J07")["met_at"] is not None) == ("postponed", True)
    # Agencies sign meanwhile; that is taken in.
    for number in (0, 1):
        fact(office, action, TaskSignedV1, number, signed_by="甲", channel="system")
    assert office.query(COORDINATOR, "joint_action.get", id=action["id"])["state"] == "postponed"
    body = {"acting_at": "2026-05-20T09:00:00+08:00", "reason": "天晴"}
    past = refused(
        office, COORDINATOR, "joint_action.reschedule", {**body, "acting_at": "2026-04-01T09:00:00+08:00"}, action["id"]
    )
    assert past.code == "cases.in-the-past"
    again = act(office, action, "reschedule", **body)
    assert (again["state"], clock_of(again, "J07")["due_on"], clock_of(again, "J02")["met_at"] is not None) == (
        "all_signed",
        "2026-05-27",
        True,
    )


def test_a_cancelled_action_withdraws_its_tasks_and_what_comes_late_changes_nothing(office: Office) -> None:
    action = convened(office)
    fact(office, action, TaskReportedV1, 0, result={"kind": "land_survey"})
    gone = act(office, action, "cancel", reason="当事人已自行拆除")
    assert (gone["state"], gone["closed_at"] is not None) == ("cancelled", True)
    assert [task["state"] for task in gone["tasks"]] == ["reported", "withdrawn"]
    assert all(clock["met_at"] for clock in gone["deadlines"])
    told = office.events(action["id"])[-1]
    assert told.payload["task_ids"] == [action["tasks"][1]["task_id"]]
    fact(office, action, TaskReportedV1, 1, result={"kind": "damage_appraisal"})
    assert office.query(COORDINATOR, "joint_action.get", id=action["id"])["state"] == "cancelled"
    for verb, body in (("cancel", {"reason": "r"}), ("postpone", {"reason": "r"})):
        assert refused(office, COORDINATOR, f"joint_action.{verb}", body, action["id"]).facts["law"] == "SEED 9"
    assert today(office)
