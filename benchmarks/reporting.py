"""Reporting a clue through the gateway until its event is applied everywhere, against two floors measured beside it."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from benchmarks.http_load import Load, Request, drive, milliseconds, percentile
from benchmarks.stack import Stack
from shared.bus.rpc_client import Reply, RpcClient

HOST = "127.0.0.1"
IN_FLIGHT = 16
REPORTS = 3000
FLOOR_CALLS = 3000
ROUNDS = 3

CLUE = {
    "source": "patrol",
    "division_code": "640521104000",
    "place": "恩和镇某村北侧",
    "description": "巡查发现硬化地面、堆放砂石，正在施工。",
    "longitude": 105.68,
    "latitude": 37.42,
    "area_m2": 8400.0,
    "farmland_area_m2": 7000.0,
    "pbf_area_m2": 4200.0,
    "suspected_type": "VT03",
}


_reports = count()


def report(_: int) -> Request:
    """Each at a place of its own, 90 m from the next: else every one would be proposed as a duplicate of the others."""
    east, north = divmod(next(_reports), 300)
    clue = {**CLUE, "longitude": round(105.3 + east * 0.001, 3), "latitude": round(37.2 + north * 0.001, 3)}
    return Request("POST", "/api/v1/clues", json.dumps(clue).encode(), (("Idempotency-Key", str(uuid4())),))


def reporting(stack: Stack, token: str) -> dict[str, Any]:
    """Three rounds of: bare RPC, bare RPC behind a bare gateway, reports. Medians; the machine's speed drifts."""
    with floors(stack) as (client, door):
        drive(HOST, stack.port, token, report, count=300, in_flight=IN_FLIGHT)  # warm
        drive_rpc(client, 300)
        drive(HOST, door, "", _floor_request, count=300, in_flight=IN_FLIGHT)
        stack.wait_until_applied()
        mark = now(stack)
        rounds = [_round(stack, token, client, door) for _ in range(ROUNDS)]
    return {
        "rounds": rounds,
        "reports_per_second_with_events_applied": _median(rounds, "with_events_applied_per_second"),
        "share_of_floor_same_processes": _median(rounds, "share_of_floor_same_processes"),
        "share_of_bare_rpc_without_gateway": _median(rounds, "share_of_bare_rpc_without_gateway"),
        "event_to_consumer": event_latencies(stack, mark),
    }


def _round(stack: Stack, token: str, client: RpcClient, door: int) -> dict[str, Any]:
    bare = drive_rpc(client, FLOOR_CALLS).summary()
    behind_door = drive(HOST, door, "", _floor_request, count=FLOOR_CALLS, in_flight=IN_FLIGHT).summary()
    load = drive(HOST, stack.port, token, report, count=REPORTS, in_flight=IN_FLIGHT)
    tail_s = stack.wait_until_applied()
    rate = len(load.latencies) / (load.seconds + tail_s)
    return {
        "report": load.summary(),
        "with_events_applied_per_second": round(rate, 1),
        "events_applied_s_after_last_answer": round(tail_s, 3),
        "floor_same_processes": behind_door,
        "bare_rpc_without_gateway": bare,
        "share_of_floor_same_processes": round(rate / behind_door["per_second"], 2),
        "share_of_bare_rpc_without_gateway": round(rate / bare["per_second"], 2),
    }


def _median(rounds: list[dict[str, Any]], name: str) -> float:
    return float(sorted(found[name] for found in rounds)[len(rounds) // 2])


def _floor_request(_: int) -> Request:
    return Request("POST", "/floor", b"x" * 200)


@contextmanager
def floors(stack: Stack) -> Iterator[tuple[RpcClient, int]]:
    """A bare Nameko RPC that commits two rows, on the same bus, database server and machine; and a bare door to it."""
    bus = stack.environment_of("cases")["TIANWEI_BUS_URL"]
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    service = [sys.executable, "-W", "ignore", "-m", "benchmarks.floor_service", bus, _floor_dsn(stack)]
    door = [sys.executable, "-m", "benchmarks.floor_gateway", bus, str(port)]
    with subprocess.Popen(service, stdout=subprocess.PIPE, text=True) as one, subprocess.Popen(door) as two:
        assert one.stdout is not None
        if one.stdout.readline().strip() != "ready":
            raise RuntimeError("the floor service did not start")
        client = RpcClient(bus, "bench")
        client.start()
        _wait_open(port)
        try:
            yield client, port
        finally:
            client.close()
            two.terminate()
            one.terminate()


def _wait_open(port: int) -> None:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the floor gateway did not open its port")


def event_latencies(stack: Stack, since: Any) -> dict[str, Any]:
    """From the start of the writing transaction to the recorded outcome at each consumer."""
    answer = {}
    with stack.engine("cases").connect() as connection:
        rows = connection.execute(
            sa.text("SELECT event_id, occurred_at FROM event_log WHERE occurred_at >= :since"), {"since": since}
        )
        written = {row.event_id: row.occurred_at for row in rows}
    for consumer in ("agencies", "notify"):
        with stack.engine(consumer).connect() as connection:
            applied = connection.execute(
                sa.text("SELECT event_id, at FROM inbox WHERE producer = 'cases' AND at >= :since"), {"since": since}
            ).all()
        waits = [(at - written[id_]).total_seconds() for id_, at in applied if id_ in written]
        answer[consumer] = {
            "events": len(waits),
            "p50_ms": milliseconds(percentile(waits, 50)),
            "p99_ms": milliseconds(percentile(waits, 99)),
        }
    return answer


def event_latency_at_rate(stack: Stack, token: str, per_second: int = 50) -> dict[str, Any]:
    mark = now(stack)
    drive(HOST, stack.port, token, report, count=per_second * 10, in_flight=4, per_second=per_second)
    stack.wait_until_applied()
    return event_latencies(stack, mark)


def drive_rpc(client: RpcClient, count: int) -> Load:
    """Closed loop of 16 calls in flight, sent again from the reply's own thread."""
    latencies: list[float] = []
    left = [count]
    lock, done = threading.Lock(), threading.Event()
    errors = [0]

    def send() -> None:
        sent = time.perf_counter()

        def on_reply(reply: Reply) -> None:
            with lock:
                latencies.append(time.perf_counter() - sent)
                errors[0] += reply.error is not None
                left[0] -= 1
                if left[0] == 0:
                    done.set()
                again = left[0] >= IN_FLIGHT
            if again:
                send()

        client.submit("floor", "commit_two_rows", {"body": "x" * 200}, time.time() + 30, on_reply)

    begun = time.perf_counter()
    for _ in range(IN_FLIGHT):
        send()
    done.wait(120)
    return Load(latencies, errors[0], time.perf_counter() - begun)


def _floor_dsn(stack: Stack) -> str:
    """The floor writes into the cases database with the owner's right to make its two tables."""
    secrets = json.loads(stack.home.secrets_file.read_text(encoding="utf-8"))
    url = sa.make_url(stack.environment_of("cases")["TIANWEI_CASES_DSN"])
    owner = url.set(username="cases_owner", password=secrets["role_passwords"]["cases_owner"])
    return owner.render_as_string(hide_password=False)


def now(stack: Stack) -> Any:
    with stack.engine("cases").connect() as connection:
        return connection.execute(sa.text("SELECT now()")).scalar_one()
