"""The hand-over of a task between coordinator and agency: who has it, what is told to whom, what comes too late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from services.agencies.handlers.deliveries import resume_delivery
from services.agencies.storage.unit import AgenciesUnit
from services.agencies.wiring import sweep_offers
from shared.clock import SystemClock
from shared.contracts.codes import Agency, Role, TaskState
from shared.contracts.hand_over import holder_of
from shared.delivery.runner import UnitRunner
from tests.integration.services.agencies.house import COUNTY, House, administrator, coordinator, officer
from tests.integration.services.agencies.test_commands import ACCEPT, DECLINE, SIGN, report_body
from tests.unit.services.agencies.builders import closed, convened

AG = Agency.AGRICULTURE
POINTS = {"points": ["毁坏面积与勘测面积不一致", "缺鉴定人签名"]}
WITHDRAW = {"reason": "当事人已自行拆除"}


def offered(house: House, agency: Agency = AG, answer_by: datetime | None = None) -> UUID:
    event = convened(agency, answer_by=answer_by)
    house.react(event)
    return event.tasks[0].task_id


def accepted(house: House) -> UUID:
    task, by = offered(house), officer(AG)
    house.done(by, "task.sign", SIGN, task)
    house.done(by, "task.accept", ACCEPT, task)
    return task


def reported(house: House) -> UUID:
    task = accepted(house)
    house.done(officer(AG), "task.report", report_body(AG), task)
    return task


def sweep(house: House) -> None:
    runner = UnitRunner(house.engine, house.parts.open_unit, SystemClock(), lambda: None)
    sweep_offers(runner, f"{COUNTY}000000")


def refused(house: House, by: Any, operation: str, body: dict[str, Any], task: UUID, **more: Any) -> dict[str, Any]:
    problem = house.command(by, operation, body, task, **more)["problem"]
    assert problem["kind"] in ("conflict", "stale-version"), problem
    return dict(problem["facts"])


def messages(house: House, task: UUID) -> list[dict[str, Any]]:
    return list(house.asked(officer(AG), "task.messages", after=0, task_id=str(task))["items"])


def test_a_report_is_returned_for_correction_reported_again_and_accepted(house: House) -> None:
    task, by = accepted(house), officer(AG)
    assert house.done(by, "task.start", {}, task)["state"] == "in_progress"
    assert house.done(by, "task.report", report_body(AG), task)["holder"] == "coordinator"
    back = house.done(coordinator(), "task.return", POINTS, task)
    assert (back["state"], back["holder"], back["return_points"]) == ("returned", "agency", POINTS["points"])
    again = house.done(by, "task.report", report_body(AG, destroyed_area_m2=3800), task)
    assert (again["state"], again["reports"], again["result"]["destroyed_area_m2"]) == ("reported", 2, 3800)
    done = house.done(coordinator(), "task.complete", {}, task)
    assert (done["state"], done["holder"]) == ("done", "coordinator")
    told = messages(house, task)
    assert [one["kind"] for one in told] == ["returned", "done"]
    assert told[0]["facts"] == POINTS
    assert told[1]["task_version"] == done["version"]


@pytest.mark.parametrize("operation", ["task.return", "task.complete", "task.withdraw"])
def test_only_the_coordinator_of_the_county_directs_a_task(house: House, operation: str) -> None:
    task = accepted(house)
    bodies: dict[str, dict[str, Any]] = {"task.return": POINTS, "task.withdraw": WITHDRAW}
    body = bodies.get(operation, {})
    assert house.command(officer(AG), operation, body, task)["problem"]["code"] == "role-not-allowed"
    assert house.command(coordinator("640522"), operation, body, task)["problem"]["kind"] == "not-found"


def test_a_withdrawal_is_owed_to_the_agency_once_and_only_to_it(house: House) -> None:
    for agency in (AG, Agency.PUBLIC_SECURITY):
        house.activate(agency)
    task = accepted(house)
    house.done(coordinator(), "task.withdraw", WITHDRAW, task)
    (told,) = messages(house, task)
    assert (told["kind"], told["facts"], told["delivered_at"]) == ("withdrawn", WITHDRAW, None)
    assert house.asked(officer(Agency.PUBLIC_SECURITY), "task.messages", after=0)["items"] == []
    read = {"message_ids": [told["id"]]}
    foreign = officer(Agency.PUBLIC_SECURITY, Role.AGENCY_SYSTEM)
    assert house.done(foreign, "task.read", read) == {"delivered": []}
    own = officer(AG, Role.AGENCY_SYSTEM)
    assert house.done(own, "task.read", read) == {"delivered": [told["id"]]}
    assert house.done(own, "task.read", read) == {"delivered": []}
    assert messages(house, task)[0]["delivered_at"] is not None
    assert house.asked(own, "task.messages", after=told["position"])["items"] == []
    assert house.told(task)[-2:] == ["task-withdrawn", "task-message-delivered"]


def test_what_comes_too_late_twice_or_too_early_is_told_what_is(house: House) -> None:
    by = officer(AG)
    early = refused(house, by, "task.report", report_body(AG), offered(house))
    assert (early["state"], early["version"], early["holder"]) == ("offered", 1, "coordinator")
    twice = reported(house)
    again = refused(house, by, "task.report", report_body(AG), twice)
    assert (again["state"], again["holder"], again["allowed"]) == ("reported", "coordinator", [])
    late = accepted(house)
    seen = house.asked(by, "task.get", id=str(late))["version"]
    house.done(coordinator(), "task.withdraw", WITHDRAW, late)
    gone = refused(house, by, "task.report", report_body(AG), late)
    assert (gone["state"], gone["version"], gone["allowed"]) == ("withdrawn", seen + 1, [])
    stale = refused(house, by, "task.report", report_body(AG), late, expected_version=seen)
    assert (stale["expected"], stale["actual"], stale["state"]) == (seen, seen + 1, "withdrawn")
    assert house.told(late)[-1] == "task-withdrawn"


def test_an_offer_not_answered_in_its_term_comes_back_and_the_agency_is_told(house: House) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    over, running = offered(house, answer_by=past), offered(house, answer_by=past + timedelta(days=1))
    answered = offered(house, answer_by=past)
    house.done(officer(AG), "task.sign", SIGN, answered)
    house.done(officer(AG), "task.accept", ACCEPT, answered)
    sweep(house)
    sweep(house)
    states = {task: house.asked(coordinator(), "task.get", id=str(task))["state"] for task in (over, running, answered)}
    assert states == {over: "expired", running: "offered", answered: "accepted"}
    assert house.told(over) == ["task-issued", "task-expired"]
    assert house.delivery(over)["state"] == "cancelled"
    assert [one["kind"] for one in messages(house, over)] == ["expired"]
    assert refused(house, officer(AG), "task.accept", ACCEPT, over)["state"] == "expired"


def test_a_decline_may_name_whose_task_it_is(house: House) -> None:
    task = offered(house)
    body = {**DECLINE, "proposed_agency": "natural_resources"}
    assert house.done(officer(AG), "task.decline", body, task)["proposed_agency"] == "natural_resources"
    assert house.events(task)[-1].payload["proposed_agency"] == "natural_resources"


def test_a_closed_action_accepts_reports_and_ends_the_rest(house: House) -> None:
    event = convened(Agency.AGRICULTURE, Agency.PUBLIC_SECURITY, Agency.NATURAL_RESOURCES)
    house.react(event)
    tasks = [task.task_id for task in event.tasks]
    for agency, task in zip((Agency.AGRICULTURE, Agency.PUBLIC_SECURITY), tasks, strict=False):
        by = officer(agency)
        house.done(by, "task.sign", SIGN, task)
        house.done(by, "task.accept", ACCEPT, task)
        house.done(by, "task.report", report_body(agency), task)
    # When the action closed the second report was still on its way.
    ending = closed(event, tasks[:1], tasks[1:])
    house.react(ending)
    house.react(ending)
    states = [house.asked(coordinator(), "task.get", id=str(task))["state"] for task in tasks]
    assert states == ["done", "done", "withdrawn"]
    kinds = house.sql("SELECT kind FROM task_message ORDER BY position")
    assert [one["kind"] for one in kinds] == ["done", "done", "withdrawn"]


def test_a_message_that_cannot_be_delivered_needs_a_person_and_can_be_sent_again(house: House) -> None:
    task = offered(house, Agency.NATURAL_RESOURCES)
    house.done(coordinator(), "task.withdraw", WITHDRAW, task)
    (message,) = house.sql("SELECT id FROM task_message")
    house.sql("UPDATE delivery SET state = 'exhausted' WHERE subject_id = :id", id=message["id"])
    runner = UnitRunner(house.engine, house.parts.open_unit, SystemClock(), lambda: None)

    def use_case(unit: AgenciesUnit) -> dict[str, Any]:
        resume_delivery(unit, message["id"], "natural_resources")
        return {}

    runner.run(administrator(), use_case, correlation_id="test")
    assert house.delivery(message["id"])["state"] == "pending"
    assert house.events(task)[-1].payload["message"] == "withdrawn"


def test_of_answers_given_at_one_moment_exactly_one_counts(house: House) -> None:
    """Truly concurrent: threads that start together on one signed offer whose term is over."""
    house.activate(AG)
    for _ in range(12):
        task = offered(house, answer_by=datetime.now(UTC) - timedelta(seconds=1))
        house.done(officer(AG), "task.sign", SIGN, task)
        acts: list[Callable[[], Any]] = [
            partial(house.command, officer(AG), "task.accept", ACCEPT, task),
            partial(house.command, officer(AG, Role.AGENCY_SYSTEM), "task.decline", DECLINE, task),
            partial(house.command, coordinator(), "task.withdraw", WITHDRAW, task),
            partial(sweep, house),
        ]
        barrier = Barrier(len(acts))

        def run(act: Callable[[], Any], barrier: Barrier = barrier) -> Any:
            barrier.wait()
            return act()

        with ThreadPoolExecutor(len(acts)) as pool:
            answers = [one for one in pool.map(run, acts) if one is not None]
        told = house.told(task)[3:]
        done = [answer["ok"] for answer in answers if "ok" in answer]
        # An acceptance may still be withdrawn; whatever else came first is the end.
        assert told in (
            ["task-accepted"],
            ["task-accepted", "task-withdrawn"],
            ["task-declined"],
            ["task-withdrawn"],
            ["task-expired"],
        )
        assert len(done) == len([one for one in told if one != "task-expired"])
        (row,) = house.sql("SELECT state, holder, version FROM agency_task WHERE id = :id", id=task)
        assert row["holder"] == holder_of(TaskState(row["state"])).value
        for problem in (answer["problem"] for answer in answers if "problem" in answer):
            assert problem["kind"] == "conflict"
            assert problem["facts"]["version"] <= row["version"]
            assert problem["facts"]["holder"] == holder_of(TaskState(problem["facts"]["state"])).value
