"""The stream of changes of a running house: who sees an object hears of it, nobody else, and nothing is missed."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.system.county import County
from tests.system.running_house import RunningHouse

pytestmark = pytest.mark.timeout(300)


@dataclass
class Listener:
    """One open stream. events: kind and data of each. last: id of the last event that had one."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    last: str = ""

    def take(self, lines: Iterator[str]) -> None:
        kind = ""
        for line in lines:
            name, _, value = line.partition(": ")
            match name:
                case "event":
                    kind = value
                case "id":
                    self.last = value
                case "data":
                    self.events.append((kind, json.loads(value)))

    @property
    def began(self) -> bool:
        return any(kind == "open" for kind, _ in self.events)

    def heard_of(self, id_: str) -> list[str]:
        """The kinds under which it was told of."""
        changes = [change for kind, data in self.events if kind == "changed" for change in data["changes"]]
        return sorted({change["kind"] for change in changes if change["id"] == id_})


@contextmanager
def listening(house: RunningHouse, login: str, last: str = "") -> Iterator[Listener]:
    account, heard = house.account(login), Listener()
    account.get("/me")  # signs in
    headers = account.signed_headers | ({"Last-Event-ID": last} if last else {})
    url = f"{house.address}/api/v1/stream"
    with (
        httpx.Client(timeout=httpx.Timeout(10.0, read=60.0), trust_env=False) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        reader = threading.Thread(target=_quietly, args=(heard, answer), daemon=True)
        reader.start()
        house.until(lambda: heard.began, f"the stream of {login}")
        yield heard


def _quietly(heard: Listener, answer: httpx.Response) -> None:
    try:
        heard.take(answer.iter_lines())
    except (httpx.HTTPError, httpx.StreamError, OSError):
        """The test has hung up."""


def test_who_sees_an_object_hears_of_it_and_nobody_else(house: RunningHouse, county: County) -> None:
    here, there = house.townships[:2]
    with (
        listening(house, "coordinator") as coordinator,
        listening(house, f"township-{here}") as own,
        listening(house, f"township-{there}") as other,
        listening(house, "agriculture") as agency,
        listening(house, "admin") as administrator,
    ):
        clue = county.clue(here)
        house.until(lambda: coordinator.heard_of(clue["id"]) == ["clue"], "the coordinator told")
        house.until(lambda: own.heard_of(clue["id"]) == ["clue"], "its township told")
        house.settle()
        # What would still come, came: the next thing that the others may see has arrived after it.
        mark = county.clue(there)
        house.until(lambda: other.heard_of(mark["id"]) == ["clue"], "the other township told")
        assert other.heard_of(clue["id"]) == []
        assert own.heard_of(mark["id"]) == []
        assert agency.heard_of(clue["id"]) == agency.heard_of(mark["id"]) == []
        assert [kind for kind, _ in administrator.events] == ["open"]


def test_an_agency_hears_of_its_own_task(house: RunningHouse, county: County) -> None:
    case = county.case(house.townships[0])
    with listening(house, "agriculture") as own, listening(house, "public-security") as other:
        action = county.joint_action(case, {"agriculture": "甲"})
        task = county.task(action, "agriculture")
        house.until(lambda: own.heard_of(task["id"]) == ["task"], "the agency told")
        assert own.heard_of(case["id"]) == own.heard_of(action["id"]) == []
        assert other.heard_of(task["id"]) == []


def test_who_comes_back_hears_what_happened_meanwhile(house: RunningHouse, county: County) -> None:
    township = house.townships[0]
    with listening(house, "coordinator") as before:
        first = county.clue(township)
        house.until(lambda: before.heard_of(first["id"]) == ["clue"], "the coordinator told")
    missed = county.clue(township)
    house.settle()
    with listening(house, "coordinator", before.last) as again:
        house.until(lambda: again.heard_of(missed["id"]) == ["clue"], "what was missed")
        assert again.heard_of(first["id"]) == []
        assert "renewed" not in {kind for kind, _ in again.events}
    with listening(house, f"township-{township}", before.last) as thief:
        assert "renewed" in {kind for kind, _ in thief.events}  # another's place says nothing
        assert thief.heard_of(missed["id"]) == []


def test_the_stream_ends_with_the_session(house: RunningHouse) -> None:
    account = house.account("office-director")
    with listening(house, "office-director") as heard:
        account.ask("POST", "/auth/logout")
        house.until(lambda: ("end", {"reason": "session"}) in heard.events, "the end")
    account.forget_token()
