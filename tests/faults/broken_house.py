"""A healthy house to be broken: its whole story once, every command and webhook written down, then nothing running.

The databases stay on their server, so that each test may copy them, change the copy and ask the checker.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psycopg2
from psycopg2 import sql

from gateway.cli.demo.papers import letter
from gateway.cli.demo.people import People
from gateway.cli.demo.person import Person
from gateway.cli.demo.story import AGENCIES, Story
from gateway.cli.sample_patches import write_sample
from gateway.cli.stack.layout import Home, read_state
from gateway.cli.stack.postgres import SUPERUSER, Postgres
from gateway.cli.stack.secrets import load_or_make
from tests.faults.checker import Evidence
from tests.faults.checker.database import libpq
from tests.support.agency_officer import DECLINES_FIRST, AgencyOfficer
from tests.support.certificates import certify_by
from tests.support.nodes import wait_until
from tests.system.county import convening
from tests.system.running_house import SERVICES, TrainingHouse

WEBHOOK_AGENCY = "natural_resources"
WEBHOOK_OFFICE = "party_committee"
COUNTY = "640521"
_PROCESSES = (
    *("gateway", "cases", "cases.worker", "cases.scheduler", "cases.evidence-worker"),
    *("agencies", "agencies.sender", "agencies.receiver", "notify", "notify.sender", "notify.worker"),
)


class LineFile:
    """Appends JSON lines, whole, from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        path.touch()

    def write(self, **values: Any) -> None:
        with self._lock, self.path.open("a", encoding="utf-8") as opened:
            opened.write(json.dumps(values, ensure_ascii=False) + "\n")


class RecordedPeople(People):
    """Everybody's commands are written down."""

    def __init__(self, home: Home, commands: LineFile) -> None:
        super().__init__(home)
        self._commands = commands

    def system(self, agency: str) -> Person:
        return self._recorded(Person(self.base_url, *self.credentials_of_system(agency), system=True))

    def _person(self, login: str) -> Person:
        if login in self._signed_in:
            return self._signed_in[login]
        return self._recorded(super()._person(login))

    def _recorded(self, person: Person) -> Person:
        person._http.event_hooks["response"].append(self._write)
        return person

    def _write(self, answer: httpx.Response) -> None:
        request = answer.request
        if request.method == "GET" or request.url.path.endswith("/auth/token"):
            return
        answer.read()
        is_json = request.headers.get("Content-Type", "").startswith("application/json")
        self._commands.write(
            key=request.headers["Idempotency-Key"],
            method=request.method,
            path=request.url.path,
            status=answer.status_code,
            body=json.loads(request.content) if is_json and request.content else None,
            answer=answer.json() if answer.is_success and answer.content else None,
            at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        )


@contextmanager
def receiving(received: LineFile) -> Iterator[str]:
    """Endpoints at URL/<receiver>, which take everything; what comes is written down before it is answered."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            data = body["data"]
            received.write(
                receiver=self.path.strip("/"),
                webhook_id=self.headers["webhook-id"],
                type=body["type"],
                subject=data.get("message_id") or data.get("task_id") or data.get("notice_id"),
                status=204,
                at=body.get("time") or body["timestamp"],
            )
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def play(house: TrainingHouse, people: RecordedPeople, endpoints: str) -> None:
    """The demonstration's story, with one agency and one office on webhooks, the other agencies on their mailboxes."""
    admin, coordinator = people.administrator, people.coordinator
    for agency in AGENCIES:
        protocol = "signed_webhook" if agency == WEBHOOK_AGENCY else "polled_mailbox"
        url = {"url": f"{endpoints}/{agency}"} if agency == WEBHOOK_AGENCY else {}
        certify_by(admin.post, agency, protocol)
        admin.put(f"/agencies/{agency}/endpoint", {"protocol": protocol, **url})
    admin.put(f"/recipients/{WEBHOOK_OFFICE}/endpoint", {"url": f"{endpoints}/{COUNTY}:{WEBHOOK_OFFICE}"})
    story = Story(people, lambda _: None, house.clock)
    sample = write_sample(house.home.root)
    story.import_patches(sample.path)
    assert sample.special_no is not None
    clues = [story.verify(row) for row in story.choose_clues(sample.special_no, 1)]
    cases = [story.file_case(clue) for clue in clues]
    for case in cases:
        story.investigate(case)
    case = coordinator.get(f"/cases/{cases[0]['id']}")
    _convene(house, people, case)
    story.copy_by_hand(case)
    story.notify_party(case, clues[0])
    story.let_days_pass()
    story.decide(case)
    story.put_right(case, clues[0])
    story.close(case)
    story.sign_copies(expected=4)


def _convene(house: TrainingHouse, people: RecordedPeople, case: dict[str, Any]) -> None:
    """All four agencies; the one that declines does so, and gets its task again, before the others begin."""
    path = f"/cases/{case['id']}/joint-actions"
    action = people.coordinator.post(path, convening(case, dict.fromkeys(AGENCIES, "到场")))
    path = f"/joint-actions/{action['id']}"
    house.until(lambda: len(people.coordinator.get("/tasks")["items"]) == len(AGENCIES), "the tasks in agencies")
    _work(people, DECLINES_FIRST)
    house.until(lambda: "declined" in _states(people, path), "the declined task known to cases")
    action = people.coordinator.get(path)
    (declined,) = (task["task_id"] for task in action["tasks"] if task["state"] == "declined")
    letter_again = {**letter(DECLINES_FIRST), "matter": "清理现场，道路宽六米。"}
    again = {"task_id": declined, "letter": letter_again, "reason": "补充材料"}
    people.coordinator.post(f"{path}/reassign", again, version=action["version"])
    house.until(lambda: len(people.coordinator.get("/tasks")["items"]) == len(AGENCIES) + 1, "the task given anew")
    for agency in AGENCIES:
        _work(people, agency)
    house.until(lambda: people.coordinator.get(path)["state"] == "closed", "the joint action closed")


def _states(people: RecordedPeople, path: str) -> list[str]:
    return [task["state"] for task in people.coordinator.get(path)["tasks"]]


def _work(people: RecordedPeople, agency: str) -> None:
    """Everything in the agency's mailbox, to its end."""
    with people.system(agency) as person:
        for row in person.get("/tasks")["items"]:
            AgencyOfficer(agency, person).handle(row["id"])


class BrokenHouse:
    """The databases of the story and what was written down of it."""

    def __init__(self, home: Home, commands: Path, received: Path) -> None:
        secrets = load_or_make(home)
        server = Postgres(home, Path(read_state(home).sockets), secrets.postgres_password)
        self._server = libpq(server.dsn("NAME", SUPERUSER, secrets.postgres_password))
        self.commands = commands
        self.received = received
        self._numbers = count(1)

    def dsn(self, database: str) -> str:
        """As superuser."""
        return self._server.replace("/tianwei_NAME?", f"/{database}?")

    def evidence(self, instead: Mapping[str, str] | None = None, **more: Any) -> Evidence:
        """Of the databases as the story left them, but for those of which others are given instead."""
        databases = {name: self.dsn(f"tianwei_{name}") for name in SERVICES} | dict(instead or {})
        given = {"commands": self.commands, "received": self.received, "activity": self.dsn("postgres"), **more}
        return Evidence(databases=databases, **given)

    def until_nobody_is_connected(self) -> None:
        def alone() -> bool:
            with psycopg2.connect(self.dsn("postgres")) as connection, connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = ANY(%s)",
                    ([f"tianwei_{name}" for name in SERVICES],),
                )
                (number,) = cursor.fetchone() or (1,)
                return bool(number == 0)

        wait_until(alone, 20.0, "the databases without sessions")

    def copy(self, service: str) -> tuple[str, str]:
        """Name and DSN of a database of its own for one test; drop(name) ends it."""
        name = f"{service}_{next(self._numbers)}"
        self._do(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"), name, f"tianwei_{service}")
        return name, self.dsn(name)

    def drop(self, name: str) -> None:
        self._do(sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)

    def _do(self, statement: sql.SQL, *names: str) -> None:
        connection = psycopg2.connect(self.dsn("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement.format(*map(sql.Identifier, names)))
        finally:
            connection.close()


@contextmanager
def broken_house(folder: Path) -> Iterator[BrokenHouse]:
    """Plays the story in the folder, ends all processes but PostgreSQL; ends that at last."""
    commands, received = LineFile(folder / "commands.jsonl"), LineFile(folder / "received.jsonl")
    with TrainingHouse(folder / "home", None) as house:
        people = RecordedPeople(house.home, commands)
        with receiving(received) as endpoints, people:
            play(house, people, endpoints)
            house.settle()
        broken = BrokenHouse(house.home, commands.path, received.path)
        house.pause("supervisor")
        try:
            for process in _PROCESSES:
                house.kill(process)
            broken.until_nobody_is_connected()
            yield broken
        finally:
            house.resume("supervisor")
