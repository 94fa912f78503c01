"""A service that is down answers 503 while the others go on; what was accepted arrives, nothing is done twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.system.county import County, View, convening, report
from tests.system.running_house import SERVICES, Account, RunningHouse

pytestmark = pytest.mark.timeout(300)
SIGNED = 2
"""Events of signing for a task that was only offered: that it has arrived, and that it is signed for."""


@dataclass(frozen=True)
class Asking:
    """A command that can be repeated under its key."""

    by: Account
    path: str
    body: dict[str, Any]
    key: str

    def __call__(self) -> httpx.Response:
        return self.by.ask("POST", self.path, self.body, key=self.key)


def _asking(by: Account, path: str, body: dict[str, Any]) -> Asking:
    return Asking(by, path, body, uuid4().hex)


@contextmanager
def _stopped(house: RunningHouse, service: str) -> Iterator[None]:
    """The service is there and does nothing, as when its machine hangs."""
    house.pause(service)
    try:
        yield
    finally:
        house.resume(service)


def _is_unavailable(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"].startswith("bus.")


@pytest.fixture
def case(house: RunningHouse, county: County) -> View:
    """A case that all services have heard of, with a task of agriculture."""
    made = county.case(house.townships[0])
    county.joint_action(made, {"agriculture": "到场"})
    house.settle()
    return made


def _while_stopped(
    house: RunningHouse, service: str, its_own: Asking, others: Callable[[], None]
) -> tuple[httpx.Response, httpx.Response]:
    """The answers to the service's own command and to /readyz, with the others going on meanwhile."""
    with ThreadPoolExecutor(2) as pool, _stopped(house, service):
        answer, readiness = pool.submit(its_own), pool.submit(house.readiness)
        others()
        return answer.result(), readiness.result()


def _stays_down(answers: tuple[httpx.Response, httpx.Response], service: str) -> None:
    own, readiness = answers
    _is_unavailable(own)
    assert (readiness.status_code, readiness.json()["missing"]) == (503, [service])
    assert int(readiness.headers["Retry-After"]) > 0


def _once(asking: Asking) -> dict[str, Any]:
    """The one effect of a command repeated under its key."""
    first, again = asking(), asking()
    assert first.is_success, first.text
    assert again.json() == first.json()
    return dict(first.json())


def test_while_cases_is_down_agencies_and_recipients_work_on(house: RunningHouse, case: View) -> None:
    (task,) = house.coordinator.all("/tasks", case_id=case["id"])
    mark = uuid4().hex
    reporting = _asking(house.coordinator, "/clues", report(house.townships[0], mark))
    agriculture, clerk = house.account("agriculture"), house.account("party-committee")

    def others() -> None:
        agriculture.post(f"/tasks/{task['id']}/sign", {"signed_by": "张三"})
        notice = clerk.all("/notices", case_id=case["id"])[0]
        clerk.post(f"/notices/{notice['id']}/sign", {"signed_by": "李四", "sha256": notice["sha256"]})
        assert house.account("admin").get("/agencies")["items"]

    _stays_down(_while_stopped(house, "cases", reporting, others), "cases")
    clue = _once(reporting)
    assert [row["id"] for row in house.coordinator.all("/clues") if mark in row["place"]] == [clue["id"]]
    house.settle()
    (action,) = house.coordinator.all("/joint-actions", case_id=case["id"])
    (told,) = house.coordinator.get(f"/joint-actions/{action['id']}")["tasks"]
    assert (told["state"], told["signed_by"]) == ("signed", "张三")


def test_while_agencies_is_down_cases_takes_the_joint_action_and_its_tasks_arrive(
    house: RunningHouse, case: View
) -> None:
    (task,) = house.coordinator.all("/tasks", case_id=case["id"])
    signing = _asking(house.account("agriculture"), f"/tasks/{task['id']}/sign", {"signed_by": "张三"})
    actions: list[dict[str, Any]] = []

    def others() -> None:
        marks = {"public_security": "维持秩序", "comprehensive_enforcement": "清理"}
        actions.append(house.coordinator.post(f"/cases/{case['id']}/joint-actions", convening(case, marks)))
        house.coordinator.post("/notices", {"case_id": case["id"], "remarks": "请阅。"})
        clerk = house.account("party-committee")
        house.until(lambda: bool(clerk.all("/notices", case_id=case["id"])), "the notice printed")

    _stays_down(_while_stopped(house, "agencies", signing, others), "agencies")
    assert _once(signing)["state"] == "signed"
    house.settle()
    tasks = house.coordinator.all("/tasks", action_id=actions[0]["id"])
    assert {task["id"] for task in tasks} == {task["task_id"] for task in actions[0]["tasks"]}
    assert house.coordinator.get(f"/tasks/{task['id']}")["version"] == task["version"] + SIGNED


def test_while_notify_is_down_cases_are_filed_and_their_copies_arrive(
    house: RunningHouse, county: County, case: View
) -> None:
    clue = county.verified(house.townships[0])
    mark = uuid4().hex
    issuing = _asking(house.coordinator, "/notices", {"case_id": case["id"], "remarks": mark})
    filed: list[dict[str, Any]] = []

    def others() -> None:
        filed.append(county.filed(clue))
        assert house.coordinator.all("/tasks", case_id=case["id"])

    _stays_down(_while_stopped(house, "notify", issuing, others), "notify")
    notice = _once(issuing)
    house.settle()
    issued = [house.coordinator.get(f"/notices/{row['id']}") for row in house.coordinator.all("/notices")]
    assert [one["id"] for one in issued if mark in one["body"]] == [notice["id"]]
    about = {"case_id": filed[0]["id"], "kind": "case_filed_copy"}
    clerk = house.account("discipline-commission")
    house.until(lambda: bool(clerk.all("/notices", **about)), "the copy printed")
    (copy,) = house.coordinator.all("/notices", **about)
    assert {receipt["recipient"] for receipt in copy["receipts"]} == {
        "party_committee",
        "discipline_commission",
        "organisation_department",
    }


def test_commands_under_way_when_every_service_is_killed_have_one_effect(house: RunningHouse, case: View) -> None:
    (task,) = house.coordinator.all("/tasks", case_id=case["id"])
    marks = [uuid4().hex for _ in range(3)]
    under_way = [
        *(_asking(house.coordinator, "/clues", report(house.townships[0], mark)) for mark in marks),
        _asking(house.account("agriculture"), f"/tasks/{task['id']}/sign", {"signed_by": "张三"}),
        _asking(house.coordinator, "/notices", {"case_id": case["id"], "remarks": marks[0]}),
    ]
    before = {service: house.restarts(service) for service in SERVICES}
    with ThreadPoolExecutor(len(under_way)) as pool:
        asked = [pool.submit(asking) for asking in under_way]
        for service in SERVICES:
            house.kill(service)
        for answer in [one.result() for one in asked]:
            assert answer.is_success or answer.status_code == 503
    house.settle()
    assert all(house.restarts(service) > before[service] for service in SERVICES)
    done = [_once(asking) for asking in under_way]
    house.settle()
    places = [row["place"] for row in house.coordinator.all("/clues")]
    assert [sum(mark in place for place in places) for mark in marks] == [1, 1, 1]
    assert done[3]["version"] == task["version"] + SIGNED
    issued = [house.coordinator.get(f"/notices/{row['id']}") for row in house.coordinator.all("/notices")]
    assert [one["id"] for one in issued if marks[0] in one["body"]] == [done[4]["id"]]


def test_services_whose_processes_are_gone_answer_503_until_they_are_back(house: RunningHouse) -> None:
    addresses = ("/clues", "/tasks", "/notices")
    house.pause("supervisor")  # or it would start them anew at once
    try:
        for service in SERVICES:
            house.kill(service)
        with ThreadPoolExecutor(len(addresses)) as pool:
            for answer in pool.map(lambda path: house.coordinator.ask("GET", path), addresses):
                _is_unavailable(answer)
        assert house.coordinator.get("/me")["login"] == "coordinator"
    finally:
        house.resume("supervisor")
    house.settle()
    assert all(house.coordinator.ask("GET", path).is_success for path in addresses)
