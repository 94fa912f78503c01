"""Some fields of an answer, and what belongs to the object, each asked in the caller's own name."""

from typing import Any

import httpx
import pytest

from gateway.shaping import SPARSE
from shared.contracts.codes import Role
from shared.errors import NotAllowed, NotFound, Unavailable
from tests.integration.gateway.conftest import House

ID = "0199a1b2-0000-7000-8000-000000000001"
CLUE = "0199a1b2-0000-7000-8000-000000000002"
CASE = {"id": ID, "version": 4, "case_no": "ZW-1", "clue_id": CLUE, "place": "恩和镇"}
PAGE = {"items": [{"id": ID, "case_no": "ZW-1", "place": "恩和镇"}], "next_cursor": "more", "total": 7}
EMPTY: dict[str, Any] = {"items": [], "next_cursor": None, "total": None}
LISTS = {
    "tasks": "task.list",
    "joint_actions": "joint_action.list",
    "rectifications": "rectification.list",
    "notices": "notice.list",
    "evidence": "evidence.list",
}


@pytest.fixture
def desk(house: House) -> House:
    house.account("li", Role.COORDINATOR)
    house.account("agriculture", Role.AGENCY_OFFICER, "agriculture")
    house.services.answers["case.get"] = CASE
    house.services.answers["case.list"] = PAGE
    return house


def _get(desk: House, path: str, by: str = "li") -> httpx.Response:
    return desk.ask("GET", f"/api/v1{path}", by=by)


def test_one_object_with_the_fields_that_were_asked_for(desk: House) -> None:
    answer = _get(desk, f"/cases/{ID}?fields=case_no,%20place")
    assert answer.json() == {"case_no": "ZW-1", "place": "恩和镇"}
    assert (answer.headers["ETag"], answer.headers["Content-Type"]) == ('"4"', SPARSE)
    assert desk.services.last("case.get")["body"] == {"id": ID}


def test_a_list_keeps_its_pages_and_loses_fields_of_its_items(desk: House) -> None:
    answer = _get(desk, "/cases?fields=case_no&limit=5&with_total=true")
    assert answer.json() == {"items": [{"case_no": "ZW-1"}], "next_cursor": "more", "total": 7}
    assert desk.services.last("case.list")["body"] == {"limit": 5, "with_total": True}


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (f"/cases/{ID}?fields=case_no,secret", "secret"),
        ("/cases?fields=items", "items"),
        ("/cases?fields=", ""),
        ("/tasks?fields=nope", "nope"),
        ("/dead-letters?fields=nope", "nope"),
        (f"/dead-letters/{ID}?fields=nope", "nope"),
        (f"/cases/{ID}/evidence?fields=nope", "nope"),
        ("/statistics?fields=nope", "nope"),
    ],
)
def test_a_field_that_is_not_there_is_named(desk: House, path: str, named: str) -> None:
    answer = _get(desk, path)
    assert (answer.status_code, answer.json()["field"]) == (422, "fields")
    assert answer.json()["facts"]["name"] == named
    assert f"“{named}”" in answer.json()["detail"]
    assert not desk.services.asked


@pytest.mark.parametrize("path", [f"/cases/{ID}?expand=party", f"/clues/{ID}?expand=case", "/cases?expand=tasks"])
def test_what_cannot_be_expanded_is_refused(desk: House, path: str) -> None:
    answer = _get(desk, path)
    assert (answer.status_code, answer.json()["field"]) == (422, "expand")
    assert not desk.services.asked


def test_a_file_has_no_fields(desk: House) -> None:
    answer = _get(desk, "/clues/export.xlsx?fields=id")
    assert (answer.status_code, answer.json()["field"]) == (422, "fields")


def test_everything_that_belongs_to_a_case(desk: House) -> None:
    for operation in LISTS.values():
        desk.services.answers[operation] = EMPTY
    desk.services.answers["clue.get"] = {"id": CLUE, "version": 9}
    names = ["clue", *LISTS]
    answer = _get(desk, f"/cases/{ID}?expand={','.join([*names, 'clue'])}&fields=case_no")
    assert answer.json()["case_no"] == "ZW-1"
    assert answer.json()["expanded"] == {"clue": {"id": CLUE, "version": 9}, **dict.fromkeys(LISTS, EMPTY)}
    assert answer.headers["ETag"] == '"4"'
    asked = [request["operation"] for _, _, request in desk.services.asked]
    assert sorted(asked) == sorted(["case.get", "clue.get", *LISTS.values()])
    assert {desk.services.last(operation)["body"].get("case_id", ID) for operation in LISTS.values()} == {ID}
    assert {desk.services.last(operation)["body"]["limit"] for operation in LISTS.values()} == {50}
    assert len({request["principal"] for _, _, request in desk.services.asked}) == 1


@pytest.mark.parametrize("refusal", [NotFound(), NotAllowed("role-not-allowed")])
def test_what_may_not_be_seen_is_absent_as_what_does_not_exist(desk: House, refusal: Any) -> None:
    for operation in ("clue.get", *LISTS.values()):
        desk.services.answers[operation] = refusal
    hidden = _get(desk, f"/cases/{ID}?expand=clue,{','.join(LISTS)}").json()["expanded"]
    desk.services.answers["case.get"] = {**CASE, "clue_id": None}
    for operation in LISTS.values():
        desk.services.answers[operation] = EMPTY
    absent = _get(desk, f"/cases/{ID}?expand=clue,{','.join(LISTS)}").json()["expanded"]
    assert hidden == absent == {"clue": None, **dict.fromkeys(LISTS, EMPTY)}


def test_an_object_that_is_not_seen_expands_nothing(desk: House) -> None:
    desk.services.answers["case.get"] = NotFound()
    assert _get(desk, f"/cases/{ID}?expand=clue,tasks").status_code == 404
    assert [request["operation"] for _, _, request in desk.services.asked] == ["case.get"]


def test_a_service_that_is_down_is_no_absence(desk: House) -> None:
    desk.services.answers["clue.get"] = Unavailable("bus.timeout")
    assert _get(desk, f"/cases/{ID}?expand=clue").status_code == 503


def test_an_agency_that_is_shown_its_tasks_has_them(desk: House) -> None:
    desk.services.answers["joint_action.get"] = {"id": ID, "version": 1}
    desk.services.answers["task.list"] = {**EMPTY, "items": [{"id": CLUE, "delivered_at": None}]}
    answer = _get(desk, f"/joint-actions/{ID}?expand=tasks", by="agriculture")
    assert answer.json()["expanded"]["tasks"]["items"][0]["id"] == CLUE
    assert desk.services.last("task.list")["body"] == {"action_id": ID, "limit": 50}
    assert desk.services.last("task.read")["body"]["task_ids"] == [CLUE]


def test_a_task_tells_of_its_action_and_its_case(desk: House) -> None:
    task = {"id": CLUE, "version": 1, "action_id": ID, "case_id": ID, "delivered_at": None}
    desk.services.answers |= {"task.get": task, "joint_action.get": NotFound()}
    told = _get(desk, f"/tasks/{CLUE}?expand=action,case", by="agriculture").json()["expanded"]
    assert told == {"action": None, "case": CASE}
    assert desk.services.last("task.read")["body"]["task_ids"] == [CLUE]
