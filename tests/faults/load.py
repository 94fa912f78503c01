"""The load of a chaos run, a process of its own: `python -m tests.faults.load CONFIG.json`.

CONFIG: url, accounts (file), journal (file), seed, stories (how many at once), endpoints (path -> settings), received
(folder of the receivers' files). It obeys lines on its standard input and answers each with one JSON line when it
has done so: `run`, `pause` (done when every answer is in), `look`, `stop`, and by the administrator `endpoint PATH` and
`post PATH`.
"""

import asyncio
import contextlib
import json
import random
import sys
from pathlib import Path
from typing import Any

import httpx

from gateway.cli.demo.story import AGENCIES, RECIPIENTS
from tests.faults.broken_house import WEBHOOK_AGENCY
from tests.faults.journal import ATTEMPT_S, Account, Gate, Journal
from tests.faults.stories import Desk, Imports, clerk, doorbell, for_ever, give_out_again, mailbox, one_case
from tests.faults.vendors import VENDORS
from tests.support.certificates import certificate_of

_QUIET_S = 0.1


class Load:
    """config: as above."""

    def __init__(self, config: dict[str, Any]) -> None:
        accounts = json.loads(Path(config["accounts"]).read_text(encoding="utf-8"))
        self._passwords = {account["login"]: account["password"] for account in accounts}
        self._config = config
        self._gate = Gate()
        self._journal = Journal(Path(config["journal"]))
        self._http = httpx.AsyncClient(
            base_url=f"{config['url']}/api/v1",
            timeout=ATTEMPT_S,
            trust_env=False,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=100),
        )
        self._accounts: dict[str, Account] = {}
        towns = [login.removeprefix("township-") for login in self._passwords if login.startswith("township-")]
        self._desk = Desk(self._account, towns, random.Random(config["seed"]))
        self._tasks: list[asyncio.Task[None]] = []
        self._certified: set[str] = set()
        self._made: dict[str, Any] = {}

    def _account(self, login: str) -> Account:
        if login not in self._accounts:
            password = self._passwords[login]
            self._accounts[login] = Account(self._http, self._gate, self._journal, login, password)
        return self._accounts[login]

    async def run(self) -> None:
        """Until `stop` or the end of the input."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        self._start_all()
        async for line in reader:
            word, _, rest = line.decode().strip().partition(" ")
            if word == "stop":
                return
            await self._obey(word, rest)
            print(json.dumps(self._state()), flush=True)

    async def _obey(self, word: str, rest: str) -> None:
        if word == "run":
            self._gate.open()
        elif word == "pause":
            self._gate.close()
            await self._all_answers()
        elif word == "endpoint":
            self._gate.open()
            await self._certify(rest)
            self._made[rest] = await self._account("admin").put(rest, self._config["endpoints"][rest])
        elif word == "post":
            self._gate.open()
            await self._account("admin").post(rest, {})

    async def _certify(self, path: str) -> None:
        """An agency's system, before its endpoint is set for the first time."""
        _, kind, agency, _ = path.split("/")
        if kind != "agencies" or agency in self._certified:
            return
        admin = self._account("admin")
        protocol = self._config["endpoints"][path].get("protocol", "signed_webhook")
        key = None
        while key is None:  # an answer that was repeated shows it no more
            kit = await admin.post(f"/agencies/{agency}/kits", {"protocol": protocol})
            key = kit["private_key"]
        await admin.post(f"/agencies/{agency}/certificates", {"certificate": certificate_of(kit)})
        self._certified.add(agency)

    async def _all_answers(self) -> None:
        quiet = 0.0
        while quiet < _QUIET_S:
            await asyncio.sleep(0.05)
            quiet = 0.0 if self._gate.busy else quiet + 0.05

    def _start_all(self) -> None:
        acts = [for_ever(self._desk, one_case) for _ in range(self._config["stories"])]
        others = {WEBHOOK_AGENCY, *VENDORS}
        acts += [for_ever(self._desk, mailbox(str(agency)), 0.4) for agency in AGENCIES if agency not in others]
        heard = Path(self._config["received"]) / f"{WEBHOOK_AGENCY}.jsonl"
        acts.append(for_ever(self._desk, doorbell(WEBHOOK_AGENCY, heard), 0.3))
        acts += [for_ever(self._desk, clerk(str(recipient)), 0.5) for recipient in RECIPIENTS]
        acts.append(for_ever(self._desk, give_out_again, 0.3))
        acts.append(for_ever(self._desk, Imports().next, 0.5))
        self._tasks = [asyncio.create_task(act) for act in acts]

    def _state(self) -> dict[str, Any]:
        crashed = [repr(task.exception()) for task in self._tasks if task.done() and not task.cancelled()]
        return {
            "commands": self._journal.commands,
            "accepted": self._journal.accepted,
            "attempts": self._journal.attempts,
            "by_status": self._journal.by_status,
            "busy": self._gate.busy,
            "made": self._made,
            "counts": dict(self._desk.counts),
            "trouble": list(self._desk.trouble),
            "crashed": crashed,
        }


async def main() -> None:
    config = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    await Load(config).run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
