"""Starts and ends the agencies' outside systems, each a process of its own that dies with the demonstration."""

import os
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.cli.demo.people import People
from gateway.cli.demo.story import AGENCIES
from gateway.cli.stack import ports
from gateway.cli.stack.child import Child

WEBHOOK_AGENCY = "natural_resources"


class OutsideSystems:
    """Natural resources receives a signed webhook; the other three poll their mailbox. Use as a context manager."""

    def __init__(self, people: People, logs: Path) -> None:
        self._people = people
        self._logs = logs
        self._running: list[Child] = []

    def __enter__(self) -> Self:
        for agency in AGENCIES:
            self._start(agency)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running:
            process.send(signal.SIGTERM)
        for process in self._running:
            process.wait()

    def _start(self, agency: str) -> None:
        login, password = self._people.credentials_of_system(agency)
        environment = {
            **os.environ,
            "TIANWEI_URL": self._people.base_url,
            "TIANWEI_LOGIN": login,
            "TIANWEI_PASSWORD": password,
            **(self._webhook(agency) if agency == WEBHOOK_AGENCY else {}),
        }
        command = [sys.executable, "-m", "gateway.cli.demo.outside", agency]
        log = self._logs / f"outside.{agency}.log"
        self._running.append(Child(command, environment, log, self._logs))

    def _webhook(self, agency: str) -> dict[str, str]:
        """Tell the house where to send; it answers with the signing secret, once."""
        port = ports.choose("127.0.0.1", usual=8700)
        endpoint = self._people.administrator.put(
            f"/agencies/{agency}/endpoint", {"url": f"http://127.0.0.1:{port}/tasks"}
        )
        return {"TIANWEI_WEBHOOK_PORT": str(port), "TIANWEI_WEBHOOK_SECRET": str(endpoint["secret"])}
