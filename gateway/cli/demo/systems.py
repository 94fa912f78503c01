"""Starts and ends the agencies' outside systems, each a process of its own that dies with the demonstration."""

import base64
import os
import signal
import sys
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.cli.demo.ferry import public_key
from gateway.cli.demo.people import People
from gateway.cli.demo.story import AGENCIES
from gateway.cli.stack import ports
from gateway.cli.stack.child import Child
from gateway.cli.stack.layout import Home
from gateway.cli.stack.tools import settings_of_running


class OutsideSystems:
    """Four systems, four protocols. Use as a context manager.

    Natural resources receives signed webhooks, agriculture polls its mailbox, public security takes packages from an
    exchange folder, comprehensive enforcement works from its queue.
    """

    def __init__(self, people: People, home: Home) -> None:
        self._people = people
        self._home = home
        self._logs = home.logs
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
            **self._reached(agency),
        }
        command = [sys.executable, "-m", "gateway.cli.demo.outside", agency]
        log = self._logs / f"outside.{agency}.log"
        self._running.append(Child(command, environment, log, self._logs))

    def _reached(self, agency: str) -> dict[str, str]:
        """Tell the house how this system is reached; what the system must know of that."""
        match agency:
            case "natural_resources":
                return self._webhook(agency)
            case "public_security":
                return self._folder(agency)
            case "comprehensive_enforcement":
                return self._queue(agency)
            case _:
                self._configure(agency, protocol="polled_mailbox")
                return {}

    def _configure(self, agency: str, **how: str) -> dict[str, Any]:
        """The house answers with the signing secret, once."""
        answer: dict[str, Any] = self._people.administrator.put(f"/agencies/{agency}/endpoint", how)
        return answer

    def _folder(self, agency: str) -> dict[str, str]:
        key = base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
        how = {"protocol": "file_exchange", "url": f"folder:{agency}", "partner_key": public_key(key)}
        made = self._configure(agency, **how)
        folder = str(self._home.root / "exchange" / agency)
        return {"DEMO_FOLDER": folder, "DEMO_PRIVATE_KEY": key, "DEMO_HOUSE_KEY": str(made["public_key"])}

    def _queue(self, agency: str) -> dict[str, str]:
        made = self._configure(agency, protocol="bus_queue", url="queue:")
        return {"DEMO_BUS_URL": settings_of_running(self._home).bus_url, "TIANWEI_WEBHOOK_SECRET": str(made["secret"])}

    def _webhook(self, agency: str) -> dict[str, str]:
        port = ports.choose("127.0.0.1", usual=8700)
        endpoint = self._configure(agency, protocol="signed_webhook", url=f"http://127.0.0.1:{port}/tasks")
        return {"TIANWEI_WEBHOOK_PORT": str(port), "TIANWEI_WEBHOOK_SECRET": str(endpoint["secret"])}
