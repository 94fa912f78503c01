"""Agencies' own systems of a chaos run that answer by package and by queue: the reference agencies as they are shipped.

Each is a process of its own that nobody kills: it is outside the house. While the checker looks it stands still.
"""

import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kombu import Connection
from kombu.exceptions import OperationalError

from gateway.cli.demo import programs
from gateway.cli.stack.child import Child
from services.agencies.adapters.protocols.bus_queue import name_of
from shared import keys
from shared.contracts.codes import Agency

VENDORS = {"public_security": "file_exchange", "comprehensive_enforcement": "bus_queue"}
"""Agency -> how it is reached and answers."""
_PATHS = {f"/agencies/{agency}/endpoint": agency for agency in VENDORS}
_ADDRESSES = {"file_exchange": "folder:{agency}", "bus_queue": "queue:"}


class Vendors:
    """folder: of their access.json and state. said: where their logs lie."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = keys.new_key(keys.ED25519)
        self._running: list[Child] = []
        self._stands_still = False
        self.said = folder.parent

    def endpoints(self) -> dict[str, dict[str, str]]:
        """Address -> what the house is told of each."""
        return {path: self._endpoint(agency) for path, agency in _PATHS.items()}

    def _endpoint(self, agency: str) -> dict[str, str]:
        protocol = VENDORS[agency]
        body = {"protocol": protocol, "url": _ADDRESSES[protocol].format(agency=agency)}
        return {**body, "partner_key": keys.public_key(self._key)} if protocol == "file_exchange" else body

    def program(self, path: str, made: Mapping[str, Any], exchange: Path, bus_url: str) -> tuple[str, list[str]]:
        """Its name and what starts it. made: what the house answered when its endpoint was set."""
        agency = _PATHS[path]
        folder = self._folder / agency
        folder.mkdir(parents=True)
        told: dict[str, Any] = {"agency": agency, "protocol": VENDORS[agency], "county_code": "640521"}
        if VENDORS[agency] == "file_exchange":
            private = self._key.partition(":")[2]
            place = {"folder": str(exchange / agency), "house_key": made["public_key"], "private_key": private}
            told |= {"exchange": place}
        else:
            told |= {"queue": {"url": bus_url, "secret": made["secret"]}}
        access = folder / "access.json"
        access.write_text(json.dumps(told), encoding="utf-8")
        return f"vendor-{agency}", [str(programs.command(Agency(agency))[-1]), str(access)]

    def add(self, child: Child) -> None:
        self._running.append(child)

    def stand_still(self) -> None:
        self._stands_still = True
        for child in self._running:
            child.send(signal.SIGSTOP)

    def go_on(self) -> None:
        if self._stands_still:
            for child in self._running:
                child.send(signal.SIGCONT)
        self._stands_still = False

    def on_its_way(self, exchange: Path, bus_url: str) -> int:
        """Answers that lie in a folder or a queue and were not read yet; a broker that is away has none."""
        laid = sum(len(list((exchange / agency / "in").glob("*.zip.sig"))) for agency in VENDORS)
        return laid + sum(_in_queue(agency, bus_url) for agency, how in VENDORS.items() if how == "bus_queue")


def _in_queue(agency: str, bus_url: str) -> int:
    with Connection(bus_url, connect_timeout=3) as connection:
        try:
            channel = connection.channel()
            return int(channel.queue_declare(name_of(agency, "answers"), passive=True).message_count)
        except (OperationalError, *connection.connection_errors, *connection.channel_errors):
            return 0
