"""Starts and ends the agencies' own systems: the reference agencies, each a process that dies with the demo."""

import base64
import json
import os
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.cli.demo import programs
from gateway.cli.demo.certificates import certify
from gateway.cli.demo.people import People
from gateway.cli.demo.story import AGENCIES
from gateway.cli.stack import ports
from gateway.cli.stack.child import Child, last_lines
from gateway.cli.stack.layout import Home
from gateway.cli.stack.tools import settings_of_running
from shared.contracts.agency_certificates import CONTRACT_VERSION
from shared.contracts.codes import Agency, title

_PROTOCOLS = {
    Agency.NATURAL_RESOURCES: "signed_webhook",
    Agency.AGRICULTURE: "polled_mailbox",
    Agency.PUBLIC_SECURITY: "file_exchange",
    Agency.COMPREHENSIVE_ENFORCEMENT: "bus_queue",
}
_START_S = 30.0
_POLL_S = 0.05
# What comprehensive enforcement wants to read in a letter; the story's first one does not say it.
_NEEDS = "道路"


class ProgramFailed(RuntimeError):
    """A reference agency did not come up."""


class OutsideSystems:
    """Four systems, four protocols. Use as a context manager.

    Natural resources receives signed webhooks, agriculture polls its mailbox, public security takes packages from an
    exchange folder, comprehensive enforcement works from its queue. Each passes the conformance kit first, and is given
    its access.json and nothing else.
    """

    def __init__(self, people: People, home: Home) -> None:
        self._people = people
        self._home = home
        self._running: dict[Agency, tuple[Child, Path]] = {}

    def __enter__(self) -> Self:
        certify(self._people, self._home, _PROTOCOLS)
        try:
            for agency in AGENCIES:
                self._start(agency)
            for started, (child, log) in self._running.items():
                _until_ready(started, child, log)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        for child, _ in self._running.values():
            child.send(signal.SIGTERM)
        for child, _ in self._running.values():
            child.wait()

    def _start(self, agency: Agency) -> None:
        folder = self._home.root / "outside" / agency
        folder.mkdir(parents=True, exist_ok=True)
        access = folder / "access.json"
        with open(access, "w", encoding="utf-8", opener=_private) as file:
            json.dump(self._access(agency), file, ensure_ascii=False, indent=2)
        log = self._home.logs / f"outside.{agency}.log"
        self._running[agency] = Child([*programs.command(agency), str(access)], os.environ, log, folder), log

    def _access(self, agency: Agency) -> dict[str, Any]:
        """Tell the house how this system is reached, and the system what it must know."""
        county = self._people.county_code.ljust(12, "0")
        head = {"contract": CONTRACT_VERSION, "agency": agency.value, "county_code": county}
        match agency:
            case Agency.NATURAL_RESOURCES:
                return {**head, "protocol": "signed_webhook", "api": self._api(agency), **self._webhook(agency)}
            case Agency.PUBLIC_SECURITY:
                return {**head, "protocol": "file_exchange", **self._folder(agency)}
            case Agency.COMPREHENSIVE_ENFORCEMENT:
                example = {"declines_without": _NEEDS}
                return {**head, "protocol": "bus_queue", "example": example, **self._queue(agency)}
            case _:
                self._configure(agency, protocol="polled_mailbox")
                return {**head, "protocol": "polled_mailbox", "api": self._api(agency)}

    def _configure(self, agency: Agency, **how: str) -> dict[str, Any]:
        """The house answers with the signing secret, once."""
        answer: dict[str, Any] = self._people.administrator.put(f"/agencies/{agency}/endpoint", how)
        return answer

    def _api(self, agency: Agency) -> dict[str, str]:
        login, password = self._people.credentials_of_system(agency)
        base_url = f"{self._people.base_url}/api/v1"
        return {"base_url": base_url, "token_path": "/auth/token", "login": login, "password": password}

    def _folder(self, agency: Agency) -> dict[str, Any]:
        key = Ed25519PrivateKey.generate()
        public = f"ed25519:{base64.b64encode(key.public_key().public_bytes_raw()).decode()}"
        made = self._configure(agency, protocol="file_exchange", url=f"folder:{agency}", partner_key=public)
        exchange = {
            "folder": str(self._home.root / "exchange" / agency),
            "house_key": str(made["public_key"]),
            "private_key": base64.b64encode(key.private_bytes_raw()).decode(),
        }
        return {"exchange": exchange}

    def _queue(self, agency: Agency) -> dict[str, Any]:
        made = self._configure(agency, protocol="bus_queue", url="queue:")
        return {"queue": {"url": settings_of_running(self._home).bus_url, "secret": str(made["secret"])}}

    def _webhook(self, agency: Agency) -> dict[str, Any]:
        port = ports.choose("127.0.0.1", usual=8700)
        made = self._configure(agency, protocol="signed_webhook", url=f"http://127.0.0.1:{port}/tasks")
        secret = str(made["secret"])
        return {"webhook": {"listen_host": "127.0.0.1", "listen_port": port, "path": "/tasks", "secret": secret}}


def _private(path: str, flags: int) -> int:
    """Passwords and keys are in it."""
    return os.open(path, flags, 0o600)


def _until_ready(agency: Agency, child: Child, log: Path) -> None:
    """Raises ProgramFailed with the program's last words."""
    give_up_at = time.monotonic() + _START_S
    while not any(_says_ready(line) for line in log.read_text(encoding="utf-8", errors="replace").splitlines()):
        if child.poll() is not None or time.monotonic() > give_up_at:
            said = "\n".join(last_lines(log))
            raise ProgramFailed(f"{title(agency)}的示范系统没有启动：\n{said}")
        time.sleep(_POLL_S)


def _says_ready(line: str) -> bool:
    try:
        return json.loads(line).get("ready") is True
    except (ValueError, AttributeError):
        return False
