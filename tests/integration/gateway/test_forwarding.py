"""What reaches the services, and what comes back to the caller."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from shared.contracts.codes import Role
from shared.errors import Conflict, InvalidInput, NotFound, StaleVersion, Unavailable
from tests.integration.gateway.conftest import MOST_BODY, House

ID = "0199a1b2-0000-7000-8000-000000000001"
CLUE = {
    "source": "patrol",
    "division_code": "640521100000",
    "place": "石空镇东",
    "description": "耕地上堆放砂石",
    "area_m2": 120.5,
}


@pytest.fixture
def desk(house: House) -> House:
    """A house with one account of each role that these tests act by."""
    house.account("li", Role.COORDINATOR)
    house.account("agriculture", Role.AGENCY_OFFICER, "agriculture")
    house.account("clerk", Role.RECIPIENT_CLERK, "discipline_commission")
    return house


def _post(desk: House, path: str, body: Any = None, **more: Any) -> httpx.Response:
    return desk.ask("POST", f"/api/v1{path}", by="li", json=body, **more)


def test_a_command_goes_out_with_its_caller_key_and_correlation(desk: House) -> None:
    desk.services.answers["clue.report"] = {"id": ID, "version": 1, "clue_no": "ZW-CL-640521-2026-00001"}
    headers = {"Idempotency-Key": "desk-1", "X-Correlation-Id": "story-1"}
    answer = _post(desk, "/clues", CLUE, headers=headers)
    assert answer.status_code == 201
    assert answer.json()["clue_no"] == "ZW-CL-640521-2026-00001"
    assert (answer.headers["ETag"], answer.headers["Location"]) == ('"1"', f"/api/v1/clues/{ID}")
    sent = desk.services.last("clue.report")
    assert (sent["body"], sent["command_id"], sent["correlation_id"]) == (CLUE, "desk-1", "story-1")
    actor = desk.services.actor_of(sent)
    assert (actor.name, actor.roles, actor.jurisdiction) == ("li 的姓名", frozenset({Role.COORDINATOR}), "640521")


GUARDED = {"If-Match": '"3"'}
WITHDRAWAL = {"row_id": ID, "last_on": "2026-11-01", "reason": "已废止", "source": {"text": "县政府决定"}}


def test_what_makes_something_new_needs_a_key(desk: House) -> None:
    answer = _post(desk, "/clues", CLUE, bare=True)
    assert (answer.status_code, answer.json()["code"]) == (400, "http.idempotency-key-missing")
    assert answer.json()["field"] == "Idempotency-Key"
    assert not desk.services.all("clue.report")


def test_a_change_without_a_key_is_a_command_of_its_own(desk: House) -> None:
    for _ in range(2):
        _post(desk, f"/clues/{ID}/sign", {}, bare=True, headers=GUARDED)
    first, second = desk.services.all("clue.sign")
    assert first["command_id"] != second["command_id"]


def test_the_key_made_for_a_caller_is_told_so_that_a_command_without_answer_can_be_repeated(desk: House) -> None:
    desk.services.answers["clue.sign"] = Unavailable("bus.timeout")
    answer = _post(desk, f"/clues/{ID}/sign", {}, bare=True, headers=GUARDED)
    assert answer.status_code == 503
    assert answer.headers["Idempotency-Key"] == desk.services.last("clue.sign")["command_id"]


@pytest.mark.parametrize("if_match", ['"7"', "7", 'W/"7"'])
def test_if_match_is_the_version_the_command_demands(desk: House, if_match: str) -> None:
    _post(desk, f"/clues/{ID}/sign", {}, headers={"If-Match": if_match})
    sent = desk.services.last("clue.sign")
    assert (sent["target_id"], sent["expected_version"]) == (ID, 7)


@pytest.mark.parametrize("path", [f"/clues/{ID}/sign", "/rules/violation_type/VT03/withdraw"])
def test_a_change_without_if_match_is_428_and_names_whose_etag_it_wants(desk: House, path: str) -> None:
    body = {} if "clues" in path else WITHDRAWAL
    answer = _post(desk, path, body, bare=True)
    assert (answer.status_code, answer.json()["code"]) == (428, "http.if-match-missing")
    assert answer.json()["facts"]["resource"] == f"/api/v1{path.rpartition('/')[0]}"
    assert [method for _, method, _ in desk.services.asked] == []


def test_any_version_is_taken_only_where_a_setting_says_so(desk: House) -> None:
    path, any_ = f"/clues/{ID}/sign", {"If-Match": "*"}
    refused = _post(desk, path, {}, headers=any_)
    assert (refused.status_code, refused.json()["code"]) == (428, "http.if-match-any")
    desk.app.state.parts = replace(desk.app.state.parts, if_match_any=frozenset({"clue"}))
    assert _post(desk, path, {}, headers=any_).status_code == 200
    assert desk.services.last("clue.sign")["expected_version"] is None
    assert _post(desk, f"/cases/{ID}/review", {}, headers=any_).status_code == 428
    assert _post(desk, path, {}, bare=True).status_code == 428


@pytest.mark.parametrize("path", [f"/tasks/{ID}/sign", f"/notices/{ID}/sign", f"/sealed-records/{ID}/open"])
def test_what_a_party_says_for_itself_needs_no_version_but_takes_one(desk: House, path: str) -> None:
    body = {"signed_by": "王五", "sha256": "a" * 64} if "notices" in path else {"signed_by": "王五"}
    body = {} if "sealed" in path else body
    operation = path.split("/")[1].removesuffix("s").replace("-", "_") + "." + path.split("/")[3]
    assert _post(desk, path, body, bare=True).status_code == 200
    assert desk.services.last(operation)["expected_version"] is None
    assert _post(desk, path, body, bare=True, headers=GUARDED).status_code == 200
    assert desk.services.last(operation)["expected_version"] == 3


def test_a_stale_version_is_412_and_says_both(desk: House) -> None:
    desk.services.answers["clue.sign"] = StaleVersion(3, 5)
    answer = _post(desk, f"/clues/{ID}/sign", headers={"If-Match": '"3"'})
    assert (answer.status_code, answer.json()["field"]) == (412, "If-Match")
    assert "3" in answer.json()["detail"]
    assert "5" in answer.json()["detail"]


def test_a_command_without_required_fields_needs_no_body(desk: House) -> None:
    assert _post(desk, f"/cases/{ID}/review").status_code == 200


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (NotFound(), 404),
        (Conflict("cases.area-remaining", remaining_area_m2=3.0), 409),
        (InvalidInput("division.unknown", "division_code", value="1"), 422),
        (Unavailable("database-unavailable"), 503),
    ],
)
def test_a_services_error_keeps_its_code_and_field(desk: House, raised: Any, status: int) -> None:
    desk.services.answers["clue.report"] = raised
    answer = _post(desk, "/clues", CLUE)
    assert answer.status_code == status
    assert (answer.json()["code"], answer.json()["field"]) == (raised.code, raised.field)


def test_a_service_that_is_down_is_503_while_others_go_on(desk: House) -> None:
    desk.services.down.add("cases")
    desk.services.answers["task.list"] = {"items": [], "next_cursor": None, "total": None}
    answer = _post(desk, "/clues", CLUE)
    assert (answer.status_code, answer.json()["code"]) == (503, "bus.down")
    assert int(answer.headers["Retry-After"]) > 0
    assert desk.ask("GET", "/api/v1/tasks", by="li").status_code == 200


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        (b'{"source": "patrol", "extra": 1}', "invalid-field", "division_code"),
        (b"{nonsense", "json.malformed", None),
        (b'{"area_m2": NaN}', "json.not-finite", "area_m2"),
        (b'{"place": "a\\u0000"}', "json.forbidden-character", "place"),
        (b"[]", "json.not-an-object", None),
        (b'{"place":' + b"[" * 40 + b"]" * 40 + b"}", "json.too-deep", "place.0.0.0.0.0.0.0"),
    ],
)
def test_a_bad_body_never_reaches_a_service(desk: House, content: bytes, code: str, field: str | None) -> None:
    headers = {"Content-Type": "application/json"}
    answer = desk.ask("POST", "/api/v1/clues", by="li", content=content, headers=headers)
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)
    assert not desk.services.all("clue.report")


def test_an_unknown_field_and_every_other_fault_are_named(desk: House) -> None:
    document = _post(desk, "/clues", {**CLUE, "area_m2": "many", "sate": "x"}).json()
    assert {fault["field"]: fault["reason"] for fault in document["faults"]} == {
        "area_m2": "decimal_parsing",
        "sate": "extra_forbidden",
    }


def test_the_wrong_content_type_is_415(desk: House) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = desk.ask("POST", "/api/v1/clues", by="li", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "http.media-type")


def test_a_body_over_the_limit_is_413_even_when_it_comes_in_pieces(desk: House) -> None:
    async def pieces() -> Any:
        for _ in range(MOST_BODY // 1024 + 1):
            yield b" " * 1024

    headers = {"Content-Type": "application/json"}
    answer = desk.ask("POST", "/api/v1/clues", by="li", content=pieces(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "http.body-too-large")


@pytest.mark.parametrize(
    ("method", "path", "headers", "field"),
    [
        ("GET", "/clues/no-uuid", {}, "id"),
        ("POST", "/clues/no-uuid/sign", {}, "id"),
        ("POST", f"/clues/{ID}/sign", {"If-Match": "new"}, "If-Match"),
        ("POST", f"/clues/{ID}/sign", {"Idempotency-Key": "x" * 201}, "Idempotency-Key"),
        ("GET", "/clues?limit=0", {}, "limit"),
        ("GET", "/clues?sort=up", {}, "sort"),
        ("GET", "/cases?state=gone", {}, "state"),
        ("GET", "/tasks?after=0&wait=26", {}, "wait"),
    ],
)
def test_a_bad_address_or_header_names_itself(
    desk: House, method: str, path: str, headers: dict[str, str], field: str
) -> None:
    answer = desk.ask(method, f"/api/v1{path}", by="li", headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_list_passes_on_what_was_asked_and_no_more(desk: House) -> None:
    desk.services.answers["clue.list"] = {"items": [], "next_cursor": None, "total": 0}
    answer = desk.ask("GET", "/api/v1/clues?state=received&limit=5&with_total=true&no=ZW-1", by="li")
    assert answer.json()["total"] == 0
    asked = {"state": "received", "limit": 5, "with_total": True, "no": "ZW-1"}
    assert desk.services.last("clue.list")["body"] == asked


def test_a_single_resource_gives_its_etag(desk: House) -> None:
    desk.services.answers["case.get"] = {"id": ID, "version": 4}
    answer = desk.ask("GET", f"/api/v1/cases/{ID}", by="li")
    assert (answer.headers["ETag"], desk.services.last("case.get")["body"]) == ('"4"', {"id": ID})


def test_the_address_says_whose_endpoint_it_is(desk: House) -> None:
    path = "/api/v1/agencies/natural_resources/endpoint"
    desk.ask("PUT", path, by="li", json={"url": "https://example.org/hook"})
    sent = desk.services.last("agency.configure-endpoint")
    assert sent["body"] == {"agency": "natural_resources", "url": "https://example.org/hook"}
    assert desk.ask("PUT", path, by="li", json={"url": "ftp://x"}).json()["field"] == "url"
    assert (
        desk.ask("PUT", path, by="li", json={"url": "https://x", "agency": "agriculture"}).json()["field"] == "agency"
    )
    assert desk.ask("PUT", "/api/v1/agencies/x/endpoint", by="li", json={"url": "https://x"}).status_code == 422


# ---- the mailbox


def _tasks(*delivered: str | None) -> dict[str, Any]:
    items = [{"id": ID, "position": 3, "delivered_at": at} for at in delivered]
    return {"items": items, "next_cursor": None, "total": None}


def test_showing_an_agency_its_task_is_told_as_delivery(desk: House) -> None:
    desk.services.answers["task.list"] = _tasks(None, "2026-03-01T00:00:00Z")
    assert desk.ask("GET", "/api/v1/tasks?after=0", by="agriculture").status_code == 200
    sent = desk.services.last("task.read")
    assert sent["body"] == {"task_ids": [ID], "message_ids": []}
    assert desk.services.actor_of(sent).org_code == "agriculture"


def test_a_coordinator_who_looks_is_no_delivery(desk: House) -> None:
    desk.services.answers["task.list"] = _tasks(None)
    desk.ask("GET", "/api/v1/tasks", by="li")
    assert not desk.services.all("task.read")


def test_a_long_poll_answers_as_soon_as_there_is_a_task(desk: House) -> None:
    pages: Iterator[dict[str, Any]] = iter([_tasks(), _tasks("2026-03-01T00:00:00Z")])
    desk.services.answers["task.list"] = lambda _: next(pages)
    answer = desk.ask("GET", "/api/v1/tasks?after=2&wait=20", by="agriculture")
    assert len(answer.json()["items"]) == 1
    assert desk.services.last("task.list")["body"] == {"after": 2}


def test_a_long_poll_without_tasks_answers_with_none(desk: House) -> None:
    desk.services.answers["task.list"] = _tasks()
    assert desk.ask("GET", "/api/v1/tasks?after=2&wait=1", by="agriculture").json()["items"] == []


def test_a_long_poll_ends_when_the_client_leaves(desk: House) -> None:
    desk.services.answers["task.list"] = _tasks()
    desk.ask("GET", "/api/v1/me", by="agriculture")

    async def leave() -> list[Any]:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/v1/tasks",
            "query_string": b"after=0&wait=25",
            "headers": [(b"authorization", f"Bearer {desk.tokens['agriculture']}".encode())],
        }
        said: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            said.append(message)

        await asyncio.wait_for(desk.app(scope, receive, send), timeout=20)
        return said

    assert [m["status"] for m in asyncio.run(leave()) if m["type"] == "http.response.start"] == [499]


def test_a_clerk_who_opens_a_notice_has_received_it(desk: House) -> None:
    notice = {"id": ID, "version": 1, "receipts": [{"opened_at": None}]}
    desk.services.answers["notice.get"] = notice
    assert desk.ask("GET", f"/api/v1/notices/{ID}", by="clerk").json() == notice
    assert desk.services.last("notice.read")["target_id"] == ID


def test_a_reading_that_fails_does_not_spoil_the_answer(desk: House) -> None:
    desk.services.answers["notice.get"] = {"id": ID, "version": 1, "receipts": [{"opened_at": None}]}
    desk.services.answers["notice.read"] = Conflict("notify.notice-cancelled")
    assert desk.ask("GET", f"/api/v1/notices/{ID}", by="clerk").status_code == 200


# ---- readiness


def test_ready_names_every_service_with_its_facts(house: House) -> None:
    answer = house.ask("GET", "/readyz")
    assert answer.status_code == 200
    assert set(answer.json()["services"]) == {"gateway", "cases", "agencies", "notify"}


def test_not_ready_names_who_is_missing(house: House) -> None:
    house.services.down.add("notify")
    answer = house.ask("GET", "/readyz")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["notify"])
    assert answer.json()["services"]["notify"]["problem"] == "bus.down"
