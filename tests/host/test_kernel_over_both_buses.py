"""The hosted kernel as processes: events cross both buses, and what a bus loses comes by catch-up (R3, R15)."""

import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kombu import Connection, Producer

from shared.bus import serializer
from shared.bus.connection import connect
from shared.bus.names import events_exchange
from shared.bus.rpc_client import RpcClient
from shared.database import open_engine
from shared.delivery.schema import create_kernel
from shared.errors import TianweiError, Unavailable
from shared.principal import PrincipalSigner
from tests.integration.shared.delivery.ledger import BY, make_tables
from tests.support.nodes import PostgresNode, RabbitNode, ValkeyNode, wait_until


class House:
    """ledger and watcher on one bus and one PostgreSQL."""

    def __init__(self, bus: RabbitNode | ValkeyNode, postgres: PostgresNode, stack: ExitStack) -> None:
        self.bus = bus
        self._stack = stack
        self._signer = PrincipalSigner(b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode())
        self.dsns = {name: postgres.create_database(f"{type(bus).__name__.lower()}_{name}") for name in NAMES}
        self.engines = {name: open_engine(dsn) for name, dsn in self.dsns.items()}
        for engine in self.engines.values():
            stack.callback(engine.dispose)
            with engine.begin() as connection:
                create_kernel(connection)
                make_tables(connection)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        for name in NAMES:
            self.start(name)
        self.rpc = RpcClient(bus.url, "test")
        stack.callback(self.rpc.close)
        self.rpc.start()

    def start(self, name: str) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.kernel_service", name],
            env={
                **os.environ,
                "TIANWEI_BUS_URL": self.bus.url,
                "TIANWEI_LEDGER_DSN": self.dsns[name],
                "TIANWEI_PRINCIPAL_PUBLIC_KEY": self._signer.public_key_base64,
            },
        )
        self.processes[name] = process
        self._stack.callback(end, process)

    def open_counter(self, **extra: Any) -> dict[str, Any]:
        request = {
            "operation": "counter.open",
            "body": {},
            "principal": self._signer.sign(BY),
            "deadline": time.time() + 5,
            "correlation_id": "c",
            **extra,
        }
        return self.rpc.call("ledger", "command", request, 5)

    def health(self, name: str) -> dict[str, Any]:
        try:
            return dict(self.rpc.call(name, "health", {"deadline": time.time() + 2}, 2)["ok"])
        except TianweiError as error:
            return {"ready": False, "error": error.code}

    def count(self, name: str, table: str) -> int:
        with self.engines[name].connect() as connection:
            return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())

    def agrees(self) -> bool:
        return self.count("watcher", "seen") == self.count("ledger", "event_log")

    def until(self, condition: Callable[[], bool]) -> None:
        wait_until(condition, 60)


NAMES = ("ledger", "watcher")


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _house(bus: RabbitNode | ValkeyNode, postgres: PostgresNode) -> Iterator[House]:
    with ExitStack() as stack:
        stack.enter_context(bus)
        house = House(bus, postgres, stack)
        house.until(lambda: all(house.health(name).get("ready") for name in NAMES))
        yield house


@pytest.fixture(scope="module", params=[ValkeyNode, RabbitNode], ids=["valkey", "rabbitmq"])
def house(request: pytest.FixtureRequest, postgres: PostgresNode) -> Iterator[House]:
    with _house(request.param(), postgres) as made:
        yield made


def test_a_command_commits_and_its_event_is_applied_by_the_other_service(house: House) -> None:
    assert house.open_counter()["ok"] == {"value": 1}
    house.until(house.agrees)
    health = house.health("ledger")
    assert health["head"] == health["published"] == house.count("ledger", "event_log")


def test_the_same_command_twice_has_one_effect(house: House) -> None:
    before = house.count("ledger", "event_log")
    for _ in range(2):
        assert house.open_counter(command_id="same")["ok"] == {"value": 1}
    assert house.count("ledger", "event_log") == before + 1


def test_a_forged_principal_is_refused(house: House) -> None:
    problem = house.open_counter(principal="a.b.c")["problem"]
    assert (problem["kind"], problem["code"]) == ("unauthenticated", "principal-invalid")


def test_a_call_whose_deadline_passed_does_nothing(house: House) -> None:
    before = house.count("ledger", "event_log")
    assert house.open_counter(deadline=time.time() - 1)["problem"]["code"] == "deadline-passed"
    assert house.count("ledger", "event_log") == before


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_service_loses_nothing(house: House, name: str) -> None:
    before = house.count("ledger", "event_log")
    # Numbered as the gateway does it: one that was answered, but not yet acknowledged to the bus, comes again.
    for _ in range(20):
        house.open_counter(command_id=uuid4().hex)
    house.processes[name].send_signal(signal.SIGKILL)
    house.processes[name].wait()
    house.start(name)
    house.until(lambda: bool(house.health(name).get("ready")))
    house.open_counter()
    house.until(house.agrees)
    assert house.count("ledger", "event_log") == before + 21
    assert house.count("watcher", "seen") == before + 21


def test_events_written_while_the_consumer_is_away_arrive_when_it_is_back(house: House) -> None:
    before = house.count("watcher", "seen")
    end(house.processes["watcher"])
    for _ in range(30):
        house.open_counter()
    house.start("watcher")
    house.until(house.agrees)
    assert house.count("watcher", "seen") == before + 30


def test_a_message_of_nobody_or_of_another_user_is_refused_and_listed(house: House) -> None:
    """RabbitMQ vouches for user_id; Valkey knows no users, there the socket's owner is all there is."""
    if isinstance(house.bus, ValkeyNode):
        with connect(house.bus.url) as connection:
            _publish_raw(connection, b"no batch of events")
        reason = "unreadable"
    else:
        house.open_counter()
        with connect(house.bus.url) as connection:
            _publish_raw(connection, b"[]")
        reason = "foreign_sender"

    def listed() -> bool:
        with house.engines["watcher"].connect() as reading:
            reasons = reading.execute(sa.text("SELECT reason FROM dead_letter WHERE kind = 'refused_message'"))
            return reason in set(reasons.scalars())

    house.until(listed)
    house.until(house.agrees)
    assert house.health("watcher")["refused"] >= 1


def _publish_raw(connection: Connection, body: bytes) -> None:
    with connection.channel() as channel:
        producer = Producer(channel)
        producer.publish(
            body.decode(),
            exchange=events_exchange(),
            routing_key="ledger",
            content_type=serializer.EVENTS_TYPE,
            content_encoding="utf-8",
        )


def test_a_wiped_bus_loses_no_event(house: House) -> None:
    for _ in range(10):
        house.open_counter()
    house.bus.wipe()
    house.until(lambda: _answers(house))
    house.until(house.agrees)
    assert house.count("watcher", "seen") == house.count("ledger", "event_log")


def _answers(house: House) -> bool:
    try:
        return "ok" in house.open_counter()
    except Unavailable:
        return False
