"""Every id that is in the house, in every address that takes one, by whom it does not concern."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.hostile.conftest import PREFIX, Target
from tests.system.books import Books
from tests.system.running_house import Account, RunningHouse

IN_FLIGHT = 8
# What belongs to nobody: laws and rules, the calendar, types of documents.
OPEN = ("/rules", "/calendar", "/document-types", "/verify")
# Want more than an id and say so first, of what is there as of what is not.
ASK_MORE = ("/figures/", "/receipt-slip")
Paths = dict[str, dict[str, Any]]


def with_ids(paths: Paths, method: str) -> list[str]:
    found = [path for path, methods in paths.items() if method in methods and "{id}" in path]
    known = {"{format}": "pdf", "{sha256}": "0" * 64, "{township}": "640521104", "{column}": "found"}
    for name, value in known.items():
        found = [path.replace(name, value) for path in found]
    return found


async def asked(account: Account, method: str, requests: list[str]) -> dict[str, httpx.Response]:
    """The answer to each, several at once."""
    account.get("/me")
    headers = {"Authorization": f"Bearer {account._token}"}
    answers: dict[str, httpx.Response] = {}
    waiting = iter(requests)
    async with httpx.AsyncClient(
        base_url=str(account._http.base_url), headers=headers, timeout=60, trust_env=False
    ) as http:

        async def work() -> None:
            for path in waiting:
                body: dict[str, Any] | None = {} if method == "POST" else None
                answers[path] = await http.request(method, path.lstrip("/"), json=body)

        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return answers


def refusal(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """All that it tells but the id of the request itself."""
    return answer.status_code, {**answer.json(), "correlation_id": None}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("who", ["stranger", "public-security"])
def test_what_is_not_ones_own_looks_absent_by_every_id_in_every_address(
    who: str, house: RunningHouse, stranger: Account, target: Target, paths: Paths
) -> None:
    account = stranger if who == "stranger" else house.account(who)
    routes = with_ids(paths, "get")
    nowhere = str(uuid4())
    absent = asyncio.run(asked(account, "GET", [route.replace("{id}", nowhere) for route in routes]))
    ids = target.ids if who == "stranger" else target.mine
    requests = {route.replace("{id}", id_): route for route in routes for id_ in ids}
    answers = asyncio.run(asked(account, "GET", list(requests)))
    for path, answer in answers.items():
        expected = refusal(absent[requests[path].replace("{id}", nowhere)])
        assert expected[0] in (403, 404) or any(word in path for word in ASK_MORE), path
        assert refusal(answer) == expected, path


@pytest.mark.timeout(120)
def test_no_order_on_anothers_thing_has_an_effect_or_tells_that_it_is_there(
    stranger: Account, target: Target, paths: Paths, books: Books
) -> None:
    """Bodies are empty: where that is wrong it is told, and is as wrong for what is not there."""
    before = books.digests()
    nowhere = str(uuid4())
    routes = [path for path in with_ids(paths, "post") if not path.startswith("/accounts")]
    absent = asyncio.run(asked(stranger, "POST", [route.replace("{id}", nowhere) for route in routes]))
    requests = {route.replace("{id}", id_): route for route in routes for id_ in target.mine}
    answers = asyncio.run(asked(stranger, "POST", list(requests)))
    for path, answer in answers.items():
        expected = refusal(absent[requests[path].replace("{id}", nowhere)])
        assert answer.status_code in (403, 404, 415, 422, 428), f"{path}: {answer.text}"
        assert refusal(answer) == expected, path
    assert books.digests() == before


def test_lists_of_another_county_are_empty_whatever_is_asked(stranger: Account, target: Target, paths: Paths) -> None:
    told = []
    for path in paths:
        if "get" in paths[path] and "{" not in path and not path.startswith(OPEN):
            for params in ({}, {"limit": "200", "with_total": "true"}, {"division": target.case["division_code"]}):
                told.append(stranger.ask("GET", path, params=params))
    said = "".join(answer.text for answer in told if answer.headers["content-type"].startswith("application/json"))
    for id_ in target.mine:
        assert id_ not in said
    assert target.case["case_no"] not in said
    assert not [answer for answer in told if answer.status_code >= 500]


@pytest.mark.parametrize("id_", ["1", "0", "-1", "null", "undefined", "%00", "..", "*", "{id}", "'", "𝟙", "a" * 5000])
def test_what_is_no_id_is_refused_by_name(id_: str, house: RunningHouse) -> None:
    answer = house.coordinator.ask("GET", f"/cases/{id_}/timeline" if id_ == ".." else f"/cases/{id_}")
    assert answer.status_code in (404, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert PREFIX not in answer.text
