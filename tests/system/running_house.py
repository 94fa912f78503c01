"""One stack as `tianwei up -d` starts it, for many tests: its accounts over HTTP, its processes, its bus."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
import redis

from gateway.cli.demo.people import People
from gateway.cli.stack import accounts
from gateway.cli.stack.layout import Home, read_state
from gateway.cli.stack.secrets import load_or_make
from gateway.cli.stack.valkey import Valkey
from shared.clock import TrainingClock
from tests.support.nodes import RabbitNode, wait_until

SERVICES = ("cases", "agencies", "notify")
# One address is everybody in tests, and they do not stop to read. tests/hostile asks more often than this.
FASTER_THAN_PEOPLE = {
    "TIANWEI_RATE_ACCOUNT_PER_S": "2000",
    "TIANWEI_RATE_ACCOUNT_BURST": "4000",
    "TIANWEI_RATE_ADDRESS_PER_S": "500",
    "TIANWEI_RATE_ADDRESS_BURST": "2000",
}


class Account:
    """One account at the public API; unlike the demo's Person it hands over every answer as it came."""

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/api/v1", timeout=30.0, trust_env=False)
        self._grant = {"grant_type": "password", "username": login, "password": password}
        if login.endswith("-system"):
            self._grant = {"grant_type": "client_credentials", "client_id": login, "client_secret": password}
        self._token = ""

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str = "", version: int | None = None, **more: Any
    ) -> httpx.Response:
        """One request. key: Idempotency-Key, a fresh one by default. version: If-Match. more: for httpx."""
        headers = dict(more.pop("headers", {}))
        if method != "GET":
            headers["Idempotency-Key"] = key or uuid4().hex
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if body is not None:
            more["json"] = body
        answer = self._signed(method, path, headers, more) if self._token else None
        if answer is None or answer.status_code == 401:
            self._token = _good(self._http.post("/auth/token", json=self._grant))["access_token"]
            answer = self._signed(method, path, headers, more)
        return answer

    def _signed(self, method: str, path: str, headers: dict[str, str], more: dict[str, Any]) -> httpx.Response:
        return self._http.request(method, path, headers={**headers, "Authorization": f"Bearer {self._token}"}, **more)

    def get(self, path: str, **params: Any) -> Any:
        """What a GET answers, which must be 200."""
        return _good(self.ask("GET", path, params=params))

    def post(self, path: str, body: Any, **more: Any) -> Any:
        """What a POST answers, which must be a success."""
        return _good(self.ask("POST", path, body, **more))

    def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        while True:
            page = self.get(path, limit=200, **params, **cursor)
            items += page["items"]
            if not page.get("next_cursor"):
                return items
            cursor = {"cursor": page["next_cursor"]}

    def close(self) -> None:
        self._http.close()


def _good(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.status_code} {answer.request.method} {answer.request.url}: {answer.text}"
    return answer.json() if answer.content else None


class RunningHouse:
    """rabbit: the bus; None for the embedded one. Use as a context manager."""

    def __init__(self, folder: Path, rabbit: RabbitNode | None) -> None:
        self.home = Home.at(folder)
        self._rabbit = rabbit
        self._accounts: dict[str, Account] = {}

    def __enter__(self) -> Self:
        try:
            self._tianwei("up", "-d")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for account in self._accounts.values():
            account.close()
        if "people" in vars(self):
            self.people.__exit__()
        self._tianwei("down")

    def tianwei(self, *words: str, by: str = "") -> "subprocess.CompletedProcess[str]":
        """The command line, as the account of this login."""
        login = {"TIANWEI_LOGIN": by, "TIANWEI_PASSWORD": str(self.logins[by]["password"])} if by else {}
        command = [sys.executable, "-m", "gateway.cli", *words]
        return subprocess.run(
            command, env=self._environment() | login, capture_output=True, text=True, check=False, timeout=150
        )

    def _tianwei(self, *words: str) -> None:
        done = self.tianwei(*words)
        assert done.returncode == 0, done.stdout + done.stderr

    def _environment(self) -> dict[str, str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TIANWEI_")}
        environment |= {"TIANWEI_HOME": str(self.home.root), **FASTER_THAN_PEOPLE}
        return environment | ({"TIANWEI_BUS_URL": self._rabbit.url} if self._rabbit else {})

    # people

    @property
    def address(self) -> str:
        return read_state(self.home).address

    @cached_property
    def people(self) -> People:
        """The demo's people: they repeat what got no answer and raise what is refused."""
        return People(self.home)

    @cached_property
    def logins(self) -> dict[str, dict[str, Any]]:
        return {account["login"]: account for account in accounts.read(self.home)}

    @property
    def townships(self) -> list[str]:
        """Their 9 digits."""
        return [login.removeprefix("township-") for login in self.logins if login.startswith("township-")]

    def account(self, login: str) -> Account:
        if login not in self._accounts:
            self._accounts[login] = Account(self.address, login, str(self.logins[login]["password"]))
        return self._accounts[login]

    @property
    def coordinator(self) -> Account:
        return self.account("coordinator")

    # processes

    def pause(self, process: str) -> None:
        self._send(process, signal.SIGSTOP)

    def resume(self, process: str) -> None:
        self._send(process, signal.SIGCONT)

    def kill(self, process: str) -> None:
        self._send(process, signal.SIGKILL)

    def restarts(self, process: str) -> int:
        return read_state(self.home).processes[process].restarts

    def _send(self, process: str, number: signal.Signals) -> None:
        state = read_state(self.home)
        record = state.supervisor if process == "supervisor" else state.processes[process]
        assert record is not None
        os.kill(record.pid, number)

    # time

    def now(self) -> datetime:
        """The present instant, as the house counts it."""
        return datetime.now(UTC)

    # events

    def readiness(self) -> httpx.Response:
        return httpx.get(f"{self.address}/readyz", timeout=30.0, trust_env=False)

    def settle(self) -> None:
        """Wait until every event is published and applied and nothing more follows from it."""
        seen: list[Any] = []

        def settled() -> bool:
            seen.append(_all_applied(self.readiness()))
            return len(seen) > 1 and seen[-1] is not None and seen[-1] == seen[-2]

        wait_until(settled, 90.0, "every event applied")

    def until(self, condition: Callable[[], bool], what: str) -> None:
        wait_until(condition, 90.0, what)

    # the bus

    @property
    def bus_url(self) -> str:
        if self._rabbit:
            return self._rabbit.url
        return Valkey(self.home, Path(read_state(self.home).sockets), load_or_make(self.home).bus_password).url

    def wipe_bus(self) -> None:
        """Forget all queues, routes and messages, as an empty broker put in place of this one would."""
        if self._rabbit:
            self._rabbit.wipe()
            return
        socket = str(Path(read_state(self.home).sockets) / "bus.sock")
        with redis.Redis(unix_socket_path=socket, password=load_or_make(self.home).bus_password) as client:
            client.flushall()


def _all_applied(answer: httpx.Response) -> dict[str, int] | None:
    """The heads of the logs when everything has reached everybody, every clue is looked at and every document that was
    approved is printed, else None."""
    facts = answer.json()["services"]
    if answer.status_code != 200 or any("head" not in facts[name] for name in SERVICES):
        return None
    heads = {name: int(facts[name]["head"]) for name in SERVICES}
    told = all(facts[name]["published"] == heads[name] and not facts[name]["unnumbered"] for name in SERVICES)
    heard = all(
        feed["position"] == heads[producer] for name in SERVICES for producer, feed in facts[name]["feeds"].items()
    )
    looked = not facts["cases"]["duplicate_checks_waiting"]
    printed = not facts["notify"]["documents_to_print"]
    return heads if told and heard and looked and printed else None


class TrainingHouse(RunningHouse):
    """With a training clock, and webhooks to 127.0.0.1 allowed, as the demonstration has it."""

    @property
    def clock(self) -> TrainingClock:
        return TrainingClock(self.home.root / "training-clock")

    def now(self) -> datetime:
        return self.clock.now()

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {
            "TIANWEI_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
            "TIANWEI_TRAINING_CLOCK": str(self.home.root / "training-clock"),
        }
