"""An agency's own system, as its vendor would write it: it knows the public API and its webhook's secret, no more.

python -m gateway.cli.demo.outside AGENCY, with TIANWEI_URL, TIANWEI_LOGIN, TIANWEI_PASSWORD in the environment and,
for a webhook receiver, TIANWEI_WEBHOOK_PORT and TIANWEI_WEBHOOK_SECRET; for an exchange folder DEMO_FOLDER,
DEMO_PRIVATE_KEY and DEMO_HOUSE_KEY; for queues DEMO_BUS_URL and TIANWEI_WEBHOOK_SECRET.
"""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from gateway.cli.demo.person import CredentialsRefused, Person, Refused
from gateway.cli.demo.results import result_of

POLL_WAIT_S = 10
# Comprehensive enforcement returns its first task: the letter lacked what it needs to clear a site.
DECLINES_FIRST = "comprehensive_enforcement"


class AgencySystem:
    """Signs, takes on and reports what comes; every step may be repeated without harm."""

    def __init__(self, agency: str, person: Person, *, quiet: bool = False) -> None:
        self._agency = agency
        self._quiet = quiet
        self._person = person
        self._busy = threading.Lock()

    def handle(self, task_id: str) -> None:
        with self._busy:
            task = self._person.get(f"/tasks/{task_id}")
            while task["state"] in ("offered", "delivered", "signed", "accepted"):
                task = self._step(task)
                if not self._quiet:
                    say(self._agency, task)

    def _step(self, task: dict[str, Any]) -> dict[str, Any]:
        path = f"/tasks/{task['id']}"
        try:
            match task["state"]:
                case "offered" | "delivered":
                    done = self._person.post(f"{path}/sign", {"signed_by": "值班员"})
                case "signed" if self._declines(task):
                    reason = {
                        "return_reason": "material_incomplete",
                        "reason": "任务书未附现场道路和用电情况，无法安排机械",
                    }
                    done = self._person.post(f"{path}/decline", reason)
                case "signed":
                    done = self._person.post(
                        f"{path}/accept", {"contact_person": "承办人", "contact_phone": "0955-5020000"}
                    )
                case _:
                    done = self._person.post(f"{path}/report", {"result": result_of(self._agency, task)})
        except Refused as refused:
            if refused.status not in (409, 412):
                raise
            done = self._person.get(path)  # somebody was faster: go on from where it stands
        return dict(done)

    def _declines(self, task: dict[str, Any]) -> bool:
        return declines(self._agency, task["letter"]["matter"])


def declines(agency: str, matter: str) -> bool:
    """Whether the agency sends this task back."""
    return agency == DECLINES_FIRST and "道路" not in matter


def say(agency: str, task: dict[str, Any]) -> None:
    print(json.dumps({"agency": agency, "task": task["id"], "state": task["state"]}), flush=True)


def poll_for_ever(agency: str, person: Person) -> None:
    """A polled mailbox: ask above the last position seen, waiting a little for news. Raises CredentialsRefused."""
    system = AgencySystem(agency, person)
    after = 0
    while True:
        try:
            page = person.get("/tasks", after=after, wait=POLL_WAIT_S)
            for row in page["items"]:
                if row["state"] in ("offered", "delivered", "signed", "accepted"):
                    system.handle(row["id"])
                after = max(after, row["position"])
        except CredentialsRefused:
            raise  # this is not our house (any more)
        except (ConnectionError, Refused) as error:
            print(json.dumps({"agency": agency, "error": str(error)[:500]}), flush=True)
            time.sleep(1)


def serve_webhook(agency: str, person: Person, port: int, secret: str) -> None:
    """A signed webhook: verify, answer 202 at once, work afterwards."""
    system = AgencySystem(agency, person)
    webhook = Webhook(secret)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            try:
                message = webhook.verify(body, {name.lower(): value for name, value in self.headers.items()})
            except WebhookVerificationError:
                self._answer(401)
                return
            self._answer(202)
            if message["type"] != "tianwei.task.issued.v1":
                return
            threading.Thread(target=system.handle, args=(message["data"]["task_id"],), daemon=True).start()

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet: what matters is said by say()."""

    ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()


def main(agency: str) -> None:
    if folder := os.environ.get("DEMO_FOLDER"):
        from gateway.cli.demo.ferry import Ferry

        Ferry(agency, Path(folder), os.environ["DEMO_PRIVATE_KEY"], os.environ["DEMO_HOUSE_KEY"]).run()
    if bus_url := os.environ.get("DEMO_BUS_URL"):
        from gateway.cli.demo.queue_system import QueueSystem

        QueueSystem(agency, bus_url, os.environ["TIANWEI_WEBHOOK_SECRET"]).run()
    _online(agency)


def _online(agency: str) -> None:
    names = ("TIANWEI_URL", "TIANWEI_LOGIN", "TIANWEI_PASSWORD")
    with Person(*(os.environ[name] for name in names), system=True) as person:
        if port := os.environ.get("TIANWEI_WEBHOOK_PORT"):
            serve_webhook(agency, person, int(port), os.environ["TIANWEI_WEBHOOK_SECRET"])
        else:
            try:
                poll_for_ever(agency, person)
            except CredentialsRefused as refused:
                sys.exit(str(refused))


if __name__ == "__main__":
    main(sys.argv[1])
