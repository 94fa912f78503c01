"""Dead letters of three services as one list, and commands that find the service whose letter it is."""

from typing import Any
from uuid import UUID

import pytest

from shared.contracts.codes import Role
from shared.errors import NotFound, Unavailable
from tests.integration.gateway.conftest import House

SERVICES = ("cases", "agencies", "notify")


def letter(service: str, number: int, second: str) -> dict[str, Any]:
    return {"id": str(UUID(int=number)), "version": 1, "service": service, "opened_at": f"2026-04-24T04:00:{second}Z"}


def page(*items: dict[str, Any], more: bool = False, total: int | None = None) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": "more" if more else None, "total": total}


@pytest.fixture
def desk(house: House) -> House:
    house.account("admin", Role.ADMINISTRATOR, "")
    for service in SERVICES:
        house.services.answers[f"{service}:dead-letter.list"] = page()
        house.services.answers[f"{service}:dead-letter.get"] = NotFound()
    return house


def ask(desk: House, path: str = "", **params: Any) -> Any:
    return desk.ask("GET", f"/api/v1/dead-letters{path}", by="admin", params=params)


def test_the_newest_of_all_services_come_first_and_the_next_page_begins_behind_the_last(desk: House) -> None:
    answers = desk.services.answers
    answers["cases:dead-letter.list"] = page(letter("cases", 1, "03.5"), letter("cases", 2, "01"), total=2)
    answers["agencies:dead-letter.list"] = page(letter("agencies", 3, "03"), total=1)
    answers["notify:dead-letter.list"] = page(letter("notify", 4, "02"), total=1)
    body = ask(desk, limit=3, with_total=True).json()
    assert [(one["service"], one["opened_at"][17:]) for one in body["items"]] == [
        ("cases", "03.5Z"),
        ("agencies", "03Z"),
        ("notify", "02Z"),
    ]
    assert (body["total"], body["missing"]) == (4, [])
    ask(desk, limit=3, cursor=body["next_cursor"])
    assert desk.services.last("dead-letter.list")["body"]["cursor"] == body["next_cursor"]


def test_the_last_page_has_no_cursor(desk: House) -> None:
    desk.services.answers["cases:dead-letter.list"] = page(letter("cases", 1, "03"))
    assert ask(desk).json()["next_cursor"] is None


def test_a_service_that_does_not_answer_is_named(desk: House) -> None:
    desk.services.answers["notify:dead-letter.list"] = Unavailable("bus.timeout", service="notify")
    desk.services.answers["cases:dead-letter.list"] = page(letter("cases", 1, "03"))
    body = ask(desk).json()
    assert (len(body["items"]), body["missing"]) == (1, ["notify"])


def test_when_none_answers_the_list_is_unavailable(desk: House) -> None:
    desk.services.down = set(SERVICES)
    assert ask(desk).status_code == 503


def test_one_service_alone_can_be_asked_for(desk: House) -> None:
    ask(desk, service="notify", kind="parked_event", ended=False)
    assert [service for service, _, _ in desk.services.asked] == ["notify"]
    assert desk.services.last("dead-letter.list")["body"] == {"kind": "parked_event", "ended": False}


@pytest.mark.parametrize(("params", "field"), [({"service": "gateway"}, "service"), ({"kind": "x"}, "kind")])
def test_a_wrong_filter_is_named(desk: House, params: dict[str, str], field: str) -> None:
    answer = ask(desk, **params)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_command_goes_to_the_service_whose_letter_it_is(desk: House) -> None:
    mine = letter("notify", 4, "02")
    desk.services.answers["notify:dead-letter.get"] = mine
    headers = {"Idempotency-Key": "desk-1", "If-Match": '"1"'}
    path = f"/api/v1/dead-letters/{mine['id']}/discard"
    answer = desk.ask("POST", path, by="admin", json={"reason": "数据有误"}, headers=headers)
    assert answer.status_code == 200
    (service,) = [name for name, _, asked in desk.services.asked if asked.get("operation") == "dead-letter.discard"]
    sent = desk.services.last("dead-letter.discard")
    assert service == "notify"
    assert (sent["target_id"], sent["command_id"], sent["expected_version"]) == (mine["id"], "desk-1", 1)


def test_a_letter_nobody_has_is_not_found_unless_somebody_did_not_answer(desk: House) -> None:
    path = f"/{UUID(int=9)}"
    assert ask(desk, path).status_code == 404
    desk.services.answers["agencies:dead-letter.get"] = Unavailable("bus.timeout", service="agencies")
    assert ask(desk, path).status_code == 503


def test_readiness_tells_the_true_lag_and_what_needs_a_person(house: House) -> None:
    house.services.health = {
        "cases": {"head": 40, "feeds": {}, "parked": 0, "exhausted": 0},
        "notify": {"head": 7, "feeds": {"cases": {"head": 31, "position": 31, "lag": 0}}, "parked": 2, "exhausted": 1},
    }
    body = house.ask("GET", "/readyz").json()
    assert body["services"]["notify"]["feeds"]["cases"] == {"head": 40, "position": 31, "lag": 9}
    assert body["alerts"] == [
        {"service": "notify", "what": "parked", "number": 2},
        {"service": "notify", "what": "exhausted", "number": 1},
    ]
    assert body["ready"] is True
