"""Bodies that ask for more than who sends them may: fields that the house sets itself, and what breaks readers."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.hostile.conftest import Target
from tests.system.books import Books
from tests.system.county import report
from tests.system.running_house import RunningHouse

SET_BY_THE_HOUSE: dict[str, Any] = {
    "id": str(uuid4()),
    "version": 99,
    "state": "closed",
    "jurisdiction": "64",
    "recorded_by": "system",
    "actor": "admin",
    "org_code": "public_security",
    "created_at": "2020-01-01T00:00:00+08:00",
    "clue_no": "ZW-CL-640521-2020-00001",
    "is_admin": True,
    "__proto__": {"roles": ["administrator"]},
    "__class__": "x",
}


@pytest.mark.parametrize("name", SET_BY_THE_HOUSE)
def test_a_field_that_the_house_sets_is_refused_by_name(name: str, house: RunningHouse) -> None:
    body = {**report("640521104", "好"), name: SET_BY_THE_HOUSE[name]}
    answer = house.coordinator.ask("POST", "/clues", body)
    assert (answer.status_code, answer.json()["field"]) == (422, name)


def test_no_command_at_all_takes_such_a_field(
    house: RunningHouse, books: Books, paths: dict[str, dict[str, Any]], target: Target
) -> None:
    """Every order, with everything at once, by the one who may most: none is taken, none falls over."""
    before = books.digests()
    taken = []
    for path, methods in paths.items():
        for method in ("post", "put"):
            if method not in methods or path.startswith("/auth/"):
                continue
            address = path.replace("{id}", target.case["id"] if path.startswith("/cases") else target.clue["id"])
            for name in ("code", "agency", "year", "register_name", "key", "type"):
                address = address.replace(f"{{{name}}}", "agriculture")
            for account in (house.coordinator, house.account("admin")):
                answer = account.ask(method.upper(), address, SET_BY_THE_HOUSE)
                if answer.status_code not in (403, 404, 409, 415, 422, 428):
                    taken.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
    assert not taken
    assert books.digests() == before


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("too deep", b'{"a":' * 3000 + b"1" + b"}" * 3000, "json."),
        ("endless array", b"[" * 100_000, "json."),
        ("not finite", b'{"area_m2": 1e999}', "json."),
        ("a number of a thousand digits", b'{"area_m2": ' + b"9" * 1000 + b"}", ""),
        ("nul", b'{"place": "a\\u0000b"}', "json.forbidden-character"),
        ("half a surrogate", b'{"place": "\\ud800"}', ""),
        ("no utf-8", b'{"place": "\xff\xfe"}', "json.malformed"),
        ("another encoding", '{"place": "砂场"}'.encode("utf-16"), "json."),
        ("the same name twice", b'{"place": "a", "place": "b"}', ""),
        ("a list", b"[]", "json.not-an-object"),
        ("a text", b'"clue"', "json.not-an-object"),
        ("two documents", b"{}{}", "json.malformed"),
    ],
)
def test_what_breaks_readers_is_refused(name: str, raw: bytes, code: str, house: RunningHouse) -> None:
    answer = house.coordinator.ask("POST", "/clues", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, f"{name}: {answer.text[:300]}"
    assert answer.json()["code"].startswith(code), answer.json()["code"]


@pytest.mark.parametrize(
    "media", ["text/xml", "application/xml", "application/x-www-form-urlencoded", "application/yaml", "text/plain", ""]
)
def test_only_json_is_read(media: str, house: RunningHouse) -> None:
    headers = {"Content-Type": media} if media else {}
    answer = house.coordinator.ask("POST", "/clues", content=json.dumps(report("640521104", "好")), headers=headers)
    assert answer.status_code == 415


def test_no_role_is_given_to_oneself(house: RunningHouse) -> None:
    for login in ("coordinator", "agriculture"):
        new = {
            "login": f"x{uuid4().hex[:8]}",
            "name": "自己",
            "roles": ["administrator"],
            "org_code": "640521000000",
            "jurisdiction": "640521",
            "password": "Aa1!" + uuid4().hex,
        }
        assert house.account(login).ask("POST", "/accounts", new).status_code == 403


def test_a_key_used_for_another_request_is_refused_and_the_same_again_has_one_effect(
    house: RunningHouse, books: Books
) -> None:
    """A recorded request sent again by whoever has recorded it."""
    key, body = f"replay-{uuid4().hex}", report("640521104", uuid4().hex)
    first = house.coordinator.ask("POST", "/clues", body, key=key)
    assert first.status_code == 201
    house.settle()
    before = books.digests()
    for _ in range(3):
        again = house.coordinator.ask("POST", "/clues", body, key=key)
        assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    other = house.coordinator.ask("POST", "/clues", {**body, "place": "别处"}, key=key)
    assert other.json()["code"] == "idempotency-key-reused"
    assert books.digests() == before
