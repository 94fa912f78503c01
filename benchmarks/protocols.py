"""Delivery by protocol: tasks a second with four agencies, from event to arrival, with one agency hanging; packages.

On a private PostgreSQL and RabbitMQ, by the shipped sender as a process; agencies are peers in this process.
"""

import base64
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from kombu import Consumer, Queue
from pydantic import SecretStr

from benchmarks.receiver import Receiver
from services.agencies.adapters.protocols.bus_queue import name_of
from services.agencies.storage.migrate import MIGRATIONS
from shared import keys
from shared.bus.connection import BUS_ERRORS, connect
from shared.contracts.codes import Agency, Role
from shared.exchange.package import SUFFIX, PackageName, open_package, pack, seal
from shared.migration import upgrade
from tests.integration.services.agencies.house import House, administrator, officer, open_house
from tests.integration.services.agencies.protocols.carriers import carriers
from tests.support.nodes import PostgresNode, RabbitNode, wait_until
from tests.unit.services.agencies.builders import convened

AGENCIES = tuple(agency for agency in Agency if agency is not Agency.TOWNSHIP)
BURST, STEADY, PER_SECOND = 100, 60, 5
_GIVE_UP_S = 240
Arrivals = Callable[[], dict[str, float]]


def by_protocol() -> dict[str, Any]:
    """Per protocol: tasks a second of a backlog, and milliseconds from event to arrival at a steady 20 tasks a second.

    hanging: the same for three agencies on webhooks while the fourth takes connections and never answers.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres, rabbit = stack.enter_context(PostgresNode()), stack.enter_context(RabbitNode())
        dsn = postgres.create_database("agencies")
        postgres.create_role("agencies_app")
        upgrade(MIGRATIONS, SecretStr(dsn), "agencies_app")
        run = postgres.dsn("agencies", user="agencies_app")
        house = open_house(run, base64.b64encode(os.urandom(32)).decode())
        stack.callback(house.engine.dispose)
        running = stack.enter_context(carriers(run, folder, rabbit.url))
        figures = {
            "signed_webhook": _measured(house, _webhooks(house)),
            "bus_queue": _measured(house, _queues(house, rabbit.url)),
            "file_exchange": _measured(house, _folders(house, running.exchange)),
            "polled_mailbox": _measured(house, _mailboxes(house)),
        }
        three = AGENCIES[1:]
        alone = _measured(house, _webhooks(house), three)
        hanging = _measured(house, _webhooks(house, hangs=AGENCIES[0]), three)
        figures["hanging"] = {
            "three_beside_a_fourth": alone,
            "three_beside_one_that_hangs": hanging,
            "of_the_rate": round(hanging["tasks_per_s"] / alone["tasks_per_s"], 2),
        }
        return figures


def packages_verified() -> dict[str, float]:
    """Packages opened and verified a second, on one core."""
    name = PackageName("public_security", "tianwei", 1, uuid4())
    data = json.dumps({"内容": "答" * 2000}).encode()
    figures = {}
    for kind in (keys.ED25519, keys.SM2):
        key = keys.new_key(kind)
        content = pack(name, data, datetime.now(UTC), keys.DIGESTS[kind], {"照片.jpg": os.urandom(200_000)})
        mark, trusted = seal(name, content, [key]), [keys.public_key(key)]
        began, number = time.perf_counter(), 0
        while time.perf_counter() - began < 3:
            open_package(f"{name}{SUFFIX}", content, mark, trusted=trusted, sender=name.sender, receiver=name.receiver)
            number += 1
        figures[f"{kind}_per_s"] = round(number / (time.perf_counter() - began), 1)
    return figures


def _measured(house: House, peers: Any, counted: tuple[Agency, ...] = AGENCIES) -> dict[str, Any]:
    """peers: a context manager over what has arrived, task id -> when."""
    with peers as arrived:
        paused = [{"agency": agency.value} for agency in AGENCIES if house.sql(_PUSHED, party=agency.value)]
        for body in paused:
            house.done(administrator(), "agency.pause", {**body, "reason": "基准"})
        backlog = [_issue(house, counted) for _ in range(BURST)]
        began = time.time()
        for body in paused:
            house.done(administrator(), "agency.resume", body)
        tasks = {task for made, _ in backlog for task in made}
        ended = _all_arrived(arrived, tasks)
        steady = []
        for _ in range(STEADY):
            next_at = time.time() + 1 / PER_SECOND
            steady.append(_issue(house, counted))
            time.sleep(max(0.0, next_at - time.time()))
        _all_arrived(arrived, {task for made, _ in steady for task in made})
        came = arrived()
        waits = sorted(came[task] - at for made, at in steady for task in made)
        return {
            "tasks_per_s": round(len(tasks) / (ended - began), 1),
            "p50_ms": round(waits[len(waits) // 2] * 1000, 1),
            "p99_ms": round(waits[int(len(waits) * 0.99)] * 1000, 1),
        }


_PUSHED = "SELECT 1 FROM endpoint WHERE party = :party AND protocol NOT IN ('polled_mailbox', 'console_inbox')"


def _issue(house: House, counted: tuple[Agency, ...]) -> tuple[list[str], float]:
    """A joint action of all four; tasks of those that count, and when its event was there."""
    event = convened(*AGENCIES)
    at = time.time()
    house.react(event)
    return [str(task.task_id) for task in event.tasks if task.letter.agency in counted], at


def _all_arrived(arrived: Arrivals, tasks: set[str]) -> float:
    """When the last of them did."""
    wait_until(lambda: tasks <= arrived().keys(), _GIVE_UP_S, "all arrived")
    came = arrived()
    return max(came[task] for task in tasks)


def _configure(house: House, agency: Agency, **how: str) -> None:
    house.configure({"agency": agency.value, **how})


@contextmanager
def _webhooks(house: House, hangs: Agency | None = None) -> Iterator[Arrivals]:
    with ExitStack() as stack:
        receivers = {agency: stack.enter_context(Receiver(hangs=agency is hangs)) for agency in AGENCIES}
        for agency, receiver in receivers.items():
            _configure(house, agency, protocol="signed_webhook", url=receiver.url)
        yield lambda: {task: at for receiver in receivers.values() for task, at in receiver.arrived().items()}


@contextmanager
def _queues(house: House, url: str) -> Iterator[Arrivals]:
    came: dict[str, float] = {}
    stopping = threading.Event()

    def take(message: Any) -> None:
        came.setdefault(json.loads(message.body)["subject"], time.time())
        message.ack()

    def hear() -> None:
        while not stopping.is_set():
            try:
                with connect(url) as connection:
                    queues = [Queue(name_of(agency.value, "tasks"), no_declare=True) for agency in AGENCIES]
                    with Consumer(connection.channel(), queues, on_message=take, accept=["json"]):
                        while not stopping.is_set():
                            try:
                                connection.drain_events(timeout=0.5)
                            except TimeoutError:
                                connection.heartbeat_check()
            except BUS_ERRORS:
                time.sleep(0.2)  # the receiver process declares the queues

    for agency in AGENCIES:
        _configure(house, agency, protocol="bus_queue", url="queue:")
    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    try:
        yield lambda: dict(came)
    finally:
        stopping.set()
        thread.join(10)


@contextmanager
def _folders(house: House, root: Path) -> Iterator[Arrivals]:
    """Arrived is what has its signature; when, the folder says."""
    for agency in AGENCIES:
        key = keys.public_key(keys.new_key(keys.ED25519))
        folder = f"folder:{agency.value.replace('_', '-')}"
        _configure(house, agency, protocol="file_exchange", url=folder, partner_key=key)
    known: dict[str, str] = {}

    def arrived() -> dict[str, float]:
        marks = {mark.name: mark.stat().st_mtime for mark in root.glob("*/out/*.zip.sig")}
        ids = {name: name.removesuffix(".zip.sig")[-36:] for name in marks}
        missing = [id_ for id_ in ids.values() if id_ not in known]
        if missing:
            rows = house.sql("SELECT id, subject_id FROM delivery WHERE id = ANY(CAST(:ids AS uuid[]))", ids=missing)
            known.update({str(row["id"]): str(row["subject_id"]) for row in rows})
        return {known[ids[name]]: at for name, at in marks.items() if ids[name] in known}

    yield arrived


@contextmanager
def _mailboxes(house: House) -> Iterator[Arrivals]:
    """Each agency's system asks above the last position it saw, ten times a second; asking is delivery."""
    came: dict[str, float] = {}
    stopping = threading.Event()

    def poll(agency: Agency) -> None:
        by, after = officer(agency, Role.AGENCY_SYSTEM), 0
        while not stopping.is_set():
            rows = house.asked(by, "task.list", after=after, limit=200)["items"]
            for row in rows:
                came.setdefault(row["id"], time.time())
                after = row["position"]
            if rows:
                house.done(by, "task.read", {"task_ids": [row["id"] for row in rows]}, command_id=str(uuid4()))
            else:
                time.sleep(0.1)

    for agency in AGENCIES:
        _configure(house, agency, protocol="polled_mailbox")
    threads = [threading.Thread(target=poll, args=(agency,), daemon=True) for agency in AGENCIES]
    for thread in threads:
        thread.start()
    try:
        yield lambda: dict(came)
    finally:
        stopping.set()
        for thread in threads:
            thread.join(10)
