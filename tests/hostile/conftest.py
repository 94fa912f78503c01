"""The house under attack: started once, with a case and what hangs on it, and a coordinator of another county."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.system.books import Books
from tests.system.county import County
from tests.system.running_house import Account, RunningHouse

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Target:
    """What lies in the house. ids: every id that an answer to the coordinator or the administrator names."""

    clue: dict[str, Any]
    case: dict[str, Any]
    action: dict[str, Any]
    task: dict[str, Any]
    ids: list[str]

    @property
    def mine(self) -> list[str]:
        """One of each kind."""
        return [str(one["id"]) for one in (self.clue, self.case, self.action, self.task)]


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with RunningHouse(tmp_path_factory.mktemp("house"), None) as house:
        yield house


@pytest.fixture(scope="package")
def books(house: RunningHouse) -> Iterator[Books]:
    opened = Books(house.home)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def county(house: RunningHouse) -> County:
    return County(house)


@pytest.fixture(scope="package")
def paths(house: RunningHouse) -> dict[str, dict[str, Any]]:
    """The API as it describes itself: path without prefix -> methods."""
    told = httpx.get(f"{house.address}/openapi.json", timeout=60.0, trust_env=False).json()["paths"]
    return {path.removeprefix(PREFIX): methods for path, methods in told.items()}


@pytest.fixture(scope="package")
def target(house: RunningHouse, county: County, paths: dict[str, dict[str, Any]]) -> Target:
    clue = county.clue(house.townships[0])
    case = county.case(house.townships[0])
    action = county.joint_action(case, {"natural_resources": "到场", "agriculture": "到场"})
    task = county.task(action, "natural_resources")
    county.item(case, "整改")
    house.settle()
    lists = [path for path, methods in paths.items() if "get" in methods and "{" not in path]
    found: set[str] = set()
    for account in (house.coordinator, house.account("admin")):
        for path in lists:
            answer = account.ask("GET", path)
            if answer.is_success and answer.headers["content-type"] == "application/json":
                found |= set(_ids(answer.json()))
    return Target(clue, case, action, task, sorted({*found, clue["id"], case["id"], action["id"], task["id"]}))


def _ids(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for name, value in told.items():
            if isinstance(value, str) and (name == "id" or name.endswith("_id")) and len(value) == 36:
                yield value
            yield from _ids(value)
    elif isinstance(told, list):
        for one in told:
            yield from _ids(one)


@pytest.fixture(scope="package")
def stranger(house: RunningHouse) -> Iterator[Account]:
    """A coordinator of another county: every right that one can have there, none here."""
    login, password = f"haiyuan-{uuid4().hex[:8]}", f"Aa1!{os.urandom(12).hex()}"
    made = house.account("admin").ask(
        "POST",
        "/accounts",
        {
            "login": login,
            "name": "孙海原",
            "roles": ["coordinator"],
            "org_code": "640522",
            "jurisdiction": "640522",
            "password": password,
        },
    )
    assert made.is_success, made.text
    account = Account(house.address, login, password)
    yield account
    account.close()
