"""A joint action through both services: who has which task, when the action closes, what one agency's failure stops."""

from typing import Any
from uuid import UUID

import pytest

from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.codes import Agency
from shared.delivery.runner import UnitRunner
from tests.integration.services.agencies.house import officer
from tests.integration.services.cases.office import COORDINATOR, Refused, filed
from tests.integration.services.hand_over.county import County, rows

NR, AG, PS, CE = "natural_resources", "agriculture", "public_security", "comprehensive_enforcement"


def holder(county: County, action: str) -> str:
    (row,) = rows(county.office.parts.engine, "SELECT holder FROM work_item WHERE id = :id", id=action)
    return str(row.holder)


def closings(county: County, action: str) -> int:
    told = [event.type.split(".")[2] for event in county.office.events(action)]
    return told.count("joint-action-closed")


def clocks(county: County, action: str) -> list[str]:
    return [clock["rule_id"] for clock in county.action(action)["deadlines"] if clock["met_at"] is None]


def states(county: County, action: str) -> dict[str, str]:
    return {agency: task["state"] for agency, task in county.live(action).items()}


def test_a_decline_is_the_coordinators_work_with_a_clock_until_it_is_given_anew(county: County) -> None:
    action = county.convene(filed(county.office), NR, AG)["id"]
    assert holder(county, action) == "lead_agency"
    assert "ok" in county.act(AG, "decline", county.live(action)[AG]["task_id"])
    county.settle()
    task = county.live(action)[AG]
    assert (task["state"], task["holder"], task["decline_reason"]) == ("declined", "coordinator", "缺少勘测资料")
    assert (holder(county, action), "S13" in clocks(county, action)) == ("coordinator", True)
    body = {"task_id": task["task_id"], "letter": {"agency": AG, "matter": "补充资料后鉴定"}, "reason": "已补充"}
    county.office.command(COORDINATOR, "joint_action.reassign", body, action)
    county.settle()
    assert (holder(county, action), "S13" in clocks(county, action)) == ("lead_agency", False)
    assert county.task(county.live(action)[AG]["task_id"])["state"] == "offered"


def test_silence_comes_back_when_the_term_of_the_offer_is_over(county: County) -> None:
    action = county.convene(filed(county.office), NR, AG)["id"]
    county.finish(NR, county.live(action)[NR]["task_id"])
    assert county.live(action)[AG]["answer_by"] == "2026-04-24T00:00:00+08:00"  # three working days, to their end
    county.office.days_pass(4)
    county.sweep()
    county.settle()
    task = county.live(action)[AG]
    assert (task["state"], task["holder"], holder(county, action)) == ("expired", "coordinator", "coordinator")
    late = county.act(AG, "sign", task["task_id"])["problem"]
    assert (late["kind"], late["facts"]["state"], late["facts"]["holder"]) == ("conflict", "expired", "coordinator")


def test_an_agency_that_is_down_delays_only_itself(county: County) -> None:
    action = county.convene(filed(county.office), AG, NR, PS)["id"]
    down = county.live(action)[NR]["task_id"]
    county.house.sql("UPDATE delivery SET state = 'exhausted' WHERE subject_id = :id", id=UUID(down))
    give_up(county, UUID(down), "connection refused")
    county.settle()
    seen = county.action(action)
    assert county.live(action)[NR]["delivery_error"] == "connection refused"
    assert (seen["progress"]["undelivered"], seen["progress"]["answered"]) == (1, 0)
    for agency in (AG, PS):
        county.finish(agency, county.live(action)[agency]["task_id"])
    assert states(county, action) == {AG: "reported", NR: "offered", PS: "reported"}
    body = {"join": {"kind": "quorum", "quorum": 2}, "reason": "自然资源局系统故障，另案补报"}
    assert county.office.command(COORDINATOR, "joint_action.change-join", body, action)["state"] == "closed"
    county.settle()
    county.settle()
    assert states(county, action) == {AG: "done", PS: "done"}
    assert county.task(down)["state"] == "withdrawn"
    assert closings(county, action) == 1


def give_up(county: County, task: UUID, error: str) -> None:
    """As the sender tells it."""

    def use_case(unit: AgenciesUnit) -> dict[str, Any]:
        (row,) = rows(county.house.engine, "SELECT id FROM delivery WHERE subject_id = :id", id=task)
        found = unit.deliveries.load(unit.connection, row.id)
        unit.record(found, unit.deliveries, found.exhaust(error, unit.now))
        return {}

    runner = UnitRunner(county.house.engine, county.house.parts.open_unit, county.clock, lambda: None)
    runner.run(COORDINATOR, use_case, correlation_id="test")


@pytest.mark.parametrize(
    ("join", "order", "closes_with"),
    [
        ({"kind": "all"}, (AG, PS, NR), NR),
        ({"kind": "any"}, (AG,), AG),
        ({"kind": "quorum", "quorum": 2}, (AG, PS), PS),
        ({"kind": "lead"}, (AG, PS, NR), NR),
        ({"kind": "lead"}, (NR,), NR),
    ],
)
def test_an_action_closes_once_by_its_join_policy(
    county: County, join: dict[str, Any], order: tuple[str, ...], closes_with: str
) -> None:
    action = county.convene(filed(county.office), NR, AG, PS, join=join)["id"]
    for agency in order:
        assert county.action(action)["state"] != "closed"
        county.finish(agency, county.live(action)[agency]["task_id"])
        assert (county.action(action)["state"] == "closed") == (agency == closes_with)
    tasks = {task["agency"]: task["state"] for task in county.action(action)["tasks"]}
    assert tasks == {agency: "done" if agency in order else "withdrawn" for agency in (NR, AG, PS)}
    assert closings(county, action) == 1


def test_of_the_lead_agencys_join_its_answer_alone_is_counted(county: County) -> None:
    action = county.convene(filed(county.office), NR, AG, join={"kind": "lead"})["id"]
    county.finish(AG, county.live(action)[AG]["task_id"])
    progress = county.action(action)["progress"]
    assert (progress["needed"], progress["answered"], progress["is_met"]) == (1, 0, False)
    county.finish(NR, county.live(action)[NR]["task_id"])
    progress = county.action(action)["progress"]
    assert (progress["needed"], progress["answered"], progress["is_met"]) == (1, 1, True)


def test_a_quorum_is_no_larger_than_the_agencies(county: County) -> None:
    with pytest.raises(Refused) as caught:
        county.convene(filed(county.office), NR, AG, join={"kind": "quorum", "quorum": 3})
    assert (caught.value.code, caught.value.field) == ("cases.quorum-too-large", "join.quorum")
    with pytest.raises(Refused) as caught:
        county.convene(filed(county.office), NR, AG, join={"kind": "quorum"})
    assert caught.value.kind == "invalid-input"


def test_a_report_returned_for_correction_keeps_the_action_open(county: County) -> None:
    action = county.convene(filed(county.office), NR, AG)["id"]
    county.finish(AG, county.live(action)[AG]["task_id"])
    assert "ok" in county.direct("return", county.live(action)[AG]["task_id"])
    county.settle()
    county.finish(NR, county.live(action)[NR]["task_id"])
    assert (county.action(action)["state"], states(county, action)[AG]) == ("feedback_partial", "returned")
    assert "ok" in county.act(AG, "report", county.live(action)[AG]["task_id"])
    county.settle()
    assert (county.action(action)["state"], county.live(action)[AG]["reports"]) == ("closed", 2)


def test_a_withdrawn_task_no_longer_counts(county: County) -> None:
    action = county.convene(filed(county.office), NR, AG)["id"]
    county.finish(NR, county.live(action)[NR]["task_id"])
    assert "ok" in county.direct("withdraw", county.live(action)[AG]["task_id"])
    county.settle()
    assert county.action(action)["state"] == "closed"


def test_what_one_reports_the_others_get_as_far_as_they_may_know_it(county: County) -> None:
    action = county.convene(filed(county.office), NR, PS, AG)["id"]
    for agency in (NR, AG):
        county.act(agency, "sign", county.live(action)[agency]["task_id"])
    county.settle()
    county.finish(PS, county.live(action)[PS]["task_id"])
    county.act(NR, "accept", county.live(action)[NR]["task_id"])

    def shared(agency: str) -> list[dict[str, Any]]:
        found = county.house.asked(officer(Agency(agency)), "task.messages", after=0)["items"]
        return [one["facts"] for one in found if one["kind"] == "shared_result"]

    told = {"kind": "criminal_decision", "decision": "filed", "decided_on": "2026-03-10"}
    told["document_no"] = "宁公立字〔2026〕11号"
    assert shared(NR) == [{"from_agency": PS, "result": told}]
    assert shared(AG) == []
    assert shared(PS) == []
